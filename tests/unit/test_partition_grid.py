"""The grid of a pipeline's partitions: which cells it has, and how many there are."""

from collections.abc import Sequence

import pytest

from watcher_core.overview.partitions import grid
from watcher_core.values import PartitionCell


@pytest.mark.parametrize(
    ("partitions", "cells", "expected"),
    [
        (["2026-01-31-21:00", "2026-01-31-23:00"], 3, 3),
        # Days that became hours: how many there are is not known.
        (["2026-01-29", "2026-01-30", "2026-01-31-23:00"], 3, None),
    ],
    ids=["regular", "cut anew"],
)
def test_how_many_hours_there_are_is_said_where_it_is_known(
    partitions: Sequence[str], cells: int, expected: int | None
) -> None:
    known = [PartitionCell(partition=each, state="succeeded", execution_id=1, at=None) for each in partitions]
    found = grid(known, [], pipeline_metadata={"partitions": "hourly"})
    assert found is not None
    assert (len(found.cells), found.expected) == (cells, expected)
