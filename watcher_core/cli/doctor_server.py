"""What `watcher doctor` says of the server that a host records by: whether it answers, and what the token may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from watcher_core.enums import TokenScope
from watcher_core.errors import ConfigurationError, WatcherError
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    from watcher_core.remote import TokenRights
    from watcher_core.settings import Settings

MAY = {
    TokenScope.READ: "may read, and record nothing",
    TokenScope.WRITE: "may read, record and act on alerts",
    TokenScope.ADMIN: "may do all, delete history too",
}


def server_findings(settings: Settings, pipeline: str | None) -> Iterator[HealthFact]:
    """Look at the server, and at the token. What the server needs itself, it says where it runs."""
    from watcher_core import remote, waiting
    from watcher_core.client import Watcher

    token = None if settings.token is None else settings.token.get_secret_value()
    waits = False
    try:
        with waiting.time_limit(settings.timeout), Watcher(settings=settings) as watcher:
            # What waits may be recorded by now; what keeps it from that is said below, and is not what did so before.
            watcher._catch_up()
            rights = remote.token_rights(remote.RemoteServer(settings.url or "", token))
            waits = watcher.spooled() > 0
            if rights.scope is not TokenScope.READ:
                watcher.record([])  # what takes none takes others
    except ConfigurationError as exc:
        yield HealthFact("problem", "server", str(exc), "set the variable right; until then, jobs run unrecorded")
    except WatcherError as exc:
        yield HealthFact(
            "problem",
            "server",
            str(exc),
            "is it up, and are WATCHER_URL and WATCHER_TOKEN right? Meanwhile jobs run on, and their executions wait in"
            " the spool",
        )
    else:
        yield _rights_finding(settings.url or "", rights, waits=waits)
    if pipeline is not None:
        yield HealthFact(
            "warning",
            "alerts",
            f"where those of {pipeline} go is not known on a host that records over HTTP",
            "ask on the host that delivers them, which has WATCHER_DATABASE_URL",
        )


def _rights_finding(url: str, rights: TokenRights, *, waits: bool) -> HealthFact:
    of = "" if rights.pipelines is None else f", of pipelines {rights.pipelines!r} alone"
    may = f"{url} needs no token yet" if rights.name is None else f"token {rights.name!r} {MAY[rights.scope]}{of}"
    if rights.scope is not TokenScope.READ:
        return HealthFact("ok", "server", f"{url} takes what this host records; {may}")
    if waits:
        return HealthFact(
            "problem",
            "server",
            f"{url} answers, but takes nothing of what jobs of this host record: {may}",
            "make a token that may, where the server runs, and set WATCHER_TOKEN to it: watcher tokens create NAME",
        )
    return HealthFact(
        "warning",
        "server",
        f"{url} answers; {may}",
        "nothing, where people read with it; jobs need one that may write: watcher tokens create NAME",
    )
