"""`watcher check health`: what of Dagster and Watcher does not work, once or as a service."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core.cli import output
from watcher_core.cli.alerts import print_result
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.facts import print_facts
from watcher_core.cli.options import Json
from watcher_core.errors import WatcherError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import HealthFact

EXAMPLES = output.examples(
    "watcher check health --deliver               # from cron, every minute",
    "watcher check health --deliver --every 30    # as a service",
    "watcher check health --dry-run --json",
)

# A restart of a code server or of the webserver is no news. A check from cron every minute has ended before the next.
AGAIN_AFTER_SECONDS = 15.0


def health(
    *,
    every: Annotated[
        int | None,
        typer.Option(metavar="SECONDS", min=1, max=86_400, help="Go on, and look again so often.", show_default=False),
    ] = None,
    deliver: Annotated[
        bool,
        typer.Option("--deliver", help="Deliver alerts, too: Dagster's sensor may be what does not work."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: open and resolve no alerts.")] = False,
    fail: Annotated[
        bool,
        typer.Option("--fail", help="End with exit code 1 where anything is wrong that opens an alert, for scripts."),
    ] = False,
    json: Json = False,
) -> None:
    """Look at the health of Dagster and of Watcher.

    Asks Dagster's webserver, where WATCHER_DAGSTER_URL is set, for what no sensor sees: code locations that do not
    load, daemons without a heartbeat, ticks that failed or did not come, runs that wait for too long.
    """
    with open_watcher() as watcher:
        while True:
            began = time.monotonic()
            try:
                facts = watcher.check_health(again_after=AGAIN_AFTER_SECONDS, dry_run=dry_run)
                _print(facts, json=json, is_service=every is not None)
                if deliver and not dry_run:
                    _deliver(watcher, quiet=json or every is not None)
            except WatcherError as exc:
                if every is None:
                    raise
                typer.echo(f"{_now()} error: {exc}", err=True)  # a service goes on
            if every is None:
                break
            time.sleep(max(0.0, every - (time.monotonic() - began)))
    if fail and any(fact.level != "ok" and fact.key is not None for fact in facts):
        raise typer.Exit(1)


def _print(facts: list[HealthFact], *, json: bool, is_service: bool) -> None:
    if json:
        output.print_json(facts)
    elif not is_service:
        print_facts(facts)
    else:  # a line a round is enough for a log
        wrong = [f"{fact.subject or fact.topic}: {fact.message}" for fact in facts if fact.key and fact.level != "ok"]
        print(f"{_now()} {'; '.join(wrong) or 'all is well'}", flush=True)


def _deliver(watcher: Watcher, *, quiet: bool) -> None:
    result = watcher.deliver_alerts()
    if not quiet:
        print_result(result)
    elif result.errors:
        typer.echo("\n".join(result.errors), err=True)


def _now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
