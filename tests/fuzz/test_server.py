"""Hostile requests to the HTTP API, in this process: none is answered 500, nor with a status that is not documented.

`make fuzz ARGS=100000` sends so many. The seed is printed; with `FUZZ_SEED` the same ones are sent again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest

from tests.openlineage_events import SAMPLES, places, replaced, sample
from watcher_core import Watcher
from watcher_core.server import create_app
from watcher_core.server.guard import Guard

COUNT = int(os.environ.get("FUZZ_COUNT", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)

AT_A_TIME = 8
# Requests that take longer hang.
LONGEST_SECONDS = 60
REPORTED_EVERY = 10_000

# Of each kind of value, those that programs stumble over.
TEXTS = (
    *("", " ", "a", "orders", "ORDERS", "null", "true", "0", "1", "-1", "1e309", "NaN"),
    *("a/b", "../..", "%2e%2e", "%00", "\x00", "\ud800", "ü", "İ", "\u202e", "a" * 151, "a" * 2049),
    *("'; DROP TABLE x; --", "%s", "{}", "$1", "\\", "\r\nX: y"),
    *("2026-01-02", "2026-01-02T06:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30"),
    *("hour", "succeeded", "running", "total_rows", "postgresql", "database", "*", "0 6 * * *", "Europe/Berlin"),
)
NUMBERS = (0, 1, 2, -1, 2**31, 2**63 - 1, 2**63, 10**30, 0.5, -0.0, 1e308, 5e-324)
# What is no JSON for some readers.
RAW = (
    *(b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b'{"id": 1, "id": 2}'),
    *(b"[" * 5_000, b"1" * 5_000, b'"\\ud800"'),
)
# Events of OpenLineage as producers have sent them: its schema alone leaves most of what is read of them empty.
EVENTS = tuple(event for file in sorted(SAMPLES.glob("*.jsonl")) for event in sample(file.stem))
EVENT_PATHS = ("/api/v1/lineage", "/api/v1/lineage/batch")
HEADERS: tuple[tuple[str, str], ...] = (
    ("Prefer", "handling=strict, return=representation"),
    ("Idempotency-Key", "a"),
    ("Idempotency-Key", " " * 10),
    ("Idempotency-Key", "k" * 300),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "multipart/form-data"),
    ("Authorization", "Basic YTpi"),
    ("Authorization", "Bearer "),
    ("Origin", "https://evil.example"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("Content-Length", "99999999999999999999"),
)


@dataclass(frozen=True)
class Request:
    """A request as it comes: httpx would refuse to send some of them, and takes longer than the server."""

    method: str
    path: str
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    async def sent_to(self, app: Guard) -> tuple[int, bytes]:
        """Send it; return the status and the body of the answer."""
        given = {"host": "127.0.0.1:8000", "content-length": str(len(self.body)), **dict(self.headers)}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 8000),
        }
        status, parts = 0, []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": self.body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            parts.append(message.get("body", b""))

        await app(scope, receive, send)
        return status, b"".join(parts)


class Hostile:
    """Makes requests for the operations of an OpenAPI document."""

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        self._random = random.Random(seed)
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        self.operations = [
            (method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]

    def request(self) -> tuple[Request, set[int]]:
        """Return a request, and the statuses that are documented for it."""
        method, path, operation = self._random.choice(self.operations)
        query = {}
        for parameter in operation.get("parameters", ()):
            value = self._text(parameter.get("schema", {})).encode("utf-8", "replace")
            if parameter["in"] == "path":
                for place in ("{" + parameter["name"] + "}", "{" + parameter["name"] + ":path}"):
                    path = path.replace(place, quote(value, safe="/"))
            elif parameter["in"] == "query" and self._random.random() < 0.5:
                query[parameter["name"]] = value
        body = b""
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            is_raw = self._random.random() < 0.1
            value = self._events(path) if path in EVENT_PATHS else self._value(schema)
            body = self._random.choice(RAW) if is_raw else json.dumps(value).encode()
        documented = {int(status) for status in operation["responses"]}
        return Request(method, path, urlencode(query), self._some(HEADERS), body), documented

    def _events(self, path: str) -> Any:
        """One or several real events, with something else in up to three places of each."""
        events = []
        for _ in range(self._random.randrange(1, 4)):
            event = self._random.choice(EVENTS)
            for _ in range(self._random.randrange(4)):
                event = replaced(event, self._random.choice(places(event)), self._anything(0))
            events.append(event)
        return events if path.endswith("/batch") else events[0]

    def _some(self, choices: tuple[Any, ...]) -> list[Any]:
        return [choice for choice in choices if self._random.random() < 0.01]

    def _text(self, schema: dict[str, Any]) -> str:
        is_right = self._random.random() < 0.6
        kinds = {schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))}
        if is_right and "integer" in kinds:
            return str(self._random.choice((1, 2, 3, 10)))
        return self._random.choice(TEXTS)

    def _value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        if "$ref" in schema:
            schema = self._schemas.get(schema["$ref"].rpartition("/")[2], {})
        if "anyOf" in schema:
            return self._value(self._random.choice(schema["anyOf"]), depth)
        if self._random.random() < 0.03:
            return self._anything(depth)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        match schema.get("type"):
            case "object" if depth < 6:
                required = schema.get("required", ())
                return {
                    name: self._value(kind, depth + 1)
                    for name, kind in schema.get("properties", {}).items()
                    if (name in required and self._random.random() < 0.97) or self._random.random() < 0.3
                }
            case "array" if depth < 6:
                return [self._value(schema.get("items", {}), depth + 1) for _ in range(self._random.randrange(3))]
            case "integer" | "number":
                return self._random.choice((1, 2, 3, *NUMBERS))
            case "boolean":
                return self._random.random() < 0.5
            case "null":
                return None
            case "string" if schema.get("format") == "date-time":
                return self._random.choice(("2026-01-02T06:00:00Z", "2026-01-02T07:00:00Z", *TEXTS))
        return self._anything(depth) if depth else {}

    def _anything(self, depth: int) -> Any:
        kind = self._random.randrange(6 if depth < 6 else 4)
        if kind == 4:
            return {self._random.choice(TEXTS): self._anything(depth + 1)}
        if kind == 5:
            return [self._anything(depth + 1)]
        return (None, True, self._random.choice(NUMBERS), self._random.choice(TEXTS))[kind]


def test_no_request_is_answered_with_an_error_of_the_server(
    module_watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"FUZZ_SEED={SEED}, {COUNT:,} requests")
    monkeypatch.setattr("watcher_core.server.background.Background.start", lambda *_: None)
    statuses = asyncio.run(_send_all(create_app(module_watcher)))
    print(dict(sorted(statuses.items())))
    assert statuses[200] + statuses[201] + statuses[204] > COUNT / 20  # most of it would else end at the first check


async def _send_all(app: Guard) -> Counter[int]:
    statuses: Counter[int] = Counter()
    async with app.lifespan():
        _, document = await Request("GET", "/openapi.json").sent_to(app)
        hostile = Hostile(json.loads(document), SEED)
        for first in range(0, COUNT, AT_A_TIME):
            made = [hostile.request() for _ in range(min(AT_A_TIME, COUNT - first))]
            async with asyncio.timeout(LONGEST_SECONDS):
                answers = await asyncio.gather(*(request.sent_to(app) for request, _ in made))
            for (request, documented), (status, body) in zip(made, answers, strict=True):
                statuses[status] += 1
                problem = _problem(status, body, documented)
                assert problem is None, f"one of {first}+ of seed {SEED}: {request}: {problem}"
            if first // REPORTED_EVERY != (first + AT_A_TIME) // REPORTED_EVERY:
                print(f"{first + AT_A_TIME:,} requests", flush=True)
    return statuses


def _problem(status: int, body: bytes, documented: set[int]) -> str | None:
    if status >= 500 and status != 503:
        return f"answers {status}"
    if status not in documented | {404, 405}:  # a hostile path may be another one, or none
        return f"answers {status}, which is not documented"
    if status >= 400 and not {"detail", "message", "code", "details"} <= json.loads(body).keys():
        return f"answers {body[:200]!r}"
    return None
