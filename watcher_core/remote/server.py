"""The server that a host records to: how it is asked, how often, and which of our errors its answers are."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from watcher_core import arguments
from watcher_core.errors import (
    AccessDeniedError,
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionEndedError,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
)
from watcher_core.waiting import remaining_seconds, wait_within

if TYPE_CHECKING:
    from watcher_core.remote.connections import Answer, Connections

# Seconds before the second try and the third: a server that starts again is back by then.
PAUSES = (0.2, 1.0)
# By it the server names itself: what answers without it is a proxy, the page of a login, or another program.
VERSION_HEADER = "Watcher-Version"

NO_CONTENT = 204
NO_JSON = "its answer is cut off on the way, or is a page for people, as below /ui/"

REPEATED_STATUSES = (408, 429, 500, 502, 503, 504)

# Where no time limit holds, as it does in `track`.
TIMEOUT_SECONDS = 30.0


class RemoteServer:
    """`watcher serve` on another host.

    Attributes:
        address: Its URL, `https://watcher.example.com`.

    Raises:
        ConfigurationError: The address or the token cannot be used.
    """

    def __init__(self, address: str, token: str | None) -> None:
        self.address = _clean_address(address)
        self._headers = {} if token is None else {"Authorization": f"Bearer {_clean_token(token)}"}
        self._client: tuple[int, Connections] | None = None

    def close(self) -> None:
        """Close all connections. The next request opens them again."""
        if self._client is not None and self._client[0] == os.getpid():
            self._client[1].close()
        self._client = None

    def send(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        pauses: Sequence[float] | None = None,
    ) -> Any:
        """Send a request until it is answered, as long as the time limit lets it; return what the JSON says.

        Args:
            path: Where to.
            body: What is sent; without one it only reads.
            method: That of HTTP; by default GET, and POST with a body.
            headers: Those of this request.
            pauses: Seconds before each further try; none where it is not safe to repeat it.
        """
        method = method or ("GET" if body is None else "POST")
        content = None if body is None else arguments.json_text(dict(body)).encode()
        limit = remaining_seconds()
        deadline = time.monotonic() + (TIMEOUT_SECONDS if limit is None else limit)
        for pause in (*(PAUSES if pauses is None else pauses), None):
            left = max(0.05, deadline - time.monotonic())
            try:
                ask = partial(self._connections().ask, method, path, content=content, headers=headers, seconds=left)
                answer = wait_within(left, ask)
            except TimeoutError:
                self._client = None  # its connection is in use
                raise DatabaseUnavailableError(f"{self.address} cannot be reached: no answer in time") from None
            except OSError as exc:
                error: Exception = DatabaseUnavailableError(f"{self.address} cannot be reached: {exc}")
            else:
                if answer.is_success and VERSION_HEADER in answer.headers:
                    try:
                        return json.loads(answer.content) if answer.status != NO_CONTENT else None
                    except ValueError:  # none of what waits may be taken for what breaks a rule
                        error = DatabaseUnavailableError(f"{self.address} cannot be reached: {NO_JSON}")
                else:
                    error = self._error(answer)
                    if answer.status not in REPEATED_STATUSES or _is_locked(error):  # it has been waited for there
                        raise error
            if pause is None or time.monotonic() + pause >= deadline:
                raise error
            time.sleep(pause)
        raise AssertionError("the last pause is None")

    def _connections(self) -> Connections:
        from watcher_core.remote.connections import Connections

        if self._client is None or self._client[0] != os.getpid():  # a fork must not share its parent's connections
            headers = {**self._headers, "Content-Type": "application/json", "User-Agent": "watcher"}
            self._client = os.getpid(), Connections(self.address, headers)
        return self._client[1]

    def _error(self, answer: Answer) -> Exception:
        if VERSION_HEADER not in answer.headers and answer.status != 413:  # which is about this request alone
            return DatabaseUnavailableError(
                f"{self.address} cannot be reached: it answers {answer.status}, and is no Watcher"
                + (f" of this version: the header {VERSION_HEADER} is missing" if answer.is_success else "")
                + _advice(answer)
            )
        try:
            found = json.loads(answer.content)
            message, code, details = str(found["message"]), str(found["code"]), dict(found["details"])
        except (ValueError, KeyError, TypeError):  # a page for people, as the address is that of the board
            message, code, details = f"it answers {answer.status}{_advice(answer)}", "", {}
        where = f"{self.address}: {message}"
        match code:
            case "locked":
                return DatabaseUnavailableError(where, is_reached=True, is_locked=True)
            case "not_found" if details:
                return NotFoundError(details["kind"], details["reference"])
            case "execution_ended":
                differences = {name: (was, now) for name, (was, now) in details["differences"].items()}
                return ExecutionEndedError(details["execution_id"], differences)
            case "pipeline_inactive":
                return PipelineInactiveError(details["pipeline_name"])
            case "invalid_value" | "validation" | "too_large" | "conflict":
                return InvalidValueError(message)
        if answer.status in REPEATED_STATUSES:
            return DatabaseUnavailableError(where, is_reached=True)
        # A wrong token must not break the job that is tracked.
        if code == "unauthorized":
            given = message.partition(":")[0]  # what follows is for those who write the header themselves
            return AccessDeniedError(
                f"{self.address}: {given}; set WATCHER_TOKEN to what this prints where the server runs: "
                "watcher tokens create NAME"
            )
        if code == "forbidden":
            return AccessDeniedError(where, pipelines=details.get("refused", ()))
        return DatabaseError(where)


def _advice(answer: Answer) -> str:
    """Return what to do about an answer that is not of the API."""
    to = answer.headers.get("Location", "").partition("?")[0]
    if 300 <= answer.status < 400 and to:
        return f"; it redirects to {to}: set WATCHER_URL to an address that does not redirect"
    if answer.status == 413:
        return "; let the proxy in front of it take larger requests, of 50 MB"
    if answer.status in REPEATED_STATUSES:
        return ""  # it starts again, or is busy
    return "; set WATCHER_URL to the address of watcher serve, and let a proxy in front of it pass its answers on"


def _clean_address(address: str) -> str:
    scheme, _, rest = address.strip().partition("://")
    host = rest.split("/", 1)[0]
    if scheme.lower() not in ("http", "https") or not host or "@" in host or any(mark in rest for mark in "?# "):
        raise ConfigurationError(
            "the server's URL (WATCHER_URL, if it is from the environment) cannot be read; "
            "it looks like https://watcher.example.com, and the token is passed apart"
        )
    return f"{scheme.lower()}://{rest.rstrip('/')}"


def _clean_token(token: str) -> str:
    cleaned = token.strip()
    if not cleaned.isascii() or not cleaned.isprintable() or " " in cleaned:
        raise ConfigurationError("the token cannot be sent: it has characters that a header may not have")
    return cleaned


def _is_locked(error: Exception) -> bool:
    return isinstance(error, DatabaseUnavailableError) and error.is_locked
