"""Results of asset checks as they are recorded: what replaces what, what is found, and what people see."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import at, record, unique
from watcher_core import (
    AlertLevel,
    AssetCheckRecord,
    AssetCheckStatus,
    ExecutionState,
    Finding,
    InvalidValueError,
    NotFoundError,
    RecorderSession,
    Watcher,
    text,
)
from watcher_core.cli import main

PASSED, FAILED, ERRORED = AssetCheckStatus.PASSED, AssetCheckStatus.FAILED, AssetCheckStatus.ERRORED
INSTANCE = "an instance"


@pytest.fixture
def session(module_watcher: Watcher) -> Iterator[RecorderSession]:
    with module_watcher.recorder(INSTANCE) as session:
        assert session is not None
        yield session


@pytest.fixture
def name() -> str:
    return unique("orders")


def evaluated(
    name: str, status: AssetCheckStatus, *, minutes: float, run: str | None = None, **fields: Any
) -> AssetCheckRecord:
    run = run or f"{name}/{minutes}"
    return AssetCheckRecord(
        **{
            "pipeline_name": name,
            "check_name": "sound",
            "external_id": run,
            "execution_external_id": run,
            "status": status,
            "severity": AlertLevel.ERROR,
            "evaluated_at": at(minutes),
            **fields,
        }
    )


def write(session: RecorderSession, *records: AssetCheckRecord, executions: Any = ()) -> None:
    session.record(list(executions), asset_checks=records, cursor=session.cursor)


def find(watcher: Watcher, name: str, minutes: float = 1_000, **fields: Any) -> list[Finding]:
    return [each for each in watcher.check_asset_checks(now=at(minutes), **fields) if each.pipeline_name == name]


def failing(watcher: Watcher, name: str) -> list[Any]:
    return [result.partition for result in watcher.asset_check_results(pipeline=name) if result.open]


# What replaces what

ORDERS: dict[str, tuple[list[tuple[str | None, AssetCheckStatus]], list[str | None]]] = {
    "a later result of the same partition": ([("a", FAILED), ("a", PASSED)], []),
    "another partition": ([("a", FAILED), ("b", PASSED)], ["a"]),
    "all of the asset": ([("a", FAILED), ("b", FAILED), (None, PASSED)], []),
    "all of the asset fails": ([("a", FAILED), ("b", FAILED), (None, FAILED)], [None]),
    "a partition, after all of the asset": ([(None, FAILED), ("a", PASSED)], []),
    "a later failure": ([("a", FAILED), ("a", ERRORED)], ["a"]),
    "a failure after a success": ([("a", PASSED), ("a", FAILED)], ["a"]),
}


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "the later one is recorded first"])
@pytest.mark.parametrize("kind", ORDERS)
def test_a_later_result_replaces_what_it_is_about(
    kind: str, is_reversed: bool, module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    given, expected = ORDERS[kind]
    records = [
        evaluated(name, status, minutes=minutes, partition=partition)
        for minutes, (partition, status) in enumerate(given)
    ]
    for each in reversed(records) if is_reversed else records:
        write(session, each)
    assert failing(module_watcher, name) == expected
    write(session, *records)  # once more, and all at once
    assert failing(module_watcher, name) == expected
    assert len(module_watcher.asset_check_results(pipeline=name)) == len(records)
    (check,) = module_watcher.asset_checks(pipeline=name)
    assert (check.status, check.partition, check.failing) == (given[-1][1], given[-1][0], len(expected))


def test_a_result_of_the_same_run_is_the_same_row(module_watcher: Watcher, session: RecorderSession, name: str) -> None:
    write(session, evaluated(name, FAILED, minutes=0, run=name))
    write(session, evaluated(name, PASSED, minutes=1, run=name), evaluated(name, FAILED, minutes=0, run=name))
    assert [each.status for each in module_watcher.asset_check_results(pipeline=name)] == [PASSED]
    assert failing(module_watcher, name) == []


def test_a_record_that_breaks_a_rule_keeps_nothing_else_from_being_written(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(
        session,
        evaluated(name, FAILED, minutes=0, description="NUL \x00"),
        evaluated(name, FAILED, minutes=0, check_name=" "),
    )
    (recorded,) = module_watcher.asset_check_results(pipeline=name)
    assert (recorded.check_name, recorded.description) == ("sound", None)


def test_however_many_results_there_are_they_take_a_few_statements(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    statements: list[str] = []
    engine = module_watcher._connect()

    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    def taken(*records: AssetCheckRecord) -> int:
        statements.clear()
        write(session, *records)
        return len(statements)

    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        write(session, evaluated(name, PASSED, minutes=0))  # the pipeline is there
        none = taken()
        one = taken(evaluated(name, FAILED, minutes=1))
        many = taken(
            *(
                evaluated(name, FAILED, minutes=2 + day, check_name=f"check {check}", partition=str(day))
                for check in range(20)
                for day in range(50)
            )
        )
        assert many == one <= none + 4
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    assert len(module_watcher.asset_check_results(pipeline=name, limit=5_000)) == 1_002


# What is found


def test_a_finding_names_check_partitions_and_reason(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    module_watcher.get_or_create_pipeline(name, pipeline_metadata={"partition_count": 7, "owners": ["team:sales"]})
    write(
        session,
        *(
            evaluated(name, FAILED, minutes=minutes, partition=key, blocking=True, description=f"{key} is bad")
            for minutes, key in enumerate("ab")
        ),
    )
    (finding,) = find(module_watcher, name, dry_run=True)
    assert finding.new
    (finding,) = find(module_watcher, name)
    assert (finding.new, finding.level, finding.owners) == (True, AlertLevel.ERROR, ("team:sales",))
    details = dict(finding.details)
    assert (details["failed_partitions"], details["failed_partition_count"], details["failing"]) == (["a", "b"], 2, 2)
    assert (details["description"], details["partition_count"], details["blocking"]) == ("b is bad", 7, True)
    assert [each.new for each in find(module_watcher, name)] == [False]
    write(session, evaluated(name, PASSED, minutes=5, partition="b"))
    assert find(module_watcher, name)[0].details["failed_partitions"] == ["a"]
    (alert,) = module_watcher.alerts(pipeline=name)
    assert alert.facts["failed_partitions"] == ["a"]
    write(session, evaluated(name, PASSED, minutes=6, partition="a"))
    assert find(module_watcher, name) == []
    assert [alert.state for alert in module_watcher.alerts(pipeline=name)] == ["resolved"]


def test_a_warning_of_one_partition_and_an_error_of_another_are_an_error(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, evaluated(name, FAILED, minutes=0, partition="a", severity=AlertLevel.WARNING))
    assert find(module_watcher, name)[0].level == AlertLevel.WARNING
    write(session, evaluated(name, ERRORED, minutes=1, partition="b", severity=None))
    assert find(module_watcher, name)[0].level == AlertLevel.ERROR


def test_the_alert_of_a_check_goes_on_when_its_step_raises_an_error(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    def evaluate(minutes: float, **statuses: AssetCheckStatus) -> dict[str, tuple[str, int]]:
        """What is open then: the status, and the id of the alert, by check."""
        write(
            session,
            *(
                evaluated(name, status, minutes=minutes, check_name=check, step_key="step", severity=None)
                for check, status in statuses.items()
            ),
            executions=[record(name, f"{name}/{minutes}", start=minutes)],
        )
        find(module_watcher, name, minutes + 0.5)
        found = module_watcher.alerts(pipeline=name, state="open")
        checks = {"+".join(alert.facts.get("checks", [alert.facts["check"]])): alert for alert in found}
        return {names: (alert.facts["status"], alert.id) for names, alert in checks.items()}

    first = evaluate(0, a=FAILED, b=PASSED, c=PASSED)["a"][1]
    opened = evaluate(5, a=ERRORED, b=ERRORED, c=ERRORED)
    shared = opened["b+c"][1]
    assert opened == {"a": ("errored", first), "b+c": ("errored", shared)}
    # One that raises an error no more, and did not pass, is news; the other one is none.
    opened = evaluate(10, a=FAILED, b=FAILED, c=ERRORED)
    assert opened == {"a": ("failed", first), "b": ("failed", opened["b"][1]), "c": ("errored", shared)}
    assert evaluate(15, a=PASSED, b=ERRORED, c=ERRORED) == {
        "b": ("errored", opened["b"][1]),
        "c": ("errored", shared),
    }
    assert evaluate(20, a=PASSED, b=PASSED, c=PASSED) == {}


def test_an_error_of_a_step_is_an_alert_for_each_owner_of_its_checks(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    names = {f"{name} {asset}": owner for asset, owner in (("a", "sales"), ("b", "sales"), ("c", "stock"))}
    for asset, owner in names.items():
        module_watcher.get_or_create_pipeline(asset, pipeline_metadata={"owners": [owner]})
    write(
        session,
        *(evaluated(asset, ERRORED, minutes=0, run=f"{name}/run", step_key="step") for asset in names),
        executions=[record(f"{name} job", f"{name}/run")],
    )
    module_watcher.check_asset_checks(now=at(1))
    found = [alert for asset in names for alert in module_watcher.alerts(pipeline=asset, state="open")]
    assert sorted((names[str(alert.pipeline_name)], alert.facts.get("failing")) for alert in found) == [
        ("sales", 2),
        ("stock", None),
    ]


def test_the_last_check_of_an_error_that_somebody_resolved_is_no_news(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    def evaluate(minutes: float, **checks: tuple[str, AssetCheckStatus]) -> int:
        """How many alerts are open then, where each check was evaluated of a partition."""
        write(
            session,
            *(
                evaluated(name, status, minutes=minutes, check_name=check, step_key="step", partition=partition)
                for check, (partition, status) in checks.items()
            ),
            executions=[record(name, f"{name}/{minutes}", start=minutes)],
        )
        find(module_watcher, name, minutes + 0.5)
        return len(module_watcher.alerts(pipeline=name, state="open"))

    assert evaluate(0, a=("x", ERRORED), b=("x", ERRORED)) == 1
    [alert] = module_watcher.alerts(pipeline=name)
    module_watcher.resolve_alert(alert.id)
    assert evaluate(5, a=("x", PASSED)) == 0
    assert evaluate(10, b=("y", ERRORED)) == 1, "another partition is news"


@pytest.mark.parametrize("setting", [{"mute_asset_check": True}, {"active": False}], ids=str)
def test_a_pipeline_that_is_muted_or_inactive_has_no_findings(
    setting: dict[str, Any], module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, evaluated(name, FAILED, minutes=0))
    assert len(find(module_watcher, name)) == 1
    module_watcher.update_pipeline(name, **setting)
    assert find(module_watcher, name) == []
    assert [alert.state for alert in module_watcher.alerts(pipeline=name)] == ["resolved"]


def test_while_a_run_is_retried_nothing_new_is_reported(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    def run(run_id: str, state: ExecutionState, start: float, **metadata: Any) -> Any:
        known = {"run_id": run_id, **metadata}
        return record(f"{name} job", run_id, start=start, state=state, execution_metadata=known)

    first, retry = f"{name}/first", f"{name}/retry"
    write(
        session,
        evaluated(name, FAILED, minutes=0.5, run=first),
        executions=[run(first, ExecutionState.FAILED, 0, will_retry=True)],
    )
    assert find(module_watcher, name, 2) == []  # Dagster is about to retry it
    assert len(find(module_watcher, name, 90, dry_run=True)) == 1  # and has not
    write(session, executions=[run(retry, ExecutionState.RUNNING, 3, root_run_id=first)])
    assert find(module_watcher, name, 90) == []
    write(
        session,
        evaluated(name, FAILED, minutes=4, run=retry),
        executions=[run(retry, ExecutionState.FAILED, 3, root_run_id=first)],
    )
    assert len(find(module_watcher, name, 90)) == 1


def test_what_no_retry_evaluates_again_is_reported_once_the_last_one_has_ended(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    """Dagster's retries go on from the step that failed, and leave checks alone that were evaluated before."""

    def run(number: int, state: ExecutionState, start: float, **metadata: Any) -> None:
        known = {"run_id": f"{name}/{number}", **metadata}
        execution = record(f"{name} job", f"{name}/{number}", start=start, state=state, execution_metadata=known)
        write(session, executions=[execution])

    failed, running = ExecutionState.FAILED, ExecutionState.RUNNING
    first = f"{name}/1"
    run(1, failed, 0, will_retry=True)
    write(session, evaluated(name, FAILED, minutes=0.5, run=first))
    run(2, running, 2, root_run_id=first)
    assert find(module_watcher, name, 3) == []
    run(2, failed, 2, root_run_id=first, will_retry=True)
    assert find(module_watcher, name, 5) == [], "one more retry is about to start"
    run(3, running, 6, root_run_id=first)
    assert find(module_watcher, name, 7) == []
    run(3, ExecutionState.SUCCEEDED, 6, root_run_id=first)
    assert len(find(module_watcher, name, 8)) == 1


# A check that has not run for long


def rhythm(name: str, *, days: int, every: float = 1) -> list[AssetCheckRecord]:
    """Evaluations at noon, the last one at `at(0)`."""
    return [evaluated(name, PASSED, minutes=-day * every * 1_440) for day in range(days)]


def made(name: str, *days: float) -> list[Any]:
    """Materializations an hour before noon."""
    return [record(name, f"{name}/made/{day}", start=day * 1_440 - 60, instance_id=INSTANCE, inserts=1) for day in days]


NOT_RUN: dict[str, tuple[int, Iterable[int], int, bool]] = {
    "daily, and not for over three days": (1, [1, 2, 3, 4], 4, True),
    "daily, and not for less than that": (1, [1, 2, 3], 3, False),
    "daily, and the asset has rested too": (1, [8], 9, False),
    "daily, and the asset was made once since, long ago": (1, [8], 12, True),
    "weekly, and not for two weeks": (7, range(1, 15), 15, False),
    "weekly, and not for over three weeks": (7, range(1, 24), 24, True),
    "the asset was not made since": (1, [], 30, False),
}


@pytest.mark.parametrize("kind", NOT_RUN)
def test_a_check_that_has_not_run_for_three_of_its_intervals(
    kind: str, module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    every, days, now, expected = NOT_RUN[kind]
    write(session, *rhythm(name, days=5, every=every), executions=made(name, *days))
    found = find(module_watcher, name, now * 1_440)
    assert [each.details["status"] for each in found] == ["not_run"] * expected
    if expected:
        assert (found[0].level, found[0].new, found[0].details["usual_seconds"]) == ("warning", True, every * 86_400)
        assert [each.new for each in find(module_watcher, name, now * 1_440 + 1)] == [False]
        write(session, evaluated(name, PASSED, minutes=now * 1_440 + 2))
        assert find(module_watcher, name, now * 1_440 + 3) == []


@pytest.mark.parametrize(
    ("status", "ended", "opened"),
    [(PASSED, "passed at 2026-03-05 12:10:00 UTC", []), (FAILED, "ran at 2026-03-05 12:10:00 UTC", ["failed"])],
    ids=["passes", "fails"],
)
def test_a_check_that_runs_again_has_run_and_says_what_it_found(
    module_watcher: Watcher,
    session: RecorderSession,
    name: str,
    status: AssetCheckStatus,
    ended: str,
    opened: list[str],
) -> None:
    write(session, *rhythm(name, days=5), executions=made(name, 1, 2, 3, 4))
    find(module_watcher, name, 4 * 1_440)
    [first] = module_watcher.alerts(pipeline=name)
    write(session, evaluated(name, status, minutes=4 * 1_440 + 10, severity=AlertLevel.WARNING))
    find(module_watcher, name, 4 * 1_440 + 11)
    assert text.resolution(module_watcher.alert(first.id).resolution) == ended
    assert [alert.facts["status"] for alert in module_watcher.alerts(pipeline=name, state="open")] == opened


def test_a_backfill_is_no_rhythm(module_watcher: Watcher, session: RecorderSession, name: str) -> None:
    """Thirty partitions within minutes do not make a check one that runs each minute."""
    evaluations = [evaluated(name, PASSED, minutes=number, partition=str(number)) for number in range(30)]
    write(session, *evaluations, executions=made(name, 1, 2, 3))
    assert find(module_watcher, name, 30 * 1_440) == []


# What people see


def test_lists_and_history(
    module_watcher: Watcher,
    session: RecorderSession,
    name: str,
    module_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(
        session,
        evaluated(name, FAILED, minutes=1, partition="2026-11-26", result_metadata={"rows": 3}),
        evaluated(name, PASSED, minutes=2, check_name="other"),
    )
    watcher = module_watcher
    assert [each.name for each in watcher.asset_checks(pipeline=name)] == ["other", "sound"]
    assert [each.name for each in watcher.asset_checks(pipeline=name, failing=True)] == ["sound"]
    assert [each.check_name for each in watcher.asset_check_results(pipeline=name)] == ["other", "sound"]
    assert [each.partition for each in watcher.asset_check_results(check="sound", since=at(1), limit=1)]
    assert watcher.asset_check_results(pipeline=name, since=at(3)) == []
    with pytest.raises(NotFoundError):
        watcher.asset_checks(pipeline="nobody knows this one")
    with pytest.raises(InvalidValueError, match="status is 'fine'"):
        watcher.asset_check_results(status="fine")

    monkeypatch.setenv("WATCHER_DATABASE_URL", module_database_url)

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code in (None, 0)
        return capsys.readouterr().out

    assert "rows 3" in run("asset-checks", "history", "-p", name, "--status", "failed")
    assert json.loads(run("asset-checks", "list", "-p", name, "--failing", "--json"))[0]["name"] == "sound"
    (listed,) = [row for row in run("asset-checks", "list", "-p", name).splitlines() if "sound" in row]
    assert "failed" in listed
    assert "failed for 2026-11-26: rows 3" in run("check", "asset-checks", "--dry-run")
