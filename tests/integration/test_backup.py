"""A dump of the schema is a backup: what docs/how-to/production.md says of it, done."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from tests.conftest import BINARIES
from tests.documentation import ROOT, examples
from watcher_core import Watcher
from watcher_core.embedded import EmbeddedPostgres

[COMMANDS] = [
    block for block in examples(ROOT / "docs" / "how-to" / "production.md", "sh") if block.startswith("pg_dump ")
]


def test_what_was_dumped_is_all_there_and_is_recorded_on(
    watcher: Watcher, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    with watcher.track("orders", next_watermark=7) as execution:
        execution.record(inserts=3)
    programs = EmbeddedPostgres(tmp_path / "unused", bin_directory=Path(BINARIES) if BINARIES else None)
    urls = {"$WATCHER_DATABASE_URL": database_url, "$NEW_DATABASE_URL": empty_database_url}
    for line in COMMANDS.replace("\\\n", " ").splitlines():
        program, *arguments = [urls.get(each, each) for each in shlex.split(line, comments=True)]
        if program in ("pg_dump", "pg_restore"):  # the others are commands of Watcher, with tests of their own
            command = [str(programs.binary(program)), *(re.sub(r"\+psycopg\d?", "", each) for each in arguments)]
            subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    with Watcher(empty_database_url) as restored:
        assert restored.pipeline("orders").watermark == "7"
        assert restored.executions(pipeline="orders") == watcher.executions(pipeline="orders")
        with restored.track("orders", next_watermark=9) as execution:
            assert execution.watermark == "7"
        assert restored.executions(pipeline="orders")[0].id > watcher.executions(pipeline="orders")[0].id
