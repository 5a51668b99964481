"""The heads of pages are sent before the database has said what is on them, where nothing can be wrong."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from watcher_core import Watcher
from watcher_core.errors import DatabaseUnavailableError
from watcher_core.server import create_app
from watcher_core.server.limits import Limits

BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9", "accept-encoding": "gzip"}
SECONDS = 20


class Page:
    """A page as it comes: what was sent, and whether its head was there before the question was answered."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.status = 0
        self.body = b""
        self.begun = threading.Event()

    async def send(self, message: Any) -> None:
        """Take a message of ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.head = {name.decode(): value.decode() for name, value in message["headers"]}
            self.begun.set()
        else:
            self.body += message.get("body", b"")

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.head.get("content-encoding") == "gzip" else self.body).decode()


class Board:
    """A board whose question for what is wrong now can be made to wait for the head of the page, or to fail."""

    def __init__(self, app: Any, portal: Any) -> None:
        self._app = app
        self._portal = portal

    def get(self, page: Page, path: str, *, query: str = "", headers: Mapping[str, str] = BROWSER) -> Page:
        """Ask for a page."""
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "scheme": "http",
            "http_version": "1.1",
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 8000),
            "headers": [(b"host", b"127.0.0.1:8000"), *((k.encode(), v.encode()) for k, v in headers.items())],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        self._portal.call(self._app, scope, receive, page.send)
        return page


@pytest.fixture(scope="module")
def board(module_watcher: Watcher) -> Iterator[Board]:
    app = create_app(module_watcher)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.lifespan()):
        yield Board(app, portal)


@pytest.fixture
def page() -> Page:
    return Page()


def test_a_browser_has_the_head_while_the_database_is_asked(board, page, module_watcher, monkeypatch):
    now = module_watcher.now
    waited: list[bool] = []

    def slow(**asked: Any) -> Any:
        waited.append(page.begun.wait(SECONDS))
        return now(**asked)

    monkeypatch.setattr(module_watcher, "now", slow)
    board.get(page, "/ui/")
    assert waited == [True]
    assert page.status == 200
    assert "Nothing is watched yet" in page.text
    # As any other page: with its policy, and with the cookie of its forms.
    assert "default-src 'none'" in page.head["content-security-policy"]
    assert page.head["set-cookie"].startswith("watcher_form=")
    assert "content-length" not in page.head


@pytest.mark.parametrize("path", ["/ui/", "/ui/alerts", "/ui/pipelines", "/ui/failures", "/ui/lineage", "/ui/report"])
def test_a_page_is_the_same_with_an_early_head(board, path):
    early, late = board.get(Page(), path), board.get(Page(), path, headers={**BROWSER, "accept": "*/*"})
    assert "link" in early.head
    assert "link" not in late.head
    volatile = r'watcher_form=[^;]+|value="[\w-]{43}"|<time .*?</time>'
    assert re.sub(volatile, "", early.text) == re.sub(volatile, "", late.text)
    assert {**early.head, "link": None}.keys() - {"link"} == late.head.keys() - {"content-length"}


def test_what_is_fetched_early_is_what_the_page_loads(board, page):
    board.get(page, "/ui/")
    fetched = re.findall(r"<([^>]+)>; rel=preload; as=(style|script)", page.head["link"])
    assert len(fetched) == 4
    loaded = dict(re.findall(r'(?:href|src)="([^"]+)"( defer)?', page.text))
    assert [kind for address, kind in fetched if bool(loaded[address]) is (kind == "script")] == [k for _, k in fetched]


@pytest.mark.parametrize(
    ("path", "query", "headers", "status"),
    [
        ("/ui/", "problem=nonsense", BROWSER, 400),
        ("/ui/nowhere", "", BROWSER, 404),
        ("/ui/alerts/999999999", "", BROWSER, 404),
    ],
)
def test_what_may_be_wrong_has_its_own_status(board, page, path, query, headers, status):
    assert board.get(page, path, query=query, headers=headers).status == status
    assert "link" not in page.head


@pytest.mark.parametrize("headers", [{}, {"accept": "*/*"}, {**BROWSER, "hx-request": "true"}])
def test_a_program_and_an_update_have_the_status_of_the_answer(board, page, module_watcher, monkeypatch, headers):
    monkeypatch.setattr(module_watcher, "now", unavailable)
    assert board.get(page, "/ui/", headers=headers).status == 503


def unavailable(**_: Any) -> None:
    raise DatabaseUnavailableError("the database cannot be reached")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_database_that_fails_after_the_head_is_said_on_the_page(board, page, module_watcher, monkeypatch, encoding):
    monkeypatch.setattr(module_watcher, "now", unavailable)
    board.get(page, "/ui/", headers={**BROWSER, "accept-encoding": encoding})
    assert page.status == 200
    assert "the database cannot be used now" in page.text


def test_an_error_of_ours_after_the_head_is_said_on_the_page(board, page, module_watcher, monkeypatch, caplog):
    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module_watcher, "now", broken)
    board.get(page, "/ui/")
    assert "<main" in page.text
    assert any(logged.exc_info for logged in caplog.records)


def test_an_answer_that_takes_too_long_ends_as_a_page(module_watcher, page, monkeypatch):
    ended = threading.Event()

    def endless(**_: Any) -> None:
        ended.wait(SECONDS)
        raise ZeroDivisionError

    monkeypatch.setattr(module_watcher, "now", endless)
    monkeypatch.setattr(module_watcher, "board_version", lambda: "1")
    app = create_app(module_watcher, limits=Limits(timeout=1))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.lifespan()):
        Board(app, portal).get(page, "/ui/")
        ended.set()
    assert page.status == 200
    assert "took too long" in page.text


def test_a_database_that_is_known_to_be_away_has_its_own_status(module_watcher, page, monkeypatch):
    monkeypatch.setattr(module_watcher, "now", unavailable)
    monkeypatch.setattr(module_watcher, "board_version", unavailable)
    app = create_app(module_watcher)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.lifespan()):
        assert Board(app, portal).get(page, "/ui/").status == 503
