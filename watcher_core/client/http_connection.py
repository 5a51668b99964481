"""What `Watcher` needs to ask a server on another host: its address and token, how a question is asked, and pages."""

from __future__ import annotations

import datetime as dt
import urllib.parse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from watcher_core import arguments, remote
from watcher_core.client import Watcher
from watcher_core.errors import ConfigurationError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from watcher_core.settings import Settings

T = TypeVar("T")

# What the server gives at most of a page.
PAGE = 1_000
# What it gives at most of a list that has no pages.
MOST = 10_000


class HttpConnection(Watcher):
    """The connection to a server. What no method asks the server for needs the database, and says so."""

    def __init__(
        self, database_url: str | None = None, *, settings: Settings | None = None, token: str | None = None
    ) -> None:
        super().__init__(settings=settings, _server=True)
        address = database_url or self.settings.url
        given = token or (None if self.settings.token is None else self.settings.token.get_secret_value())
        self._remote = remote.RemoteServer(address or "", given)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._remote.address!r})"

    def close(self) -> None:
        """Close all connections. The next call opens them again."""
        self._remote.close()

    # Questions

    def _list(self, kind: type[T], path: str, asked: Mapping[str, object] | None = None) -> list[T]:
        """Return all of a list that the server gives as a whole."""
        found = self._remote.send(question(path, asked or {}))
        return [remote.value_of(kind, each) for each in found]

    def _pages(self, kind: type[T], path: str, asked: Mapping[str, object], wanted: int | None) -> list[T]:
        """Return so many of a list, or all of it, page by page."""
        found: list[T] = []
        cursor = asked["cursor"]
        while True:
            # Of none, too, the server says what is wrong with the rest.
            size = PAGE if wanted is None else min(max(1, wanted - len(found)), PAGE)
            page = self._remote.send(question(path, {**asked, "cursor": cursor, "limit": size}))
            found += [remote.value_of(kind, each) for each in page["data"]]
            cursor = page["next_cursor"]
            if cursor is None or (wanted is not None and len(found) >= wanted):
                return found[:wanted]

    def _listing(
        self, kind: type[T], path: str, asked: Mapping[str, object], *, after: int | None, limit: int | None
    ) -> list[T]:
        """Return a whole list; with `after` or `limit`, a page of it, in the order of the ids."""
        if after is None and limit is None:
            return self._list(kind, path, asked)
        cursor = None if after is None else str(max(0, arguments.identifier(after, "after")))
        return self._pages(kind, path, {**asked, "cursor": cursor}, arguments.positive(limit, "limit"))

    # What needs the database

    def _check(self) -> None:
        self._connect()

    def _connect(self) -> NoReturn:
        address = self._remote.address
        raise ConfigurationError(
            f"this needs the database, and this host records over HTTP, at {address}; run it on a host that has "
            f"WATCHER_DATABASE_URL, or look at {address}/ui/"
        )

    @property
    def url(self) -> sa.URL:
        """Needs the database."""
        self._connect()


def question(path: str, asked: Mapping[str, object]) -> str:
    """Return the path of a question; what is `None` is not asked, and of several each is."""
    said = {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in asked.items()
        if value is not None
    }
    return f"{path}?{urllib.parse.urlencode(said, doseq=True)}" if said else path


def of_pipeline(pipeline: int | str | None) -> dict[str, object]:
    """Return how a pipeline is asked for, by its name or its id."""
    return {"pipeline" if isinstance(pipeline, str) else "pipeline_id": pipeline}


def place(before: tuple[Any, ...] | None) -> str | None:
    """Return the cursor of the page behind a row, by its date, its id, and whatever else says where it stands."""
    if before is None:
        return None
    date, row_id, *rest = before
    at = arguments.instant(date, "before").isoformat(), str(arguments.identifier(row_id, "before"))
    return "~".join((*at, *map(str, rest)))


def instant(value: dt.datetime | None, argument: str) -> dt.datetime | None:
    """Return a time with time zone, where one is given."""
    return None if value is None else arguments.instant(value, argument)
