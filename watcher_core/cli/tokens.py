"""`watcher tokens`: who may use the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher_core.cli import output, times
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.options import Json
from watcher_core.enums import TokenScope

app = typer.Typer(help="Tokens of the HTTP API.", no_args_is_help=True, rich_markup_mode=None)

TokenName = Annotated[str, typer.Argument(metavar="NAME", help="What people call the token.", show_default=False)]


@app.command(
    "create",
    epilog=output.examples(
        "watcher tokens create etl-host",
        "watcher tokens create nightly-ping --pipelines nightly_export   # a ping key",
        "watcher tokens create sales --pipelines 'sales_*'",
    ),
)
def create(
    name: TokenName,
    *,
    scope: Annotated[
        TokenScope, typer.Option(help="What it may do: read, record too (write), or delete too (admin).")
    ] = TokenScope.WRITE,
    pipelines: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this pipeline; with * at its end, names that begin so.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a token and print it, once: it is stored nowhere."""
    with open_watcher() as watcher:
        token, stored = watcher.create_token(name, scope=scope, pipelines=pipelines)
    if json:
        output.print_json({**vars(stored), "token": token})
    else:
        print(token)


@app.command("list", epilog=output.examples("watcher tokens list"))
def list_(
    *,
    revoked: Annotated[bool, typer.Option("--revoked", help="With those that were revoked.")] = False,
    json: Json = False,
) -> None:
    """List the tokens, and when each was last used."""
    with open_watcher() as watcher:
        found = watcher.tokens(revoked=revoked)
    if json:
        output.print_json(found)
        return
    columns = [output.Column(heading) for heading in ("name", "scope", "pipelines", "created", "last used")]
    columns += [output.Column("revoked")] if revoked else []
    rows = [
        (
            token.name,
            token.scope.value,
            token.pipelines or "all",
            times.clock(token.created_at),
            "never" if token.last_used_at is None else times.clock(token.last_used_at),
            *([None if token.revoked_at is None else times.clock(token.revoked_at)] if revoked else []),
        )
        for token in found
    ]
    output.print_table(columns, rows, empty="no tokens; make one with: watcher tokens create NAME")


@app.command("revoke", epilog=output.examples("watcher tokens revoke etl-host"))
def revoke(name: TokenName) -> None:
    """Refuse a token from now on."""
    with open_watcher() as watcher:
        watcher.revoke_token(name)
    output.print_text(f"token {name} is revoked; servers refuse it within two seconds")
