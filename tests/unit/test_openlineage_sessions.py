"""The session that sends OpenLineage's events sends what one of requests sends, whatever surrounds it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.http_server import Answer, Failure, HttpServer, Request, http_server, running
from watcher_core.openlineage.sessions import RepeatingSession

BODIES = ('{"a": 1}', '{"a": "two"}', '{"a": 3}')


class Moved(HttpServer):
    """A server whose address is another now."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self._status = status

    def answer(self, request: Request) -> Answer:
        if request.path != "/new":
            return self._status, b"", {"Location": "/new"}
        return super().answer(request)

    def answer_get(self, _path: str) -> Answer:
        return 200, b"a page", {}


class Balanced(HttpServer):
    """A server that wants to see again who was sent to it."""

    def answer(self, request: Request) -> Answer:
        status, body, _ = super().answer(request)
        return status, body, {"Set-Cookie": f"server={len(self.taken)}"}


class Open(HttpServer):
    """A server that keeps its connections open, and hangs up after an answer, without a word, if it is to."""

    def __init__(self) -> None:
        self.connections = 0
        self.hangs_up = False
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server, base = self, cast("Any", super()._handler())

        def setup(handler: Any) -> None:
            server.connections += 1
            base.setup(handler)

        def do_post(handler: Any) -> None:
            base.do_POST(handler)
            handler.close_connection = server.hangs_up

        return type("Handler", (base,), {"protocol_version": "HTTP/1.1", "setup": setup, "do_POST": do_post})


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


def sent(session: requests.Session, url: str) -> list[int]:
    """Send as OpenLineage's transport does; return the statuses."""
    found = []
    for number, body in enumerate(BODIES):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {number}"}
        response = session.post(url=url, data=body, headers=headers, timeout=5.0, verify=True)
        response.close()
        found.append(response.status_code)
    return found


def arrived(server: HttpServer) -> list[tuple[str, dict[str, str], bytes]]:
    """What the server has taken since the last time."""
    taken = [(each.path, dict(each.headers.items()), each.body) for each in server.taken]
    server.taken.clear()
    return taken


def assert_both_send_the_same(server: HttpServer, url: str) -> list[tuple[str, dict[str, str], bytes]]:
    with requests.Session() as theirs, RepeatingSession() as ours:
        assert sent(theirs, url) == [202, 202, 202]
        expected = arrived(server)
        assert sent(ours, url) == [202, 202, 202]
    found = arrived(server)
    assert found == expected
    assert [body.decode() for *_, body in found] == list(BODIES)
    return found


def test_bodies_and_headers_of_each_request() -> None:
    with http_server() as server:
        found = assert_both_send_the_same(server, f"{server.url}/api")
    assert [headers["Authorization"] for _, headers, _ in found] == ["Bearer 0", "Bearer 1", "Bearer 2"]


def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        found = assert_both_send_the_same(server, "http://marquez.example/api")
    assert {path for path, *_ in found} == {"http://marquez.example/api"}


def test_with_a_login_of_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password x\n")
    with http_server() as server:
        found = assert_both_send_the_same(server, f"{server.url}/api")
    assert all(headers["Authorization"].startswith("Basic ") for _, headers, _ in found)


@pytest.mark.parametrize("status", [307, 308])
def test_to_a_server_that_has_moved(status: int) -> None:
    with running(Moved(status)) as server:
        found = assert_both_send_the_same(server, f"{server.url}/old")
    assert {path for path, *_ in found} == {"/new"}


@pytest.mark.parametrize("status", [301, 302, 303])
def test_an_event_is_never_sent_as_an_empty_request(status: int, tmp_path: Path) -> None:
    with running(Moved(status)) as server, RepeatingSession() as session, RepeatingSession() as with_login:
        with pytest.raises(requests.HTTPError, match=f"/old answers {status}, and has moved to /new; set that address"):
            sent(session, f"{server.url}/old")
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password x\n")
        with pytest.raises(requests.HTTPError, match="has moved to /new"):
            sent(with_login, f"{server.url}/old")


def test_to_a_server_that_gives_cookies() -> None:
    with running(Balanced()) as server:
        found = assert_both_send_the_same(server, f"{server.url}/api")
    assert [headers.get("Cookie") for _, headers, _ in found] == [None, "server=1", "server=2"]


def test_over_the_connection_of_the_first_one() -> None:
    with running(Open()) as server, RepeatingSession() as session:
        assert sent(session, f"{server.url}/api") == [202, 202, 202]
        assert server.connections == 1
        arrived(server)
        assert_both_send_the_same(server, f"{server.url}/api")


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with running(Open()) as server, RepeatingSession() as session:
        server.hangs_up = True
        assert sent(session, f"{server.url}/api") == [202, 202, 202]
        assert server.connections == 3
        assert [body.decode() for *_, body in arrived(server)] == list(BODIES)


@pytest.mark.parametrize("status", [400, 503])
def test_what_is_refused_is_sent_once(status: int) -> None:
    with running(Open()) as server, RepeatingSession() as session:
        assert sent(session, f"{server.url}/api") == [202, 202, 202]
        server.fail(Failure(status))
        assert sent(session, f"{server.url}/api") == [status, 202, 202]
        assert server.requests == 6
        assert server.connections == 1
        assert [body.decode() for *_, body in arrived(server)] == [*BODIES, *BODIES[1:]]


def test_what_the_adapter_tries_again_is_left_to_it() -> None:
    with running(Open()) as server, RepeatingSession() as session:
        retries = Retry(1, status_forcelist=[503], allowed_methods=["POST"], backoff_factor=0)
        session.mount(server.url, HTTPAdapter(max_retries=retries))
        assert sent(session, f"{server.url}/api") == [202, 202, 202]
        server.fail(Failure(503), Failure(503))
        assert sent(session, f"{server.url}/api") == [202, 202, 202]
        assert [body.decode() for *_, body in arrived(server)] == [*BODIES, *BODIES]


def test_an_error_is_an_answer_and_no_answer_an_error() -> None:
    with http_server() as server, RepeatingSession() as session:
        server.fail(Failure(503))
        assert sent(session, f"{server.url}/api") == [503, 202, 202]
        server.close()
        with pytest.raises(requests.ConnectionError):
            sent(session, f"{server.url}/api")
