"""Questions to Dagster's webserver, in GraphQL over HTTP."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from watcher_core.waiting import wait_within

Answer = Any  # JSON, as Dagster's schema describes it

# Of an instance with hundreds of schedules and sensors, their ticks take a few seconds.
TIMEOUT_SECONDS: Final = 30.0
# Characters of an error that are shown: enough to recognize it.
SHOWN: Final = 300


class DagsterError(Exception):
    """Dagster does not answer, or what it was asked for cannot be read. The message says so in a line."""


class Dagster:
    """A webserver.

    Args:
        url: Where it answers GraphQL.
        timeout: Seconds that an answer may take.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or url
        self.name = f"webserver {host}" + (f":{parts.port}" if parts.port else "")
        self.key = f"health/dagster/{self.name.removeprefix('webserver ')}{parts.path.removesuffix('/graphql')}/"

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Return the data of an answer.

        Raises:
            DagsterError: There is none.
        """
        import http.client  # HTTP takes longer to load than most of what loads this module takes
        import urllib.error
        import urllib.request

        if urllib.parse.urlsplit(self._url).scheme not in ("http", "https"):
            raise DagsterError("its address does not begin with http:// or https://")
        request = urllib.request.Request(  # noqa: S310 - checked above
            self._url,
            data=json.dumps({"query": query, "variables": dict(variables or {})}).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "watcher"},
        )

        def answered() -> tuple[int, bytes]:
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310 - checked above
                    return response.status, response.read()
            except urllib.error.HTTPError as exc:
                with exc:
                    return exc.code, exc.read()

        try:
            status, body = wait_within(self._timeout, answered)
        except (OSError, http.client.HTTPException) as exc:
            reason = getattr(exc, "reason", exc)
            raise DagsterError(f"does not answer: {str(reason) or type(reason).__name__}") from exc
        # Dagster's webserver answers 500 where it has caught an error, and says in the data which part that is of.
        if not 200 <= status < 300 and (status != 500 or not _is_whole(body)):
            raise DagsterError(f"answers HTTP {status}: {_reason(body)}")
        try:
            answer = json.loads(body)
        except ValueError as exc:
            raise DagsterError(f"answers something else than JSON, as a login would: {first_line(body)}") from exc
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            raise DagsterError(f"answers no data: {_reason(body)}")
        return answer["data"]


def part(data: Answer, name: str) -> Answer:
    """Return a part of an answer.

    Raises:
        DagsterError: It is an error, as where Dagster's storage cannot be read.
    """
    found = data.get(name)
    if not isinstance(found, dict):
        raise DagsterError(f"{name} cannot be read")
    if "message" in found and str(found.get("__typename", "")).endswith("Error"):
        raise DagsterError(f"cannot be read: {first_line(found['message'])}")
    return found


def first_line(text: object) -> str:
    """The first line of an error that says something, cut to what is shown."""
    written = text.decode(errors="replace") if isinstance(text, bytes) else str(text or "")
    line = next((line.strip() for line in written.splitlines() if line.strip()), "no reason given")
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def root_cause(error: Mapping[str, Any] | None) -> str:
    """The first line of the error at the root, which is what is to be mended; those around it say where it was met.

    Not of what gRPC raises where a code server is away: the error around that says so in words.
    """
    if error is None:
        return "no reason given"
    chain = [error, *(link["error"] for link in error.get("errorChain") or [])]
    lines = [first_line(each["message"]) for each in chain]
    return next((line for line in reversed(lines) if not line.startswith("grpc.")), lines[0])


def _is_whole(body: bytes) -> bool:
    """Whether an answer has data of all that was asked for."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("data"), dict) and not answer.get("errors")


def _reason(body: bytes) -> str:
    try:
        errors = json.loads(body)["errors"]
        return first_line(errors[0]["message"])
    except (ValueError, LookupError, TypeError):
        return first_line(body)
