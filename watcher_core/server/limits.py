"""The limits of the server, and the rate of each token."""

from __future__ import annotations

import time

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """The limits of the server.

    Attributes:
        connections: Connections to PostgreSQL at most: requests that are worked on at a time.
        waiting: Requests that wait or are worked on at most; more are answered 503.
        timeout: Seconds for a request, its body included.
        body_bytes: Bytes of a body at most.
        batch_bytes: Bytes of the body of a batch at most.
        rate: Requests a second that a token may make, on average over two seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    connections: int = Field(default=8, ge=1, le=100)
    waiting: int = Field(default=1000, ge=1)
    timeout: float = Field(default=30.0, gt=0)
    body_bytes: int = Field(default=1_000_000, ge=1)
    batch_bytes: int = Field(default=50_000_000, ge=1)
    rate: float = Field(default=5000.0, gt=0)


class Rates:
    """How many requests each token may still make: a bucket that fills up again."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float | None:
        """Take one request; return the seconds to wait where there is none left."""
        now = time.monotonic()
        left, at = self._buckets.get(name, (2 * self._rate, now))
        left = min(2 * self._rate, left + (now - at) * self._rate)
        if left < 1:
            self._buckets[name] = (left, now)
            return (1 - left) / self._rate
        self._buckets[name] = (left - 1, now)
        return None
