"""One thing that `watcher doctor` has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: Whether all is well with it.
        topic: What it is about.
        message: How it is.
        advice: What to do about it.
    """

    level: Level
    topic: str
    message: str
    advice: str | None = None
