"""`watcher import etl-watcher`: what people see in 80 columns, and what programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import Databases
from tests.etl_watcher import EtlWatcher
from watcher_core import database
from watcher_core.cli import main
from watcher_core.imports import findings


@pytest.fixture
def theirs(databases: Databases) -> Iterator[EtlWatcher]:
    with databases.clone("template0") as url:
        made = EtlWatcher(url, "later")
        pipeline = made.pipeline("orders", watermark="7")
        parent = made.execution(pipeline)
        made.execution(pipeline, parent_id=parent)
        made.execution(pipeline, start=1, minutes=None, parent_id=9999)
        made.edge(pipeline, made.address("raw"), made.address("mart"))
        yield made
        made.connection.close()


@pytest.fixture(autouse=True)
def target(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "80")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["import", "etl-watcher", *arguments])
    return ended.value.code, *capsys.readouterr()


def test_what_people_see(theirs: EtlWatcher, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, theirs.url, "--source", "old", "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["there", "here"]
    assert ["executions", "3", "0"] in [line.split() for line in out.splitlines()]
    assert out.splitlines()[-1] == "nothing was written"
    code, out, err = run(capsys, theirs.url, "--source", "old")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["there", "new", "changed"]
    assert ["edges", "of", "lineage", "1", "1", "0"] in [line.split() for line in lines]
    assert [line for line in lines if line.startswith("note: ")] == [
        "note: second starts of the same pipeline at the same time: 1 (1 = 2); all are imported, and none is merged; "
        "0 of all those never ended",
        "note: executions whose parent is not there: 1 (3); imported without it",
        "note: executions that run there, or were never ended: 1 (3); they run here until an import ends them",
    ]
    assert lines[-1].startswith("all of it is here, by count, as etl-watcher:old; took ")


def test_what_programs_read(theirs: EtlWatcher, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, theirs.url, "--source", "old", "--json")
    report = json.loads(out)
    assert (code, report["source"], report["verified"], report["differences"]) == (0, "old", True, [])
    found = {each["kind"]: each for each in report["rows"]}
    assert found["executions"] == {"kind": "executions", "found": 3, "created": 3, "changed": 0, "here": 3}


def test_what_goes_wrong_is_one_line(theirs: EtlWatcher, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "mysql://somewhere/x")
    assert (code, out) == (1, "")
    assert err.startswith("error: the database URL starts with mysql://")
    code, out, err = run(capsys, "postgresql://reader@127.0.0.1:1/x")
    assert (code, err.count("\n")) == (1, 1)
    assert "that is the database to import from" in err
    assert "doctor" not in err  # which looks at Watcher's own
    code, out, err = run(capsys, database_url)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "is no database of etl-watcher" in err
    theirs.run("ALTER TABLE pipeline ADD secret_sauce text")
    code, out, err = run(capsys, theirs.url)
    assert (code, out) == (1, "")
    assert "pipeline.secret_sauce" in err
    assert "password" not in err


def test_what_is_missing_afterwards_ends_with_an_error(
    theirs: EtlWatcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes while the import goes on."""
    real = findings.write_stale

    def write_stale(session: Any, *arguments: Any, **options: Any) -> Any:
        database.driver(session).execute("DELETE FROM watcher.pipeline_execution WHERE end_date IS NULL")
        return real(session, *arguments, **options)

    monkeypatch.setattr(findings, "write_stale", write_stale)
    code, out, _ = run(capsys, theirs.url)
    assert code == 1
    assert "missing: 'orders' has 3 executions there, and 2 here" in out.splitlines()
