"""`watcher discover`: what this host runs on a schedule, and the lines that would record it."""

from __future__ import annotations

import typer

from watcher_core.cli import output
from watcher_core.cli.options import Json

EXAMPLES = output.examples("watcher discover", "sudo watcher discover --json")


def discover(*, json: Json = False) -> None:
    """List what cron and systemd run here, and how to record it.

    Changes nothing. Reads /etc/crontab, /etc/cron.d, your own crontab, and the timers of systemd and of your own
    systemd; as root, the crontabs of all users.
    """
    from watcher_core import shell

    found, problems = shell.discover()
    if json:
        output.print_json(found)
    elif not found:
        typer.echo("nothing runs on a schedule here, as far as you may see", err=True)
    else:
        for each in found:
            output.print_text(
                output.Styled(f"{each.source}: {each.schedule}{f', as {each.user}' if each.user else ''}", "bold")
            )
            output.print_grid([("  now", each.command), ("  recorded", each.wrapped or "is recorded already")])
        output.print_text(
            "Nothing was changed. Each job needs WATCHER_DATABASE_URL, or WATCHER_URL and WATCHER_TOKEN, in its "
            "environment: in a crontab, lines above the others; in a unit of systemd, Environment= (where "
            "% is written %%) or EnvironmentFile=, and all lines of ExecStart= in an override (systemctl edit), below "
            "an empty ExecStart=."
        )
    for problem in problems:
        typer.echo(f"not read: {problem}", err=True)
