"""The oldest PostgreSQL that Watcher supports: newer ones let a migration use enum values that it has just added."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher_core import Settings, Watcher
from watcher_core.embedded.server import EmbeddedPostgres

OLDEST = Path("/usr/lib/postgresql/15/bin")  # where Debian's package puts it


@pytest.mark.skipif(not OLDEST.is_dir(), reason=f"PostgreSQL 15 is not installed: there is no {OLDEST}")
def test_the_schema_goes_up_down_and_up_and_records(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", bin_directory=OLDEST, fsync=False)
    try:
        with Watcher(server.start(), settings=Settings()) as watcher:
            watcher.upgrade()
            with watcher.track("p") as execution:
                execution.record(inserts=1)
            watcher.downgrade("0001")
            watcher.upgrade()
            with pytest.raises(ZeroDivisionError), watcher.track("p"):
                raise ZeroDivisionError
            assert [found.pipeline_name for found in watcher.check_failures()] == ["p"]
            assert [execution.inserts for execution in watcher.executions()] == [None, 1]
    finally:
        server.destroy()
