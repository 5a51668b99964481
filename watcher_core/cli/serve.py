"""`watcher serve`: the board and the HTTP API."""

from __future__ import annotations

import importlib.util
import socket
import sys
from typing import Annotated

import typer

from watcher_core.cli import output
from watcher_core.cli.deployment import require_free_port
from watcher_core.cli.edge import open_watcher
from watcher_core.errors import ConfigurationError

EXAMPLES = output.examples(
    "watcher serve   # this host only, no token needed yet",
    "watcher tokens create etl-host && watcher serve --host 0.0.0.0",
)


def serve(
    *,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Where to listen; beyond this host only with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=1, max=65535, help="On which port.")] = 8000,
    connections: Annotated[
        int, typer.Option(metavar="N", min=1, max=100, help="Connections to PostgreSQL at most.")
    ] = 8,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, max=3600, help="Seconds for a request at most.")
    ] = 30.0,
    rate: Annotated[
        float, typer.Option(metavar="N", min=0.1, help="Requests a second that a token may make.")
    ] = 5000.0,
    profile: Annotated[
        bool, typer.Option("--profile", help="Answer requests with ?profile=true with their profile; for development.")
    ] = False,
) -> None:
    """Serve the board, and the HTTP API.

    With the API, hosts record that have no password of the database.

    The board is at /ui/, the documentation of the API at /docs and /scalar.
    """
    missing = [
        name for name in ("fastapi", "jinja2", "prometheus_client", "uvicorn") if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise ConfigurationError(f"{', '.join(missing)} missing; install with: pip install 'watcher-dagster[server]'")
    from watcher_core import server

    require_free_port(host, port, what="the board")

    with open_watcher() as watcher:
        limits = server.Limits(connections=connections, timeout=timeout, rate=rate)
        settings = watcher.settings
        address = where(settings.board_url, host, port)

        def announce() -> None:
            print(f"watcher: listens on {host}, port {port}", file=sys.stderr)
            print(
                f"watcher: the board is at {address}/ui/, the documentation of the API at {address}/docs",
                file=sys.stderr,
            )

        proxies = server.Proxies(settings.proxy_user_header, _listed(settings.trusted_proxies))
        server.serve(watcher, host=host, port=port, limits=limits, proxies=proxies, profile=profile, on_start=announce)


def where(board_url: str | None, host: str, port: int) -> str:
    """Return the address that people open; a host that listens on all of its addresses goes by its name."""
    if board_url:
        return board_url.rstrip("/")
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - what the user has asked for
        return f"http://{socket.gethostname()}:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _listed(given: str | None) -> list[str]:
    return [part.strip() for part in (given or "").split(",") if part.strip()]
