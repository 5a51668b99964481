"""The rounds of work that are followed by a heartbeat."""

from __future__ import annotations

from enum import StrEnum


class Round(StrEnum):
    """What is followed by a heartbeat."""

    RECORDING = "recording"  # a tick of a recorder
    CHECKS = "checks"  # a check of all pipelines, while none is overdue
    DELIVERY = "delivery"  # a delivery that had no error
