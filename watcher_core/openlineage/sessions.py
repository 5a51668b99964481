"""OpenLineage's client, its transport over HTTP and its session of requests, for many events to one address.

`requests.Session` reads the environment, `.netrc` and the cookies for each request, and merges them with its own
settings: that takes half of what the client's library takes for an event. Here that is done once, for the first one.
Where that has been taken, and neither proxies, logins, cookies nor another address have anything to do with it, the
next ones go over the same connection, by Python's own client: that halves the rest. An event that is refused is sent
once; what the adapters try again is left to them.

To an address that has moved (301, 302, 303), `requests.Session` sends a GET without a body, and what answers that
counts as sent. Here it is an error.
"""

from __future__ import annotations

import contextlib
import json
import queue
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast

import attr
import requests
from openlineage.client import OpenLineageClient
from openlineage.client.client import Event
from openlineage.client.transport.http import HttpConfig, HttpTransport
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError
from urllib3.util import Retry


class RepeatingClient(OpenLineageClient):
    """Reads the environment for each event only where its configuration names variables that go with events."""

    def add_environment_facets(self, event: Event) -> Event:
        """Add the variables that are asked for; looking for none takes as long as looking for one."""
        return super().add_environment_facets(event) if self.config.facets.environment_variables else event


class RepeatingTransport(HttpTransport):
    """Sends what `HttpTransport` sends, the events after the first one over its connection.

    Only for events as they come from a client: what transforms events may put more kinds of values into them.
    """

    def __init__(self, config: HttpConfig) -> None:
        super().__init__(config)
        self._repeating = RepeatingSession()
        self.session = self._repeating

    def emit(self, event: Event) -> requests.Response:
        """Send an event.

        Raises:
            requests.RequestException: It is not taken.
        """
        if self._repeating.is_connected:
            answer = self._repeating.send_again(*self._prepare_request(event_json(event)))
            if answer is not None:
                answer.raise_for_status()
                return answer
        return super().emit(event)


def event_json(event: Event) -> str:
    """Write an event as OpenLineage's `Serde.to_json` does, without copying it twice before: in a third of the time."""
    return _write(event)


def _said(part: Any) -> Any:
    """Return a part of an event as JSON has it, without what is not said."""
    kind: Any = type(part)
    if not attr.has(kind):
        return part.value  # of an enum
    return {name: value for name in _names(kind) if (value := getattr(part, name)) is not None}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attr.fields(kind))


_write = json.JSONEncoder(default=_said, sort_keys=True).encode


class RepeatingSession(requests.Session):
    """Sends to one address what `requests.Session` sends, by the same adapters; what is rare is left to that one."""

    def __init__(self) -> None:
        super().__init__()
        self._first: requests.PreparedRequest | None = None
        self._settings: dict[str, Any] = {}  # proxies and certificates
        self._connection: HTTPConnection | None = None  # over which the last event was taken,
        self._given: dict[str, str] = {}  # with these headers,
        self._sent: dict[str, str | bytes] = {}  # and those of the first request

    def request(  # type: ignore[override]  # of its parent's options, those that the client's library passes
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send a request.

        Args:
            method, url: The same ones each time.
            **options: Of those of `requests.Session.request`: `data` and `headers`, which may differ each time;
                `timeout`, `verify` and `cert`, which may not; `allow_redirects`.

        Raises:
            requests.RequestException: There is no answer, or one that the address has moved.
        """
        if self._first is None:
            self._first = self.prepare_request(requests.Request(method, url))
            self._settings = self.merge_environment_settings(
                url, {}, stream=None, verify=options["verify"], cert=options.get("cert")
            )
        if self.cookies or "Authorization" in self._first.headers:  # of a login in `.netrc`
            return super().request(method, url, **options)
        self._disconnect()
        request = self._first.copy()
        request.headers.update(options["headers"])
        request.prepare_body(options["data"], None)
        response = self.get_adapter(url).send(request, timeout=options["timeout"], **self._settings)
        _ = response.content  # once it is read, the connection is free for the next one
        self.cookies.update(response.cookies)
        if response.is_redirect:
            return super().request(method, url, **options)
        if response.ok and not self.cookies:
            self._connection, self._given = self._used_connection(request), dict(options["headers"])
            self._sent = {name: value for name, value in request.headers.items() if name != "Content-Length"}
        return response

    @property
    def is_connected(self) -> bool:
        """Whether the connection is known over which the last request was taken."""
        return self._connection is not None

    def send_again(self, data: bytes | str, headers: dict[str, str]) -> requests.Response | None:
        """Send a request as the last one, over the same connection.

        Returns:
            What it is answered, which is the status alone; `None` where `request` is to send it: the headers are
            others, there is no answer, the adapter waits and tries again, or the address or cookies are to change.
        """
        if self._connection is None or self._first is None or headers != self._given:
            return None
        body = data.encode() if isinstance(data, str) else data
        try:
            # By the methods of Python's own client: those of urllib3's connections do more for their own answers.
            HTTPConnection.request(self._connection, self._first.method or "", self._first.path_url, body, self._sent)
            answer = HTTPConnection.getresponse(self._connection)
            answer.read()
        except (OSError, HTTPException, HTTPError):  # it was closed meanwhile, for example
            return None
        if "Set-Cookie" in answer.headers or 300 <= answer.status < 400 or self._tries_again(self._first, answer):
            return None
        response = requests.Response()
        response.status_code, response.url = answer.status, self._first.url or ""
        return response

    def close(self) -> None:
        """Close the connections."""
        self._disconnect()
        super().close()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _used_connection(self, request: requests.PreparedRequest) -> HTTPConnection | None:
        """Take the connection that a request went over out of the pool of requests; `None` where a proxy has it."""
        adapter = self.get_adapter(request.url or "")
        if type(adapter) is not HTTPAdapter or select_proxy(request.url or "", self._settings["proxies"]):
            return None
        pool = adapter.get_connection_with_tls_context(
            request, self._settings["verify"], proxies=self._settings["proxies"], cert=self._settings["cert"]
        )
        if pool.pool is None:
            return None
        with contextlib.suppress(queue.Empty):
            found = pool.pool.get(block=False)
            return found if isinstance(found, HTTPConnection) else None
        return None

    def _tries_again(self, first: requests.PreparedRequest, answer: HTTPResponse) -> bool:
        """Whether the adapter sends a request again that is answered so."""
        adapter = self.get_adapter(first.url or "")
        retries: Retry = cast("HTTPAdapter", adapter).max_retries  # `_used_connection` has looked at what it is
        return retries.is_retry(first.method or "", answer.status, "Retry-After" in answer.headers)

    def rebuild_method(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Decide by which method a redirect is followed: by the same one only, which keeps the event."""
        method = prepared_request.method
        super().rebuild_method(prepared_request, response)
        if prepared_request.method != method:
            moved = f"{response.url} answers {response.status_code}, and has moved to {response.headers['Location']}"
            raise requests.HTTPError(f"{moved}; set that address", response=response)
