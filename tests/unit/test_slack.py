"""What messages look like, within the limits of Slack."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.factories import NOON, at
from tests.slack_server import broken_limit
from watcher_core import Alert, AlertEvent, AlertKind, AlertLevel, AlertState
from watcher_core.alerts import formats
from watcher_core.alerts.messages import SHOWN, Notice, message
from watcher_core.alerts.slack import cut, escape, mention

URL = "https://dagster.example.com/prefix/"

FACTS: dict[AlertKind, dict[str, Any]] = {
    AlertKind.FRESHNESS: {
        "expected_number": 12,
        "expected_datepart": "hour",
        "used_child_config": True,
        "last_dml_timestamp": "2026-02-28T20:30:00+00:00",
        "last_target_insert": "2026-02-28T20:30:00+00:00",
        "last_target_update": "2026-02-27T10:00:00+01:00",
        "due_at": "2026-03-01T08:30:00+00:00",
    },
    AlertKind.TIMELINESS: {
        "expected_number": 30,
        "expected_datepart": "minute",
        "used_child_config": False,
        "duration_seconds": 3621.4,
        "execution_state": "running",
    },
    AlertKind.FAILURE: {"error": {"class": "ValueError", "message": "no <b>rows</b>"}, "failures_in_a_row": 3},
    AlertKind.ANOMALY: {
        "metrics": [
            {
                "metric_field": "duration_seconds",
                "value": 1_814_400,
                "expected": 164_945.45,
                "lower": 120_000,
                "upper": 210_000,
                "z_score": 11.04,
                "confidence": 1.0,
                "deviation_percent": 1000.0,
                "lookback_days": 30,
                "runs": 26,
                "profile": "Mondays 09:00",
            },
            {
                "metric_field": "inserts",
                "value": 0,
                "expected": 100.0,
                "lower": None,
                "upper": 130.0,
                "z_score": -3.46,
                "runs": 1,
                "profile": "all runs",
                "repeated": 9,
                "reason": "zero 9 times in a row",
            },
        ]
    },
    AlertKind.ASSET_CHECK: {
        "check": "not_null",
        "status": "failed",
        "failed_partitions": ["2026-11-26"],
        "failed_partition_count": 1,
        "result": {"dagster_dbt/failed_row_count": 3},
    },
    AlertKind.MISSED: {"message": "no run since yesterday", "advice": "start it"},
    AlertKind.STUCK: {"message": "runs since yesterday", "advice": "end it"},
    AlertKind.HEALTH: {"subject": "code location sales", "message": "does not load", "advice": "look at its error"},
}


def alert(number: int = 1, **fields: Any) -> Alert:
    kind = fields.get("kind", AlertKind.FRESHNESS)
    return Alert(
        **{
            "id": number,
            "kind": kind,
            "level": AlertLevel.WARNING,
            "state": AlertState.OPEN,
            "deduplication_key": f"key {number}",
            "pipeline_id": 100 + number,
            "pipeline_name": "stock/prices",
            "pipeline_execution_id": None if kind is AlertKind.FRESHNESS else 456,
            "facts": FACTS[kind],
            "opened_at": NOON,
            "resolved_by_hand": False,
            "event": AlertEvent.OPENED,
            "attempts": 0,
        }
        | dict.fromkeys(
            (
                "acknowledged_at",
                "snoozed_until",
                "resolved_at",
                "reopened_at",
                "next_attempt_at",
                "lease",
                "last_error",
                "delivered_at",
                "recovery_delivered_at",
                "destination",
                "thread",
            )
        )
        | fields
    )


def written(*alerts: Alert, event: AlertEvent = AlertEvent.OPENED, total: int | None = None, **links: Any) -> Any:
    notices = [Notice(each, **links) for each in alerts]
    return message(
        notices,
        event=event,
        kind=alerts[0].kind,
        level=alerts[0].level,
        total=len(alerts) if total is None else total,
        now=NOON,
        dagster_url=URL,
    )


# What it says


def test_freshness_says_what_happened_when_and_what_was_expected() -> None:
    text = written(alert(1), alert(2)).text
    assert text.splitlines() == [
        "⚠️ 2 pipelines have stale data: stock/prices",
        "2026-03-01 12:00:00 UTC",
        "• stock/prices: last change 2026-02-28 20:30:00 UTC (insert 2026-02-28 20:30:00 UTC, "
        "update 2026-02-27 09:00:00 UTC), expected within 12 hours, overdue by 3 h 30 min "
        "[alert 1]",
        "• stock/prices: last change 2026-02-28 20:30:00 UTC (insert 2026-02-28 20:30:00 UTC, "
        "update 2026-02-27 09:00:00 UTC), expected within 12 hours, overdue by 3 h 30 min "
        "[alert 2]",
    ]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("running", "1 h (running)"),
        ("succeeded", "1 h (completed)"),
        ("failed", "1 h (completed, failed)"),
    ],
)
def test_timeliness_says_whether_it_still_runs(state: str, told: str) -> None:
    facts = {**FACTS[AlertKind.TIMELINESS], "execution_state": state}
    line = written(alert(kind=AlertKind.TIMELINESS, facts=facts)).text.splitlines()[-1]
    assert line == (f"• stock/prices: {told}, expected within 30 minutes (as its type says) [alert 1]")


def test_a_failure_says_its_error_and_how_many_there_were() -> None:
    line = written(alert(kind=AlertKind.FAILURE, level=AlertLevel.ERROR)).text.splitlines()[-1]
    assert line == ("• stock/prices: ValueError: no &lt;b&gt;rows&lt;/b&gt;, 3 failures in a row [alert 1]")


def test_an_anomaly_says_all_its_metrics() -> None:
    line = written(alert(kind=AlertKind.ANOMALY)).text.splitlines()[-1]
    assert line == (
        "• stock/prices: duration_seconds is 1,814,400 s; usual for Mondays "
        "09:00 is 164,945 s (120,000 to 210,000), z = 11, from 26 runs · inserts is 0, zero 9 times in a row; usual is "
        "100 (any to 130), z = -3.5, from 1 run [alert 1]"
    )


def test_an_asset_check_says_what_failed_where_and_why() -> None:
    failed = written(alert(kind=AlertKind.ASSET_CHECK, level=AlertLevel.ERROR), run_id="1-ab", is_asset=True)
    assert formats.as_text(failed.text, with_links=False).splitlines() == [
        "🔴 check not_null of stock/prices failed for 2026-11-26: 3 rows",
        "2026-03-01 12:00:00 UTC",
        "• check not_null of stock/prices: failed for 2026-11-26: 3 rows [alert 1]",
    ]
    assert "<https://dagster.example.com/prefix/runs/1-ab|check not_null>" in failed.blocks[2]["text"]["text"]
    gone = alert(kind=AlertKind.ASSET_CHECK, state=AlertState.RESOLVED, resolved_at=at(5))
    assert "gone from the code" in written(gone, event=AlertEvent.RESOLVED, is_removed=True).text


STALE = "stock/prices is stale: last change 15 h 30 min ago, expected within 12 hours"


@pytest.mark.parametrize(
    ("changes", "title", "lines"),
    [
        (
            [("critical", "error"), ("critical", "error")],
            "🚨 Now critical, was error: 2 pipelines are held up: orders, orders 2",
            ["• orders: no file", "• orders 2: no file"],
        ),
        (
            [("critical", "warning"), ("critical", "error")],
            "🚨 Got worse: 2 pipelines are held up: orders, orders 2",
            ["• Now critical, was warning: orders: no file", "• Now critical, was error: orders 2: no file"],
        ),
        (
            [("error", None), ("critical", "error")],
            "🚨 Got worse: 2 pipelines are held up: orders, orders 2",
            ["• orders: no file", "• Now critical, was error: orders 2: no file"],
        ),
        (
            [("error", None), ("error", None)],
            "🚨 More of it: 2 pipelines are held up: orders, orders 2",
            ["• orders: no file", "• orders 2: no file"],
        ),
    ],
)
def test_of_several_each_says_how_it_has_got_worse_unless_all_have_alike(
    changes: list[tuple[str, str | None]], title: str, lines: list[str]
) -> None:
    kinds = (AlertKind.FAILURE, AlertKind.STUCK)
    notices = [
        Notice(
            alert(
                number,
                kind=kinds[number - 1],
                level=AlertLevel(level),
                pipeline_name=f"orders {number}".removesuffix(" 1"),
                facts={"error": "no file", "message": "no file"},
            ),
            level_before=None if before is None else AlertLevel(before),
        )
        for number, (level, before) in enumerate(changes, start=1)
    ]
    sent = message(
        notices, event=AlertEvent.UPDATED, kind=kinds[0], level=AlertLevel.CRITICAL, total=len(notices), now=NOON
    )
    first, _, *listed = sent.text.splitlines()
    assert first == title
    assert [line.partition(" [alert")[0] for line in listed] == lines


def test_of_several_failures_each_says_what_it_has_blocked() -> None:
    """No later message does: what is blocked, and stale in time, is no news."""
    failures = [alert(number, kind=AlertKind.FAILURE, pipeline_name=f"raw {number}") for number in (1, 2)]
    held_up = alert(3, pipeline_name="report")

    def text(notices: list[Notice], **given: Any) -> list[str]:
        first = notices[0].alert
        total = len(notices)
        sent = message(
            notices, event=AlertEvent.OPENED, kind=first.kind, level=first.level, total=total, now=NOON, **given
        )
        return [line for line in sent.text.splitlines() if line.startswith(("•", "Cause: "))]

    blocking = Notice(failures[0], blocked=["staging", "<report>"])
    first, second = text([blocking, Notice(failures[1])])
    assert ", blocked (staging, &lt;report&gt;) [alert" in first
    assert "blocked" not in second
    assert not any("blocked" in line for line in text([blocking])), "a line of its own says it"
    assert not any("blocked" in line for line in text([Notice(held_up)], cause=blocking))


@pytest.mark.parametrize(("total", "is_said"), [(2, True), (5, True), (6, False)])
def test_of_a_few_each_says_whose_it_is_and_what_to_do(total: int, is_said: bool) -> None:
    notices = [
        Notice(alert(number, kind=AlertKind.FAILURE), owners=(f"team:{number}",), runbook=f"https://wiki/{number}")
        for number in range(total)
    ]

    def lines(event: AlertEvent) -> list[str]:
        sent = message(notices, event=event, kind=AlertKind.FAILURE, level=AlertLevel.ERROR, total=total, now=NOON)
        return [line for line in sent.text.splitlines() if line.startswith("•")]

    said = ", owner: team:1, runbook: <https://wiki/1|https://wiki/1> [alert 1]"
    assert (said in lines(AlertEvent.OPENED)[1]) == is_said
    assert not any("owner" in line for line in lines(AlertEvent.RESOLVED))


@pytest.mark.parametrize(("error", "said"), [("no file", "the same error"), (None, "failed without an error message")])
def test_an_error_is_the_same_only_where_there_is_one(error: str | None, said: str) -> None:
    step, run = (alert(number, kind=AlertKind.FAILURE, facts={"error": error}) for number in (1, 2))
    sent = message(
        [Notice(run)], event=AlertEvent.OPENED, kind=run.kind, level=run.level, total=1, now=NOON, cause=Notice(step)
    )
    [line] = [line for line in sent.text.splitlines() if line.startswith("•")]
    assert said in line


def test_what_is_not_listed_may_have_got_worse_in_another_way() -> None:
    notices = [
        Notice(alert(number, kind=AlertKind.STUCK, level=AlertLevel.CRITICAL), level_before=AlertLevel.ERROR)
        for number in (1, 2)
    ]

    def title(*unlisted: tuple[AlertLevel, AlertLevel | None]) -> str:
        sent = message(
            notices,
            event=AlertEvent.UPDATED,
            kind=AlertKind.STUCK,
            level=AlertLevel.CRITICAL,
            total=3,
            now=NOON,
            unlisted=unlisted,
        )
        return sent.text.splitlines()[0]

    assert title((AlertLevel.CRITICAL, AlertLevel.ERROR)).startswith("🚨 Now critical, was error: ")
    for other in ((AlertLevel.CRITICAL, AlertLevel.WARNING), (AlertLevel.ERROR, None)):
        assert title(other).startswith("🚨 Got worse: ")


def test_that_each_has_got_worse_fits_into_a_message() -> None:
    levels = [AlertLevel.WARNING, AlertLevel.ERROR]
    facts = {"error": "e" * 5_000}
    long = {"kind": AlertKind.FAILURE, "level": AlertLevel.CRITICAL, "pipeline_name": "p" * 200, "facts": facts}
    notices = [Notice(alert(number, **long), level_before=levels[number % 2]) for number in range(SHOWN)]
    sent = message(
        notices, event=AlertEvent.UPDATED, kind=AlertKind.FAILURE, level=AlertLevel.CRITICAL, total=300, now=NOON
    )
    assert broken_limit(sent.as_json()) is None
    assert "• Now critical, was warning: p" in str(sent.blocks)


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (AlertEvent.OPENED, f"⚠️ {STALE}"),
        (AlertEvent.REMINDED, f"⚠️ Still open: {STALE}"),
        (AlertEvent.REOPENED, f"⚠️ Back again: {STALE}"),
        (AlertEvent.RESOLVED, "✅ stock/prices is no longer stale"),
        (AlertEvent.MISSED, "✅ 1 alert came and went while messages did not get through: stock/prices"),
    ],
)
def test_each_event_has_its_words(event: AlertEvent, title: str) -> None:
    lines = written(alert(resolved_at=at(95)), event=event).text.splitlines()
    assert lines[:2] == [title, "2026-03-01 12:00:00 UTC"]


@pytest.mark.parametrize(
    ("kind", "facts", "title"),
    [
        (
            AlertKind.FAILURE,
            {
                "error": "(psycopg.errors.UniqueViolation) duplicate key 8123 in stg_orders\nDETAIL: Key exists.",
                "error_class": "sqlalchemy.exc.IntegrityError",
                "failed_partitions": ["2026-11-26"],
                "failed_partition_count": 1,
            },
            "🔴 orders failed for 2026-11-26: duplicate key 8123 in stg_orders",
        ),
        (
            AlertKind.FAILURE,
            {
                "error_class": "KeyError",
                "failed_partitions": ["a", "b"],
                "failed_partition_count": 2,
                "partition_count": 7,
            },
            "🔴 orders failed for 2 of 7 partitions (a, b): KeyError",
        ),
        (
            AlertKind.FAILURE,
            {"assets": ["orders", "sales", "stock"], "error": "no file"},
            "🔴 orders and 2 other assets failed: no file",
        ),
        (
            AlertKind.FAILURE,
            {"error": "Errors occurred in processes:\n\n  In process 71: ChildProcessCrashException\nStack Trace:"},
            "🔴 orders failed: In process 71: ChildProcessCrashException",
        ),
        (AlertKind.FAILURE, {"error": "Errors occurred:\n"}, "🔴 orders failed: Errors occurred:"),
        (
            AlertKind.FAILURE,
            {"error": "'customer_id'", "error_class": "KeyError"},
            "🔴 orders failed: KeyError: 'customer_id'",
        ),
        (
            AlertKind.TIMELINESS,
            FACTS[AlertKind.TIMELINESS],
            "🔴 orders is late: has run for 1 h, expected within 30 minutes",
        ),
        (
            AlertKind.ANOMALY,
            {**FACTS[AlertKind.ANOMALY], "partition": "2026-11-26"},
            "🔴 orders is unusual for 2026-11-26: duration_seconds is 1,814,400 s; usual for Mondays 09:00 is 164,945 "
            "s (120,000 to 210,000), and 1 other metric",
        ),
    ],
)
def test_the_first_line_says_what_where_and_why(kind: AlertKind, facts: dict[str, Any], title: str) -> None:
    sent = written(alert(kind=kind, facts=facts, level=AlertLevel.ERROR, pipeline_name="orders"))
    assert formats.as_text(sent.text, with_links=False).splitlines()[0] == title
    assert sent.blocks[0]["text"]["text"].replace("\u2060", "") == cut(title, 150)


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        (
            {"resolution": {"how": "execution", "execution_id": 7, "at": "2026-03-01T08:12:00+00:00"}},
            "✅ orders: fixed by the run of 2026-03-01 08:12:00 UTC",
        ),
        (
            {
                "resolution": {"how": "by_hand", "note": "known outage"},
                "resolved_by": "ada",
                "note": "look at the loader",
            },
            "✅ orders: closed by hand by ada: known outage",
        ),
        ({"resolution": {"how": "rule_removed"}}, "⚪ orders is no longer watched: its rule was removed"),
        (
            {"resolution": {"how": "partitions_removed"}},
            "⚪ orders is no longer watched for partitions that are gone from the code",
        ),
        (
            {"resolution": {"how": "backfill_goes_on", "at": "2026-03-01T08:12:00+00:00"}},
            "✅ orders: its backfill goes on since 2026-03-01 08:12:00 UTC",
        ),
        ({"resolution": {"how": "not_found"}}, "✅ orders no longer fails"),
    ],
    ids=["run", "by hand", "rule removed", "partitions removed", "backfill", "not known"],
)
def test_a_recovery_says_what_ended_it(fields: dict[str, Any], title: str) -> None:
    over = alert(kind=AlertKind.FAILURE, pipeline_name="orders", resolved_at=at(95), **fields)
    assert formats.as_text(written(over, event=AlertEvent.RESOLVED).text, with_links=False).splitlines()[0] == title


@pytest.mark.parametrize(("last", "sign"), [("muted", "⚪"), ("not_found", "✅")])
def test_several_that_nobody_watches_any_more_are_not_good_again(last: str, sign: str) -> None:
    over = [
        alert(number, kind=AlertKind.FAILURE, pipeline_name=f"p{number}", resolved_at=at(5), resolution={"how": how})
        for number, how in enumerate(("removed", "partitions_removed", last))
    ]
    title = written(*over, event=AlertEvent.RESOLVED).text.splitlines()[0]
    assert title == f"{sign} 3 pipelines no longer fail: p0, p1, p2"


def test_what_stays_as_it_was_is_not_good_again():
    accepted = {"how": "accepted", "at": NOON.isoformat()}
    over = [
        alert(
            number,
            kind=AlertKind.ANOMALY,
            state=AlertState.RESOLVED,
            resolved_at=at(5),
            resolution=resolution,
            pipeline_name=f"p{number}",
        )
        for number, resolution in enumerate((accepted, accepted, {"how": "usual", "at": NOON.isoformat()}))
    ]
    titles = [written(*each, event=AlertEvent.RESOLVED).text.splitlines()[0] for each in (over[:1], over[:2], over[1:])]
    assert titles == [
        "⚪ p0: taken for usual from now on, since the run of 2026-03-01 12:00:00 UTC is like it",
        "⚪ 2 pipelines are taken for usual from now on: p0, p1",
        "✅ 2 pipelines are no longer unusual: p1, p2",
    ]


def test_the_alert_about_a_backfill_says_which_and_since_when() -> None:
    facts = {
        "backfill": "abcdefghij",
        "backfill_state": "canceled",
        "partition_count": 3,
        "succeeded_partition_count": 1,
        "missing_partition_count": 2,
        "missing_partitions": ["01-02", "01-03"],
        "pipelines": ["bronze", "gold"],
        "measured_from": "2026-03-01T08:12:00+00:00",
        "page": ["runs", "b", "abcdefghij"],
    }
    of_it = alert(kind=AlertKind.FAILURE, facts=facts, level=AlertLevel.ERROR, pipeline_name="bronze")
    sent = written(of_it, run_id="1-ab")
    assert "/runs/1-ab|run>, <https://dagster.example.com/prefix/runs/b/abcdefghij|backfill>)" in sent.text
    said = "backfill abcdefgh was canceled: 1 of 3 partitions succeeded, 2 did not run"
    lines = formats.as_text(sent.text, with_links=False).splitlines()
    assert lines[0] == f"🔴 bronze: {said}"
    assert (
        f"{said}, assets (bronze, gold), missing partitions (01-02, 01-03), requested 2026-03-01 08:12:00 UTC"
        in lines[2]
    )


def test_the_log_of_a_job_is_that_of_a_step_that_failed() -> None:
    failed = alert(kind=AlertKind.FAILURE, facts={"error": "no disk", "failed_steps": ["vacuum"]})
    assert "/runs/1-ab?selection=vacuum&logs=step%3Avacuum|step vacuum>" in written(failed, run_id="1-ab").text


def test_a_single_alert_brings_what_one_needs_to_act() -> None:
    facts = {"error": "no file", "step_key": "load orders"}
    seen: dict[str, Any] = {
        "state": AlertState.ACKNOWLEDGED,
        "acknowledged_by": "ada",
        "note": "<looking>",
        "noted_by": "ada",
    }
    sent = written(
        alert(kind=AlertKind.FAILURE, facts=facts, **seen),
        run_id="1-ab",
        owners=("team:sales",),
        runbook="https://wiki.example.com/orders?a=1|x",
        last_success_at=NOON,
    )
    assert sent.text.splitlines()[2:] == [
        "• stock/prices (<https://dagster.example.com/prefix/runs/1-ab|run>): no file [alert 1]",
        "Acknowledged by ada: &lt;looking&gt;",
        "Log: <https://dagster.example.com/prefix/runs/1-ab?selection=load+orders&logs=step%3Aload+orders|"
        "step load orders>",
        "Last success: 2026-03-01 12:00:00 UTC",
        "Owner: team:sales",
        "Runbook: <https://wiki.example.com/orders?a=1%7Cx|https://wiki.example.com/orders?a=1|x>",
    ]
    assert "Last success: <!date^1772366400^{date_short_pretty} {time}|2026-03-01 12:00:00 UTC>" in str(sent.blocks)
    assert "acknowledge with watcher alerts ack 1" in str(sent.blocks[-1])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"state": AlertState.ACKNOWLEDGED, "acknowledged_by": "ada", "note": "<a>", "noted_by": "ada"},
            "acknowledged by ada: &lt;a&gt;",
        ),
        (
            {"state": AlertState.ACKNOWLEDGED, "acknowledged_by": "ada", "note": "a", "noted_by": "<bob>"},
            "acknowledged by ada, noted by &lt;bob&gt;: a",
        ),
        ({"state": AlertState.ACKNOWLEDGED, "acknowledged_by": "ada", "note": "a"}, "acknowledged by ada, note: a"),
        ({"state": AlertState.ACKNOWLEDGED, "note": "a"}, "acknowledged: a"),
        ({"state": AlertState.ACKNOWLEDGED, "note": "a", "noted_by": "bob"}, "acknowledged, noted by bob: a"),
        ({"note": "a", "noted_by": "bob"}, "noted by bob: a"),
        ({"note": "a"}, "note: a"),
        (
            {
                "acknowledged_at": NOON,
                "acknowledged_by": "ada",
                "note": "a",
                "noted_by": "ada",
                "covered_level": AlertLevel.INFO,
            },
            "acknowledged by ada at level info: a",
        ),
        (
            {"snoozed_at": NOON, "snoozed_by": "ada", "covered_level": AlertLevel.INFO},
            "snoozed by ada at level info",
        ),
        (
            {
                "state": AlertState.SNOOZED,
                "snoozed_by": "ada",
                "snoozed_until": NOON,
                "note": "a",
                "noted_by": "bob",
            },
            "snoozed until 2026-03-01 12:00:00 UTC by ada, noted by bob: a",
        ),
    ],
)
def test_a_message_says_who_did_what_and_whose_the_last_note_is(fields: dict[str, Any], said: str) -> None:
    given = alert(kind=AlertKind.FAILURE, **fields)
    alone = written(given).text.splitlines()
    assert alone[2].endswith("3 failures in a row [alert 1]")
    assert ", ".join(f"{line[:1].lower()}{line[1:]}" for line in alone[3:]) == said
    assert f"3 failures in a row, {said} [alert 1]" in written(given, alert(2, kind=AlertKind.FAILURE)).text


def test_a_message_says_which_deployment_it_comes_from() -> None:
    late = alert(kind=AlertKind.TIMELINESS)
    sent = message(
        [Notice(late, usual_seconds=720.0)],
        event=AlertEvent.OPENED,
        kind=late.kind,
        level=late.level,
        total=1,
        now=NOON,
        environment="<staging>",
    )
    assert sent.text.splitlines()[1] == "2026-03-01 12:00:00 UTC · &lt;staging&gt;"
    assert sent.text.splitlines()[-1] == "Usually takes 12 min"


def test_the_recovery_of_a_part_of_dagster_reads_well_whatever_its_number() -> None:
    over = alert(
        kind=AlertKind.HEALTH, pipeline_name=None, facts={"subject": "runs that are queued"}, resolved_at=at(95)
    )
    assert written(over, event=AlertEvent.RESOLVED).text.splitlines()[0] == "✅ runs that are queued: good again"


def test_a_recovery_says_how_long_it_took_and_who_resolved_it() -> None:
    over = alert(state=AlertState.RESOLVED, resolved_at=at(95), resolved_by_hand=True)
    line = written(over, event=AlertEvent.RESOLVED).text.splitlines()[-1]
    assert line == ("• stock/prices: resolved at 2026-03-01 13:35:00 UTC after 1 h 35 min by hand [alert 1]")


def test_a_recovery_does_not_take_the_time_of_the_alert_for_that_of_the_execution() -> None:
    ended = {"how": "ended", "at": at(95).isoformat()}
    over = alert(kind=AlertKind.TIMELINESS, state=AlertState.RESOLVED, resolved_at=at(95), resolution=ended)
    line = written(over, event=AlertEvent.RESOLVED).text.splitlines()[-1]
    assert line.endswith("ended at 2026-03-01 13:35:00 UTC; the alert was open for 1 h 35 min [alert 1]")


def test_what_is_told_late_says_when_it_was_found_and_that_somebody_looks() -> None:
    late = alert(opened_at=NOON - dt.timedelta(hours=2), state=AlertState.ACKNOWLEDGED)
    assert ", found at 2026-03-01 10:00:00 UTC [alert 1]\nAcknowledged" in written(late).text


def test_what_is_back_was_found_first_when_its_alert_opened() -> None:
    back = alert(opened_at=NOON - dt.timedelta(hours=2), reopenings=1)
    assert ", first found at 2026-03-01 10:00:00 UTC" in written(back).text


@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("event", AlertEvent)
def test_no_fact_is_needed(kind: AlertKind, event: AlertEvent) -> None:
    assert broken_limit(written(alert(kind=kind, facts={}), event=event).as_json()) is None


def test_names_link_to_the_asset_and_beside_it_to_the_run() -> None:
    linked = written(alert(kind=AlertKind.FAILURE, pipeline_name="a b/c|>d"), is_asset=True, run_id="1234-ab")
    section = linked.blocks[2]["text"]["text"]
    assert "<https://dagster.example.com/prefix/runs/1234-ab|run>" in section
    assert "<https://dagster.example.com/prefix/assets/a%20b/c%7C%3Ed|a b/c|&gt;d>" in section
    assert "<" not in written(alert()).text


def test_a_terminal_gets_the_text_without_markup() -> None:
    linked = written(alert(kind=AlertKind.FAILURE, pipeline_name="_a_"), is_asset=True, run_id="1")
    assert "_a_: ValueError: no <b>rows</b>" in formats.as_text(linked.text, with_links=False)


# Limits


def test_thirty_thousand_are_one_message_that_says_how_many_more() -> None:
    sent = written(*(alert(number) for number in range(1, 50)), total=30_000)
    assert broken_limit(sent.as_json()) is None
    assert sent.text.splitlines()[0].startswith("⚠️ 30,000 pipelines have stale data: stock/prices")
    assert sent.text.splitlines()[-1] == f"… and {30_000 - SHOWN:,} more"
    assert sum(block.get("text", {}).get("text", "").count("• ") for block in sent.blocks) == SHOWN


def test_the_longest_message_is_within_the_limits() -> None:
    facts = {"error": {"class": "&" * 5_000, "message": "<" * 50_000}}
    longest = [alert(n, kind=AlertKind.FAILURE, facts=facts, pipeline_name="é&" * 1_000) for n in range(40)]
    sent = written(*longest, total=40, run_id="r" * 36, is_asset=True)
    assert broken_limit(sent.as_json()) is None
    assert broken_limit(sent.plain().as_json()) is None


# Text from users


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("raw_flights", "raw_flights"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://evil|click>", "&lt;https://evil|click&gt;"),
        ("a & b", "a &amp; b"),
        ("```\ncode", "ˋˋˋ code"),
        ("x\r\n> quoted\u2028next", "x &gt; quoted next"),
        ("_a_ *b* ~c~ 2*3", "\u2060_a\u2060_ \u2060*b\u2060* \u2060~c\u2060~ 2*3"),
        ("@here", "@\u2060here"),
        (":tada: :100:", ":\u2060tada: :\u2060100:"),
        ("2026-03-01 08:12:00 UTC", "2026-03-01 08:12:00 UTC"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_text_is_shown_as_it_is(given: str, shown: str) -> None:
    assert escape(given) == shown


def test_nobody_is_pinged_by_a_name() -> None:
    hostile = "<!channel> @channel <@U123> `x`\n*bold*"
    facts = {"error": {"class": hostile, "message": hostile}}
    sent = written(alert(kind=AlertKind.FAILURE, pipeline_name=hostile, facts=facts), is_asset=True)
    texts = [sent.text, *(block["text"]["text"] for block in sent.blocks if "text" in block)]
    for text in texts:
        assert "<!" not in text.replace("<!date^", "")
        assert "<@" not in text
        assert "@channel" not in text
        assert "`" not in text
    assert all(block["text"]["verbatim"] for block in sent.blocks if block["type"] == "section")
    for text in (formats.as_text(sent.text), formats.as_markdown(sent.text.splitlines())):  # as for Discord
        assert not re.search(r"<[@#!&]|@channel", text)


def test_who_is_meant_is_pinged_elsewhere_too() -> None:
    line = f"• orders: <@1> is late, {mention('<@42>')} {mention('@here')}"
    assert formats.as_text(line) == "• orders: <\u2060@1> is late, <@42> @here"
    assert formats.as_markdown([line]).endswith("is late, <@42> @here")


def test_a_long_name_leaves_room_for_what_is_wrong() -> None:
    name = "warehouse/" + "x" * 300 + "/orders_by_day"
    failed = alert(kind=AlertKind.FAILURE, facts={"error": "no file"}, level=AlertLevel.ERROR, pipeline_name=name)
    header = written(failed).blocks[0]["text"]["text"].replace("\u2060", "")
    assert header.startswith("🔴 warehouse/xxx")
    assert header.endswith("x/orders_by_day failed: no file")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (AlertKind.FAILURE, "no file, failed at 2026-03-01 08:12:00 UTC"),
        (AlertKind.ANOMALY, "unusual, of the run that ended at 2026-03-01 08:12:00 UTC"),
    ],
)
def test_what_happened_long_before_it_was_found_says_when(kind: AlertKind, said: str) -> None:
    facts = {"error": "no file", "ended_at": "2026-03-01T08:12:00+00:00"}
    late = written(alert(kind=kind, facts=facts, level=AlertLevel.ERROR))
    assert said in formats.as_text(late.text)


def test_an_address_that_is_its_own_label_is_said_once() -> None:
    assert formats.as_text("Runbook: <https://a.example/x|https://a.example/x>") == "Runbook: https://a.example/x"
