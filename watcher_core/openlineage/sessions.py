"""OpenLineage's client, and its session of requests, for many events to one address.

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
import io
import queue
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast

import requests
from openlineage.client import OpenLineageClient
from openlineage.client.client import Event
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.exceptions import HTTPError
from urllib3.util import Retry


class RepeatingClient(OpenLineageClient):
    """Reads the environment for each event only where its configuration names variables that go with events."""

    def add_environment_facets(self, event: Event) -> Event:
        """Add the variables that are asked for; looking for none takes as long as looking for one."""
        return super().add_environment_facets(event) if self.config.facets.environment_variables else event


class RepeatingSession(requests.Session):
    """Sends to one address what `requests.Session` sends, by the same adapters; what is rare is left to that one."""

    def __init__(self) -> None:
        super().__init__()
        self._first: requests.PreparedRequest | None = None
        self._settings: dict[str, Any] = {}  # proxies and certificates
        self._connection: HTTPConnection | None = None  # over which the last event was taken
        self._given: dict[str, str] = {}  # headers, and with those of the first request:
        self._headers: dict[str, str | bytes] = {}

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
        if self._connection is not None:
            answer = self._sent_again(self._connection, self._first, options["data"], options["headers"])
            if answer is not None:
                return answer
            self._connection.close()
            self._connection = None
        request = self._first.copy()
        request.headers.update(options["headers"])
        request.prepare_body(options["data"], None)
        response = self.get_adapter(url).send(request, timeout=options["timeout"], **self._settings)
        _ = response.content  # once it is read, the connection is free for the next one
        self.cookies.update(response.cookies)
        if response.is_redirect:
            return super().request(method, url, **options)
        if response.ok and not self.cookies:
            self._connection = self._used_connection(request)
        return response

    def close(self) -> None:
        """Close the connections."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        super().close()

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

    def _sent_again(
        self, connection: HTTPConnection, first: requests.PreparedRequest, data: bytes | str, headers: dict[str, str]
    ) -> requests.Response | None:
        """Send a request as the first one; `None` where the adapter is to send it, which waits and tries again."""
        if headers != self._given:
            merged = first.headers.copy()
            merged.update(headers)
            del merged["Content-Length"]  # that of no body
            self._given, self._headers = headers, dict(merged)
        body = data.encode() if isinstance(data, str) else data
        try:
            # urllib3's connections do more for their own answers.
            HTTPConnection.request(connection, first.method or "", first.path_url, body, self._headers)
            answer = HTTPConnection.getresponse(connection)
            content = answer.read()
        except (OSError, HTTPException, HTTPError):  # it was closed meanwhile, for example
            return None
        if "Set-Cookie" in answer.headers or 300 <= answer.status < 400 or self._tries_again(first, answer):
            return None
        response = requests.Response()
        response.status_code, response.reason, response.url = answer.status, answer.reason, first.url or ""
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(content)
        return response

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
