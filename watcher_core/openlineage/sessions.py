"""A session of requests for many events to one address.

`requests.Session` reads the environment, `.netrc` and the cookies for each request, and merges them with its own
settings: that takes half of what the client's library takes for an event. Here that is done once, for the first one.

To an address that has moved (301, 302, 303), `requests.Session` sends a GET without a body, and what answers that
counts as sent. Here it is an error.
"""

from __future__ import annotations

from typing import Any

import requests


class RepeatingSession(requests.Session):
    """Sends to one address what `requests.Session` sends, by the same adapters; what is rare is left to that one."""

    def __init__(self) -> None:
        super().__init__()
        self._first: requests.PreparedRequest | None = None
        self._settings: dict[str, Any] = {}  # proxies and certificates

    def request(  # type: ignore[override]  # of its parent's options, those that the client's library passes
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send a request.

        Args:
            method, url: The same ones each time.
            **options: Of those of `requests.Session.request`: `data`, `headers` and `timeout`, which may differ each
                time; `verify` and `cert`, which may not; `allow_redirects`.

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
        request = self._first.copy()
        request.headers.update(options["headers"])
        request.prepare_body(options["data"], None)
        response = self.get_adapter(url).send(request, timeout=options["timeout"], **self._settings)
        _ = response.content  # once it is read, the connection is free for the next one
        self.cookies.update(response.cookies)
        return super().request(method, url, **options) if response.is_redirect else response

    def rebuild_method(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Decide by which method a redirect is followed: by the same one only, which keeps the event."""
        method = prepared_request.method
        super().rebuild_method(prepared_request, response)
        if prepared_request.method != method:
            moved = f"{response.url} answers {response.status_code}, and has moved to {response.headers['Location']}"
            raise requests.HTTPError(f"{moved}; set that address", response=response)
