"""Runs that did not come, and rules that are proposed."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import unique
from tests.plans import explain
from watcher_core import AlertLevel, Finding, Settings, Watcher
from watcher_core.cli import main

NOW = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)  # a Monday


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


def at(days: float = 0, hours: float = 0) -> dt.datetime:
    return NOW + dt.timedelta(days=days, hours=hours)


def runs(watcher: Watcher, *starts: dt.datetime, partitions: bool = False, minutes: float = 4, **rules: Any) -> str:
    name = unique("missed")
    pipeline = watcher.get_or_create_pipeline(name, **rules)
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""
                INSERT INTO watcher.pipeline_execution
                      (pipeline_id, source, external_id, state, start_date, end_date, logical_date)
                SELECT :id, 'python', :id || '/' || number, 'succeeded', start, start + :minutes * interval '1 minute',
                       CASE WHEN :partitions THEN start - interval '1 day' END
                  FROM unnest(CAST(:starts AS timestamptz[])) WITH ORDINALITY AS run (start, number)
            """),
            {"id": pipeline.id, "starts": list(starts), "partitions": partitions, "minutes": minutes},
        )
    return name


def daily(until: int = 0, days: int = 40) -> list[dt.datetime]:
    return [at(days=-day) for day in range(days, -until, -1)]


def found(watcher: Watcher, name: str, now: dt.datetime, **options: Any) -> list[Finding]:
    return [finding for finding in watcher.check_missed(now=now, **options) if finding.pipeline_name == name]


def alerting(watcher: Watcher) -> Watcher:
    return Watcher(watcher.url.render_as_string(hide_password=False), settings=Settings(learn_cadence="alert"))


def test_a_daily_run_that_does_not_come(watcher: Watcher) -> None:
    name = runs(watcher, *daily())  # the last one yesterday
    assert found(watcher, name, at(hours=1)) == []
    [finding] = found(watcher, name, at(hours=1.3))
    assert (finding.level, finding.due_at, finding.measured_from) == (AlertLevel.WARNING, at(), at(days=-1))
    assert finding.new
    assert not found(watcher, name, at(hours=1.4))[0].new
    assert finding.details["message"] == "did not run when it usually does: every 1 d; last 1 d 1 h ago"
    assert watcher.alerts(pipeline=name) == [], "reported, not alerted"


def test_a_monthly_run_is_missed_on_its_day_also_after_a_short_month(watcher: Watcher) -> None:
    first = dt.datetime(2026, 3, 1, 5, tzinfo=dt.UTC)
    months = [(2025, 9), (2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2)]
    name = runs(watcher, *(first.replace(year=year, month=month) for year, month in months))
    assert found(watcher, name, first + dt.timedelta(hours=1)) == []
    [finding] = found(watcher, name, first + dt.timedelta(hours=2))
    assert finding.due_at == first
    assert finding.details["message"] == "did not run when it usually does: every month; last 28 d 2 h ago"


def test_runs_follow_the_clock_of_their_schedule_also_where_partitions_have_another(watcher: Watcher) -> None:
    zones = {"partitions_timezone": "UTC", "schedule_timezone": "America/New_York"}
    name = runs(watcher, *daily(until=7), pipeline_metadata=zones)  # at midnight, until clocks go forward on 2026-03-08
    [finding] = found(watcher, name, at(days=7, hours=1))
    assert finding.due_at == at(days=6, hours=23)


@pytest.mark.parametrize("zone", ["Mars/Base", "America", "../UTC", ""])  # of none, a folder, a path
def test_runs_whose_zone_no_host_knows_follow_utc(watcher: Watcher, zone: str) -> None:
    name = runs(watcher, *daily(), pipeline_metadata={"schedule_timezone": zone})
    [finding] = found(watcher, name, at(hours=2))
    assert finding.due_at == at()


@pytest.mark.parametrize(("key", "value"), [("zone", "Mars/Base"), ("grouping", "phase of the moon")])
def test_a_rhythm_by_what_only_another_host_knows_is_learned_anew(watcher: Watcher, key: str, value: str) -> None:
    name = runs(watcher, *daily(), pipeline_metadata={"schedule_timezone": "Asia/Tokyo"})
    assert found(watcher, name, at(hours=1)) == []
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""
                UPDATE watcher.pipeline_cadence
                   SET cadence = cadence || jsonb_build_object(CAST(:key AS text), CAST(:value AS text)),
                       last_start = last_start - interval '1 day'
                 WHERE pipeline_id = :id
            """),
            {"id": watcher.pipeline(name).id, "key": key, "value": value},
        )
    [finding] = found(watcher, name, at(hours=2))
    assert finding.due_at == at()


def test_it_is_an_alert_where_that_is_asked_for_until_it_comes(watcher: Watcher) -> None:
    name = runs(watcher, *daily())
    with alerting(watcher) as careful:
        assert found(careful, name, at(hours=2))[0].new
        assert not found(careful, name, at(hours=3))[0].new
        [alert] = careful.alerts(pipeline=name)
        assert (alert.kind, alert.state) == ("missed", "open")
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=4))
        assert found(careful, name, at(hours=4.1)) == []
        assert careful.alert(alert.id).state == "resolved"
        careful.end_execution(execution.id, end_date=at(hours=4.2))
        # It is due a day after the run that was late.
        assert found(careful, name, at(days=1, hours=5)) == []
        assert len(found(careful, name, at(days=1, hours=6))) == 1


def test_who_asks_without_the_setting_ends_no_alert(watcher: Watcher) -> None:
    name = runs(watcher, *daily())
    with alerting(watcher) as careful:
        assert found(careful, name, at(hours=2))[0].new
        assert found(watcher, name, at(hours=3))
        [alert] = careful.alerts(pipeline=name)
        assert alert.state == "open"
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=4))
        assert found(watcher, name, at(hours=4.1)) == []
        assert careful.alert(alert.id).state == "resolved"
        careful.end_execution(execution.id, end_date=at(hours=4.2))


def test_who_is_told_when_it_does_not_come_needs_no_rule_to_be_watched(watcher: Watcher) -> None:
    def unwatched(asked: Watcher) -> set[str]:
        return {name for each in asked.unwatched_pipelines() for name in each.names} & {regular, new, muted}

    regular, new, muted = runs(watcher, *daily()), runs(watcher, at()), runs(watcher, *daily())
    watcher.update_pipeline(muted, mute_freshness_check=True)
    watcher.check_missed(now=at(hours=1))
    assert unwatched(watcher) == {regular, new, muted}, "reported, where nobody looks"
    with alerting(watcher) as careful:
        assert unwatched(careful) == {new, muted}
        assert not {regular} & {name for each in careful.now().unwatched for name in each.names}


def test_off_learns_nothing(watcher: Watcher) -> None:
    name = runs(watcher, *daily())
    with Watcher(watcher.url.render_as_string(hide_password=False), settings=Settings(learn_cadence="off")) as off:
        assert off.check_missed(now=at(days=1)) == []
    assert len(found(watcher, name, at(days=1))) == 1


def test_who_learns_nothing_ends_no_alert_of_a_host_that_learns(watcher: Watcher) -> None:
    name = runs(watcher, *daily())
    off = Watcher(watcher.url.render_as_string(hide_password=False), settings=Settings(learn_cadence="off"))
    with alerting(watcher) as careful, off:
        assert found(careful, name, at(hours=1.5))
        off.check_missed(now=at(hours=2))
        [alert] = careful.alerts(pipeline=name)
        assert alert.state == "open"
        off.check_missed(now=at(days=400))  # nobody has learned anything since
        assert careful.alert(alert.id).state == "resolved"


def test_what_ended_long_before_it_is_first_looked_at(watcher: Watcher) -> None:
    name = runs(watcher, *daily())
    assert found(watcher, name, at(days=9)) == []
    execution = watcher.start_execution(pipeline_id=name, start_date=at(days=9))
    watcher.end_execution(execution.id, end_date=at(days=9, hours=1))
    assert found(watcher, name, at(days=9, hours=2)) == []
    assert len(found(watcher, name, at(days=20))) == 1


def job_and_asset(watcher: Watcher, *, partitions: bool) -> tuple[str, str]:
    """A job that has run daily, and an asset with partitions that it makes."""
    job = runs(watcher, *daily(days=40), partitions=partitions)
    asset = runs(watcher, *daily(days=40), partitions=True)
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""
                UPDATE watcher.pipeline_execution AS step
                   SET parent_id = run.id
                  FROM watcher.pipeline_execution AS run
                 WHERE run.start_date = step.start_date AND run.pipeline_id = :job AND step.pipeline_id = :asset
            """),
            {"job": watcher.pipeline(job).id, "asset": watcher.pipeline(asset).id},
        )
    return job, asset


def backfill(watcher: Watcher, name: str, start: float, *, parent: int | None = None) -> int:
    """Load a partition of long ago again, in so many hours; return the execution."""
    execution = watcher.start_execution(
        pipeline_id=name, start_date=at(hours=start), logical_date=at(days=-30), parent_id=parent
    )
    watcher.end_execution(execution.id, end_date=at(hours=start + 0.1))
    return execution.id


def test_an_asset_is_missed_with_its_job(watcher: Watcher) -> None:
    job, asset = job_and_asset(watcher, partitions=False)
    missed = {finding.pipeline_name for finding in watcher.check_missed(now=at(hours=5))}
    assert job in missed
    assert asset not in missed
    backfill(watcher, asset, 6)  # which is no run of the job
    missed = {finding.pipeline_name for finding in watcher.check_missed(now=at(hours=7))}
    assert job in missed
    assert asset not in missed


def test_a_backfill_does_not_make_what_waits_for_a_missed_job(watcher: Watcher) -> None:
    job, asset = job_and_asset(watcher, partitions=True)

    def blocked(asked: Watcher) -> tuple[str, ...]:
        [alert] = asked.alerts(pipeline=job, state="open")
        return asked.alert_context(alert).blocked

    with alerting(watcher) as careful:
        found(careful, job, at(hours=5))
        assert blocked(careful) == (asset,)
        backfill(careful, asset, 6)  # by itself, then with its job
        backfill(careful, asset, 7, parent=backfill(careful, job, 7))
        assert blocked(careful) == (asset,)
        # What the job makes is stale as it did not run, whatever a backfill ran it in last.
        careful.update_pipeline(asset, freshness_number=26, freshness_datepart="hour")
        ad_hoc = careful.get_or_create_pipeline(unique("other/__ASSET_JOB")).name
        backfill(careful, asset, 8, parent=backfill(careful, ad_hoc, 8))
        careful.check_freshness(now=at(hours=60))
        [stale] = careful.alerts(pipeline=asset, state="open")
        [missed] = careful.alerts(pipeline=job, state="open")
        assert stale.cause_alert_id == missed.id


@pytest.mark.parametrize(
    "rules",
    [
        {"freshness_number": 9, "freshness_datepart": "day"},
        {"mute_freshness_check": True},
        {"active": False},
    ],
    ids=["a rule", "muted", "inactive"],
)
def test_who_is_not_looked_at(watcher: Watcher, rules: dict[str, Any]) -> None:
    name = runs(watcher, *daily())
    assert len(found(watcher, name, at(days=1))) == 1
    watcher.update_pipeline(name, **rules)
    assert found(watcher, name, at(days=1)) == []


def test_working_days(watcher: Watcher) -> None:
    name = runs(watcher, *(start for start in daily(until=-1, days=60) if start.weekday() < 5))  # until Friday
    assert found(watcher, name, at(days=-1)) == []
    assert found(watcher, name, at(hours=1)) == []
    assert len(found(watcher, name, at(hours=2))) == 1


def test_a_backfill_says_nothing_of_when_the_next_run_is_due(watcher: Watcher) -> None:
    name = runs(watcher, *daily(), partitions=True)
    pipeline = watcher.pipeline(name)
    for number in range(200):
        execution = watcher.start_execution(
            pipeline_id=pipeline.id,
            start_date=at(days=-1, hours=1 + number / 60),
            logical_date=at(days=-300 + number),
        )
        watcher.end_execution(execution.id, end_date=at(days=-1, hours=2 + number / 60))
    assert found(watcher, name, at(days=-1, hours=5)) == []
    assert len(found(watcher, name, at(days=1))) == 1


def test_a_backfill_does_not_end_what_did_not_come(watcher: Watcher) -> None:
    name = runs(watcher, *daily(), partitions=True)
    with alerting(watcher) as careful:
        assert len(found(careful, name, at(hours=2))) == 1
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=3), logical_date=at(days=-30))
        careful.end_execution(execution.id, end_date=at(hours=3.1))
        [finding] = found(careful, name, at(hours=4))
        assert (finding.new, finding.due_at, finding.measured_from) == (False, at(), at(days=-1))
        [alert] = careful.alerts(pipeline=name)
        careful.resolve_alert(alert.id)
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=5), logical_date=at(days=-29))
        careful.end_execution(execution.id, end_date=at(hours=5.1))
        assert not found(careful, name, at(hours=6), dry_run=True)[0].new
        assert not found(careful, name, at(hours=6))[0].new
        assert careful.alert(alert.id).state == "resolved", "whoever resolved it knows"
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=7), logical_date=at(days=-1))
        careful.end_execution(execution.id, end_date=at(hours=7.1))
        assert found(careful, name, at(hours=8)) == []


def load_again(watcher: Watcher, name: str, partitions: int, start: dt.datetime) -> None:
    """A backfill of old days, in their order, one in five seconds."""
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""
                INSERT INTO watcher.pipeline_execution
                      (pipeline_id, source, external_id, state, start_date, end_date, logical_date)
                SELECT :id, 'python', :id || '/again/' || number, 'succeeded',
                       :start + number * interval '5 seconds', :start + (number + 1) * interval '5 seconds',
                       :start - interval '9 years' + number * interval '1 day'
                  FROM generate_series(1, :partitions) AS number
            """),
            {"id": watcher.pipeline(name).id, "start": start, "partitions": partitions},
        )
        session.execute(sa.text("ANALYZE watcher.pipeline_execution"))


def test_hundreds_of_a_backfill_do_not_hide_how_often_it_runs(watcher: Watcher) -> None:
    name = runs(watcher, *(at(days=-7 * week) for week in range(30, 0, -1)), partitions=True)
    assert len(found(watcher, name, at(days=1))) == 1
    load_again(watcher, name, 900, at(days=1.2))
    assert [finding.due_at for finding in found(watcher, name, at(days=2))] == [at()]
    execution = watcher.start_execution(pipeline_id=name, start_date=at(days=3), logical_date=at(days=2))
    watcher.end_execution(execution.id, end_date=at(days=3, hours=1))
    assert found(watcher, name, at(days=4)) == []
    assert [finding.due_at for finding in found(watcher, name, at(days=12))] == [at(days=10)]


def test_a_backfill_is_not_read_for_each_of_its_executions(watcher: Watcher) -> None:
    name = runs(watcher, *daily(days=60), partitions=True)
    found(watcher, name, at(hours=2))
    load_again(watcher, name, 2_000, at(hours=3))
    plans = explain(watcher, lambda: found(watcher, name, at(days=2)))
    assert plans.read("pipeline_execution") < 30_000, plans


def test_a_backfill_does_not_say_when_what_did_not_come_ran(watcher: Watcher) -> None:
    name = runs(watcher, *daily(), partitions=True)
    with alerting(watcher) as careful:
        assert len(found(careful, name, at(hours=2))) == 1
        execution = careful.start_execution(pipeline_id=name, start_date=at(hours=3), logical_date=at(days=-30))
        careful.end_execution(execution.id, end_date=at(hours=3.1))
        careful.update_pipeline(name, freshness_number=3, freshness_datepart="day")
        assert found(careful, name, at(hours=4)) == []
        [alert] = careful.alerts(pipeline=name)
        assert alert.resolution == {"how": "rule_judges", "rule": "freshness"}


def test_what_a_partition_of_the_future_leaves_is_waited_for(watcher: Watcher) -> None:
    name = runs(watcher, *daily(), partitions=True)
    for day, logical in ((0, 300), (1, 0)):
        execution = watcher.start_execution(pipeline_id=name, start_date=at(days=day), logical_date=at(days=logical))
        watcher.end_execution(execution.id, end_date=at(days=day, hours=1))
    assert found(watcher, name, at(days=2, hours=1)) == []
    assert found(watcher, name, at(days=2, hours=2))[0].due_at == at(days=2)


@pytest.mark.parametrize("hours", [4, 27], ids=["on Saturday", "on Sunday"])
def test_a_run_by_hand_on_a_weekend_leaves_the_next_working_day_due(watcher: Watcher, hours: float) -> None:
    name = runs(watcher, *(start for start in daily(until=-1, days=60) if start.weekday() < 5))  # until Friday
    assert found(watcher, name, at(days=-2)) == []
    execution = watcher.start_execution(pipeline_id=name, start_date=at(days=-2, hours=hours))
    watcher.end_execution(execution.id, end_date=at(days=-2, hours=hours + 0.1))
    assert found(watcher, name, at(hours=1)) == []
    assert found(watcher, name, at(hours=2))[0].due_at == at()


def test_a_run_on_a_weekend_takes_the_place_of_the_one_that_was_missed_before(watcher: Watcher) -> None:
    name = runs(watcher, *(start for start in daily(until=-4, days=60) if start.weekday() < 5))  # until Thursday
    assert len(found(watcher, name, at(days=-3, hours=2))) == 1
    execution = watcher.start_execution(pipeline_id=name, start_date=at(days=-2))
    watcher.end_execution(execution.id, end_date=at(days=-2, hours=0.1))
    assert found(watcher, name, at(hours=1)) == []
    assert found(watcher, name, at(hours=2))[0].due_at == at()


def test_what_follows_without_a_rhythm_is_not_expected_after_a_run_that_came_early(watcher: Watcher) -> None:
    """After Fridays it comes on any day."""
    gaps = (1, 2, 3)
    starts = [start for start in daily(until=-3, days=60) if start.weekday() < 5]
    starts += [
        start + dt.timedelta(days=gaps[number % 3]) for number, start in enumerate(starts) if start.weekday() == 4
    ]
    name = runs(watcher, *sorted({start for start in starts if start < at(days=-3)}))
    assert found(watcher, name, at(days=-4)) == []
    execution = watcher.start_execution(pipeline_id=name, start_date=at(days=-3, hours=-0.1))
    watcher.end_execution(execution.id, end_date=at(days=-3))
    assert found(watcher, name, at(days=-2)) == []


def test_what_runs_every_minute_is_learned_by_the_hour(watcher: Watcher) -> None:
    minutes = (at(days=-30) + dt.timedelta(minutes=minute) for minute in range(30 * 1440))
    name = runs(watcher, *(minute for minute in minutes if 6 <= minute.hour < 20))
    assert found(watcher, name, at(hours=1.5)) == []  # it begins at six
    assert len(found(watcher, name, at(hours=2.5))) == 1


def test_what_runs_often_is_missed_within_the_hour(watcher: Watcher) -> None:
    quarters = [at(days=-30) + dt.timedelta(minutes=15 * quarter) for quarter in range(30 * 96 + 30)]
    name = runs(watcher, *(quarter for quarter in quarters if 6 <= quarter.hour < 20))  # the last one at 12:15
    assert found(watcher, name, at(hours=7.6)) == []
    [finding] = found(watcher, name, at(hours=7.7))
    assert (finding.measured_from, finding.due_at) == (at(hours=7.25), at(hours=7.5))
    [rule] = [each for each in watcher.suggest_rules() if each.pipeline_name == name]
    assert rule.usual_seconds == 900


def test_a_pause_that_is_usual_is_none_that_is_missed(watcher: Watcher) -> None:
    minutes = [at(days=-30) + dt.timedelta(minutes=5 * number) for number in range(30 * 288)]
    name = runs(watcher, *(minute for minute in minutes if not (minute.hour == 3 and minute.minute < 40)))
    assert found(watcher, name, at(hours=0.7)) == []
    assert len(found(watcher, name, at(hours=0.9))) == 1


def test_what_ran_often_and_is_hourly_since_days_is_not_missed_each_hour(watcher: Watcher) -> None:
    often = [at(days=-30) + dt.timedelta(minutes=5 * number) for number in range(27 * 288)]
    name = runs(watcher, *often, *(at(days=-3) + dt.timedelta(hours=number) for number in range(72)))
    assert found(watcher, name, at()) == []
    assert len(found(watcher, name, at(hours=0.3))) == 1


def test_rules_are_proposed(
    watcher: Watcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = runs(watcher, *(at(hours=-hour) for hour in range(700, 0, -1)))
    work = runs(watcher, *(start for start in daily(days=60) if start.weekday() < 5), minutes=90)
    watcher.check_missed(now=at())
    [hourly] = [each for each in watcher.suggest_rules() if each.pipeline_name == hour]
    assert hourly.command == f'watcher pipelines set {hour} --freshness "70 minutes" --timeliness "10 minutes"'
    assert hourly.code == 'watcher_metadata(freshness=(70, "minute"), timeliness=(10, "minute"))'
    [working] = [each for each in watcher.suggest_rules() if each.pipeline_name == work]
    assert working.code == (
        'watcher_metadata(freshness=(26, "hour"), freshness_calendar="Mon-Fri", timeliness=(3, "hour"))'
    )

    monkeypatch.setenv("WATCHER_DATABASE_URL", watcher.url.render_as_string(hide_password=False))
    with pytest.raises(SystemExit):
        main(["check", "suggest", "--json"])
    assert hourly.command in [each["command"] for each in json.loads(capsys.readouterr().out)]
    with pytest.raises(SystemExit):
        main(["check", "missed"])
    assert "usually every" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["pipelines", "set", hour, "--freshness", "70 minutes"])
    assert hour not in [each.pipeline_name for each in watcher.suggest_rules()]
