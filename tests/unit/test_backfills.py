"""What is said of a backfill."""

from typing import Any

import pytest

from watcher_core import text

COUNTS = {"backfill": "abcdefghij", "partition_count": 40, "succeeded_partition_count": 37}
FAILED = {"failed_partition_count": 3, "failed_partitions": ["01-03", "01-04", "01-07"]}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {"backfill_state": "failed", **FAILED},
            "3 of 40 partitions failed in backfill abcdefgh: 01-03, 01-04, 01-07",
        ),
        (
            {"backfill_state": "running", **FAILED},
            "3 of 40 partitions failed so far in backfill abcdefgh: 01-03, 01-04, 01-07",
        ),
        (
            {"backfill_state": "running", "stopped": True, **FAILED},
            "backfill abcdefgh makes no progress: 37 of 40 partitions succeeded, 3 failed: 01-03, 01-04, 01-07",
        ),
        (
            {"backfill_state": "canceled", "missing_partition_count": 3},
            "backfill abcdefgh was canceled: 37 of 40 partitions succeeded, 3 did not run",
        ),
        (
            {"backfill_state": "failed", "backfill_error": "no such asset\n  at line 1", "missing_partition_count": 3},
            "backfill abcdefgh failed: no such asset; 37 of 40 partitions succeeded, 3 did not run",
        ),
        ({"backfill_state": "failed"}, "backfill abcdefgh failed: 37 of 40 partitions succeeded"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value.split(":")[0],
)
def test_what_is_wrong_with_a_backfill(facts: dict[str, Any], said: str) -> None:
    assert text.backfill(COUNTS | facts) == said
