"""How a server is reached over HTTP: the proxy and the certificates of the environment, and what its answers become."""

from __future__ import annotations

import datetime as dt
import errno
import json
import socket
from dataclasses import asdict

import pytest

from tests.http_server import Failure, http_server
from watcher_core import DatabaseError, DatabaseUnavailableError, ExecutionSource, ExecutionState
from watcher_core.remote import VERSION_HEADER, RemoteServer, value_of
from watcher_core.remote.connections import _login, _proxy_of
from watcher_core.values import Execution

PROXY = "http://ann:p%40ss@proxy.example:3128"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"http_proxy": PROXY}, None),
        ({"ALL_PROXY": PROXY}, PROXY),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "localhost,.example.com"}, None),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "watcher.example.com:8443"}, PROXY),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "*"}, None),
    ],
)
def test_the_proxy_is_that_of_the_environment(
    environment: dict[str, str], found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _proxy_of("https://watcher.example.com") == found


def test_a_proxy_is_asked_with_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _login(PROXY) == {"proxy-authorization": "Basic YW5uOnBAc3M="}
    with http_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//ann:p%40ss@"))
        assert RemoteServer("http://watcher.invalid", "t").send("/ping", {"pipeline_name": "p"}) == {}
    (request,) = proxy.taken
    assert request.path == "http://watcher.invalid/ping"
    assert request.headers["Proxy-Authorization"] == "Basic YW5uOnBAc3M="
    assert request.headers["Authorization"] == "Bearer t"


def test_what_the_environment_names_and_cannot_be_used_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = RemoteServer("https://watcher.invalid", None)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authority.pem")
    with pytest.raises(DatabaseUnavailableError, match=r"certificates of /nowhere/authority\.pem cannot be read"):
        server.send("/status", pauses=())
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("HTTPS_PROXY", "gopher://proxy.example")
    with pytest.raises(DatabaseUnavailableError, match=r"the proxy of the environment cannot be used: .*gopher"):
        server.send("/status", pauses=())


def test_why_it_cannot_be_reached_is_what_the_system_says() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(DatabaseUnavailableError) as raised:
            RemoteServer(address, None).send("/status", pauses=())
    assert str(raised.value) == f"{address} cannot be reached: [Errno {errno.ECONNREFUSED}] Connection refused"


def test_a_server_without_tls_is_named_as_such() -> None:
    with http_server() as plain:
        address = plain.url.replace("http://", "https://")
        with pytest.raises(DatabaseUnavailableError) as raised:
            RemoteServer(address, None).send("/status", pauses=())
    assert str(raised.value) == (
        f"{address} cannot be reached: it does not speak TLS, so that its address begins with http://"
    )


ADVICE = "; set WATCHER_URL to the address of watcher serve, and let a proxy in front of it pass its answers on"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, f"200, and is no Watcher of this version: the header Watcher-Version is missing{ADVICE}"),
        (204, f"204, and is no Watcher of this version: the header Watcher-Version is missing{ADVICE}"),
        (
            302,
            "302, and is no Watcher; it redirects to https://login.invalid/x: "
            "set WATCHER_URL to an address that does not redirect",
        ),
        (404, f"404, and is no Watcher{ADVICE}"),
        (502, "502, and is no Watcher"),
    ],
)
def test_what_does_not_name_itself_is_no_watcher(status: int, said: str) -> None:
    answer = {"detail": "a", "message": "a", "code": "not_found", "details": {"kind": "execution", "reference": 1}}
    with http_server() as foreign:
        headers = {
            "Content-Type": "application/json",
            **({"Location": "https://login.invalid/x?a=1"} if status == 302 else {}),
        }
        foreign.down = Failure(status, json.dumps(answer), headers)
        with pytest.raises(DatabaseUnavailableError) as raised:
            RemoteServer(foreign.url, None).send("/heartbeat", {"id": 1}, pauses=())
        assert str(raised.value) == f"{foreign.url} cannot be reached: it answers {said}"
    assert not raised.value.is_reached


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, " cannot be reached: its answer is cut off on the way, or is a page for people, as below /ui/"),
        (404, f": it answers 404{ADVICE}"),
        (413, ": it answers 413; let the proxy in front of it take larger requests, of 50 MB"),
    ],
)
def test_an_answer_that_is_no_json_says_what_to_do(status: int, said: str) -> None:
    with http_server() as server:
        server.down = Failure(status, '{"id": 1, "rec', {} if status == 413 else {VERSION_HEADER: "0"})
        with pytest.raises(DatabaseError) as raised:
            RemoteServer(server.url, None).send("/heartbeat", {"id": 1}, pauses=())
    assert str(raised.value) == f"{server.url}{said}"


EXECUTION = {
    "id": 7,
    "pipeline_id": 1,
    "pipeline_name": "p",
    "parent_id": None,
    "source": "cli",
    "external_id": "e",
    "instance_id": None,
    "scope": None,
    "state": "running",
    "start_date": "2026-03-01T12:00:00Z",
    "end_date": None,
    "duration_seconds": None,
    "logical_date": None,
    "full_load": False,
    "watermark": None,
    "next_watermark": "2",
    "inserts": 3,
    "updates": None,
    "soft_deletes": None,
    "total_rows": None,
    "execution_metadata": {"start_date": "2026-03-01T12:00:00Z"},
    "created_at": "2026-03-01T13:00:00.5+01:00",
    "updated_at": "2026-03-01T12:00:00Z",
}


def test_an_answer_becomes_a_value_with_dates_and_enums() -> None:
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    found = value_of(Execution, {**EXECUTION, "of a newer server": 1})
    dates = {"start_date": noon, "created_at": noon + dt.timedelta(seconds=0.5), "updated_at": noon}
    assert asdict(found) == {**EXECUTION, **dates}
    assert (type(found.state), type(found.source)) == (ExecutionState, ExecutionSource)
