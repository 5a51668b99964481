"""The transport that sends OpenLineage's events sends what that of its client sends, whatever surrounds it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    tags_run,
)
from openlineage.client.serde import Serde
from openlineage.client.transport.http import HttpConfig, HttpTransport, TokenProvider

from tests.http_server import Answer, Failure, HttpServer, Request, http_server, running
from watcher_core.openlineage.sessions import RepeatingTransport, event_json


def event(kind: RunState, **facets: Any) -> RunEvent:
    """An event with all kinds of values that a client puts into one."""
    id_ = str(uuid.UUID(int=1))
    columns = {"größe": column_lineage_dataset.Fields([column_lineage_dataset.InputField("s3://lake", "raw", "size")])}
    written = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=3)
    return RunEvent(
        eventTime="2026-01-31T09:30:00+00:00",
        eventType=kind,
        run=Run(
            id_, {"parent": parent_run.ParentRunFacet(parent_run.Run(id_), parent_run.Job("shop", "all")), **facets}
        ),
        job=Job("shop", 'load "orders"', {"jobType": job_type_job.JobTypeJobFacet("BATCH", "WATCHER")}),
        inputs=[InputDataset("s3://lake", "raw")],
        outputs=[
            OutputDataset(
                "postgres://db:5432",
                "shop.public.orders",
                facets={"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(columns)},
                outputFacets={"outputStatistics": written},
            )
        ],
    )


EVENTS = (
    event(RunState.START, tags=tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("version", "1", "CLIENT")])),
    event(RunState.RUNNING),
    event(RunState.FAIL, errorMessage=error_message_run.ErrorMessageRunFacet("no \x00 \ud83d rows", "python")),
)
BODIES = [Serde.to_json(each) for each in EVENTS]


class Token(TokenProvider):
    """A token that may change."""

    def __init__(self, token: str) -> None:
        super().__init__({})
        self.token = token

    def get_bearer(self) -> str:
        return f"Bearer {self.token}"


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


class Endless(Open):
    """A server whose answers end where it hangs up, unless it says how long they are."""

    def __init__(self) -> None:
        self.says_the_length = False
        super().__init__()
        self.hangs_up = True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server, base = self, cast("Any", super()._handler())

        def send_header(handler: Any, name: str, value: str) -> None:
            if name != "Content-Length" or server.says_the_length:
                base.send_header(handler, name, value)

        return type("Handler", (base,), {"send_header": send_header})


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@contextmanager
def transport(kind: type[HttpTransport], url: str, **options: Any) -> Iterator[HttpTransport]:
    """OpenLineage's transport or ours, which tries nothing again by itself."""
    config = HttpConfig(url, endpoint="api", **{"retry": {"total": 0, "read": 0, "connect": 0}, **options})
    made = kind(config)
    yield made
    made.close()


def sent(by: HttpTransport) -> list[int]:
    """Send the events; return the statuses."""
    found = []
    for each in EVENTS:
        try:
            found.append(by.emit(each).status_code)
        except requests.HTTPError as error:
            found.append(cast("requests.Response", error.response).status_code)
    return found


def arrived(server: HttpServer) -> list[tuple[str, dict[str, str], bytes]]:
    """What the server has taken since the last time."""
    taken = [(each.path, dict(each.headers.items()), each.body) for each in server.taken]
    server.taken.clear()
    return taken


def assert_both_send_the_same(server: HttpServer, url: str, **options: Any) -> list[tuple[str, dict[str, str], bytes]]:
    with transport(HttpTransport, url, **options) as theirs:
        assert sent(theirs) == [202, 202, 202]
    expected = arrived(server)
    with transport(RepeatingTransport, url, **options) as ours:
        assert sent(ours) == [202, 202, 202]
    found = arrived(server)
    assert found == expected
    assert [body.decode() for *_, body in found] == BODIES
    return found


def test_events_are_written_as_their_client_writes_them() -> None:
    assert [event_json(each) for each in EVENTS] == BODIES


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"auth": Token("x")},
        {"custom_headers": {"X-Tenant": "größe"}},
    ],
)
def test_bodies_and_headers_of_each_request(options: dict[str, Any]) -> None:
    with running(Open()) as server:
        assert_both_send_the_same(server, server.url, **options)
        assert server.connections == 2


def test_headers_that_change() -> None:
    token = Token("a")
    with running(Open()) as server, transport(RepeatingTransport, server.url, auth=token) as ours:
        assert sent(ours) == [202, 202, 202]
        token.token = "b"
        assert sent(ours) == [202, 202, 202]
        assert server.connections == 2
        found = [headers["Authorization"] for _, headers, _ in arrived(server)]
    assert found == ["Bearer a"] * 3 + ["Bearer b"] * 3


def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_server() as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        found = assert_both_send_the_same(server, "http://marquez.example")
    assert {path for path, *_ in found} == {"http://marquez.example/api"}


def test_with_a_login_of_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password x\n")
    with running(Open()) as server:
        found = assert_both_send_the_same(server, server.url)
    assert all(headers["Authorization"].startswith("Basic ") for _, headers, _ in found)


@pytest.mark.parametrize("status", [307, 308])
def test_to_a_server_that_has_moved(status: int) -> None:
    with running(Moved(status)) as server:
        found = assert_both_send_the_same(server, server.url)
    assert {path for path, *_ in found} == {"/new"}


@pytest.mark.parametrize("status", [301, 302, 303])
def test_an_event_is_never_sent_as_an_empty_request(status: int, tmp_path: Path) -> None:
    with running(Moved(status)) as server, transport(RepeatingTransport, server.url) as ours:
        moved = f"/api answers {status}, and has moved to /new; set that address"
        with pytest.raises(requests.HTTPError, match=moved):
            ours.emit(EVENTS[0])
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password x\n")
        with transport(RepeatingTransport, server.url) as with_login, pytest.raises(requests.HTTPError, match=moved):
            with_login.emit(EVENTS[0])


def test_to_a_server_that_moves_while_events_are_sent() -> None:
    with running(Open()) as server, transport(RepeatingTransport, server.url) as ours:
        assert sent(ours) == [202, 202, 202]
        server.down = Failure(301, "", {"Location": "/new"})
        with pytest.raises(requests.HTTPError, match="has moved to /new; set that address"):
            ours.emit(EVENTS[0])


def test_to_a_server_that_gives_cookies() -> None:
    with running(Balanced()) as server:
        found = assert_both_send_the_same(server, server.url)
    assert [headers.get("Cookie") for _, headers, _ in found] == [None, "server=1", "server=2"]


def test_an_answer_that_ends_with_the_connection() -> None:
    with running(Endless()) as server:
        assert_both_send_the_same(server, server.url)


def test_an_answer_whose_end_is_no_longer_said() -> None:
    with running(Endless()) as server, transport(RepeatingTransport, server.url) as ours:
        server.says_the_length, server.hangs_up = True, False
        assert sent(ours) == [202, 202, 202]
        arrived(server)
        server.says_the_length, server.hangs_up = False, True
        assert sent(ours) == [202, 202, 202]
        assert [body.decode() for *_, body in arrived(server)] == BODIES


def test_over_the_connection_of_the_first_one() -> None:
    with running(Open()) as server, transport(RepeatingTransport, server.url) as ours:
        assert sent(ours) == [202, 202, 202]
        assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with running(Open()) as server, transport(RepeatingTransport, server.url) as ours:
        server.hangs_up = True
        assert sent(ours) == [202, 202, 202]
        assert server.connections == 3
        assert [body.decode() for *_, body in arrived(server)] == BODIES


def test_what_is_refused_is_sent_once() -> None:
    with running(Open()) as server, transport(RepeatingTransport, server.url) as ours:
        assert sent(ours) == [202, 202, 202]
        server.fail(Failure(400))
        assert sent(ours) == [400, 202, 202]
        assert server.requests == 6
        assert server.connections == 1
        assert [body.decode() for *_, body in arrived(server)] == [*BODIES, *BODIES[1:]]


def test_what_the_adapter_tries_again_is_left_to_it() -> None:
    retries = {"total": 1, "status_forcelist": [503], "allowed_methods": ["POST"], "backoff_factor": 0}
    with running(Open()) as server, transport(RepeatingTransport, server.url, retry=retries) as ours:
        assert sent(ours) == [202, 202, 202]
        server.fail(Failure(503), Failure(503))
        assert sent(ours) == [202, 202, 202]
        assert [body.decode() for *_, body in arrived(server)] == [*BODIES, *BODIES]


def test_an_error_is_an_answer_and_no_answer_an_error() -> None:
    with http_server() as server, transport(RepeatingTransport, server.url) as ours:
        server.fail(Failure(503))
        assert sent(ours) == [503, 202, 202]
        server.close()
        with pytest.raises(requests.ConnectionError):
            sent(ours)
