"""Rules for freshness that find data stale again and again, though nothing is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest

from tests.factories import unique
from watcher_core import DatePart, ExecutionRecord, ExecutionSource, ExecutionState, RuleSuggestion, Watcher
from watcher_core.alerts import SlackMessage
from watcher_core.cli import main

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TODAY = dt.datetime.now(dt.UTC).replace(hour=5, minute=0, second=0, microsecond=0)
FIRST = TODAY - (28 + TODAY.weekday()) * DAY  # a Monday


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


class Channel:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, message: SlackMessage, *, thread: str | None = None) -> str | None:
        self.texts.append(message.text)
        return None


def live(
    watcher: Watcher,
    starts: Iterable[dt.datetime],
    *,
    rule: tuple[int, DatePart],
    failing: Iterable[dt.datetime] = (),
    until: dt.datetime | None = None,
    zone: str | None = None,
    calendar: str | None = None,
    step: dt.timedelta = HOUR / 2,
) -> tuple[str, dt.datetime]:
    """Let a pipeline run, and check its freshness at each step; return its name, and the last time."""
    name, starts, failing = unique("fit"), sorted(starts), set(failing)
    metadata = {"schedule_timezone": zone} if zone else None
    watcher.get_or_create_pipeline(
        name,
        freshness_number=rule[0],
        freshness_datepart=rule[1],
        freshness_calendar=calendar,
        pipeline_metadata=metadata,
    )
    now, end = starts[0], until or starts[-1] + step
    while now <= end:
        for start in [start for start in starts if now - step < start + HOUR / 12 <= now]:
            watcher.record(
                [
                    ExecutionRecord(
                        pipeline_name=name,
                        source=ExecutionSource.PYTHON,
                        external_id=f"{name}/{start}",
                        state=ExecutionState.FAILED if start in failing else ExecutionState.SUCCEEDED,
                        start_date=start,
                        end_date=start + HOUR / 12,
                        inserts=None if start in failing else 10,
                    )
                ]
            )
        watcher.check_freshness(pipeline=name, now=now)
        now += step
    return name, now


def proposed(watcher: Watcher, name: str, now: dt.datetime) -> RuleSuggestion | None:
    found = watcher.suggest_rules(pipelines=[watcher.pipeline(name).id], now=now)
    return found[0] if found else None


def hourly_then_each_fourth_hour() -> list[dt.datetime]:
    return [FIRST + hour * HOUR for hour in [*range(12), *range(12, 36, 4)]]


def test_what_runs_less_often_than_it_did(watcher: Watcher) -> None:
    name, now = live(watcher, hourly_then_each_fourth_hour(), rule=(70, DatePart.MINUTE))
    found = proposed(watcher, name, now)
    assert found is not None
    assert (found.freshness_number, found.freshness_datepart) == (5, DatePart.HOUR)
    assert found.instead_of == (70, DatePart.MINUTE)
    assert found.why == "its rule of 70 minutes does not fit: stale after 5 of its last 10 runs"
    assert found.command == f'watcher pipelines set {name} --freshness "5 hours"'
    watcher.update_pipeline(name, freshness_number=5, freshness_datepart=DatePart.HOUR)
    assert proposed(watcher, name, now) is None, "it fits now, whatever was found before"


def test_its_message_and_its_alert_say_so(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", watcher.url.render_as_string(hide_password=False))
    starts = hourly_then_each_fourth_hour()
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE), until=starts[-1] + 2 * HOUR)
    [alert] = watcher.alerts(pipeline=name, state=["open"])
    channel = Channel()
    watcher.deliver_alerts({"default": channel}, now=now)
    text = "\n".join(channel.texts)
    assert "Does the rule fit? It was stale after 5 of its last 10 runs: watcher check suggest" in text
    context = watcher.alert_context(alert)
    assert context.advice is not None
    assert context.advice.startswith("its rule of 70 minutes does not fit: stale after 5 of its last 10 runs; one that")
    with pytest.raises(SystemExit):
        main(["alerts", "show", str(alert.id)])
    shown = " ".join(capsys.readouterr().out.split())
    assert "what to do its rule of 70 minutes does not fit" in shown


@pytest.mark.parametrize(
    ("starts", "calendar"),
    [
        ([FIRST + hour * HOUR for hour in range(0, 20, 4)], None),
        (hourly_then_each_fourth_hour(), "Mon-Sun"),
    ],
    ids=["too few runs", "a rule with a calendar"],
)
def test_no_message_asks_about_a_rule_for_which_there_is_no_better_one(
    watcher: Watcher, starts: list[dt.datetime], calendar: str | None
) -> None:
    until = starts[-1] + 2 * HOUR
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE), until=until, calendar=calendar)
    channel = Channel()
    watcher.deliver_alerts({"default": channel}, now=now)
    text = "\n".join(channel.texts)
    assert name in text
    assert "Does the rule fit?" not in text
    assert proposed(watcher, name, now) is None


def test_what_fails_every_other_time_has_a_rule_that_fits(watcher: Watcher) -> None:
    starts = [FIRST + hour * HOUR for hour in range(24)]
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE), failing=starts[3::2])
    assert watcher.alerts(pipeline=name), "it was stale each time"
    assert proposed(watcher, name, now) is None


def test_one_long_outage_is_no_rhythm(watcher: Watcher) -> None:
    starts = [FIRST + hour * HOUR for hour in [*range(8), *range(24, 32)]]
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE))
    assert watcher.alerts(pipeline=name)
    assert proposed(watcher, name, now) is None


def test_an_outage_among_them_makes_no_rule_longer(watcher: Watcher) -> None:
    starts = [FIRST + hour * HOUR for hour in [*range(8), *range(8, 24, 4), 48, 52, 56]]
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE))
    found = proposed(watcher, name, now)
    assert found is not None
    assert (found.freshness_number, found.freshness_datepart) == (5, DatePart.HOUR)


def test_what_has_stopped_gets_no_rule_from_that(watcher: Watcher) -> None:
    starts = [FIRST + hour * HOUR for hour in [*range(12), 14, 16]]
    name, now = live(watcher, starts, rule=(70, DatePart.MINUTE), until=FIRST + 24 * HOUR)
    assert proposed(watcher, name, now) is None  # two are not enough, and of the third nobody knows


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_what_rests_on_weekends_alone_gets_a_calendar(watcher: Watcher, zone: str | None) -> None:
    starts = [start for day in range(15) if (start := FIRST + day * DAY + 8 * HOUR).weekday() < 5]
    name, now = live(watcher, starts, rule=(26, DatePart.HOUR), zone=zone, step=6 * HOUR)
    found = proposed(watcher, name, now)
    assert found is not None
    assert (found.freshness_number, found.freshness_datepart) == (26, DatePart.HOUR)
    assert (found.freshness_calendar, found.freshness_timezone) == ("Mon-Fri", zone)
    assert found.reason == "stale after 2 of its last 10 runs"
    watcher.update_pipeline(name, freshness_calendar="Mon-Fri", freshness_timezone=zone)
    assert proposed(watcher, name, now) is None


def test_no_rule_is_made_to_fit_what_goes_on(watcher: Watcher) -> None:
    """Stale for ten days by now, which is wrong, after twice on weekends, and after three waits of four hours."""
    working_days = [start for day in range(12) if (start := FIRST + day * DAY + 8 * HOUR).weekday() < 5]
    name, now = live(
        watcher,
        [*working_days, FIRST + 14 * DAY + 8 * HOUR],
        rule=(26, DatePart.HOUR),
        until=FIRST + 24 * DAY,
        step=6 * HOUR,
    )
    found = proposed(watcher, name, now)
    assert found is not None
    assert (found.freshness_number, found.freshness_datepart) == (26, DatePart.HOUR)
    assert found.freshness_calendar == "Mon-Fri"
    name, now = live(
        watcher, hourly_then_each_fourth_hour(), rule=(70, DatePart.MINUTE), until=FIRST + 11 * DAY, step=HOUR
    )
    found = proposed(watcher, name, now)
    assert found is not None
    assert (found.freshness_number, found.freshness_datepart) == (5, DatePart.HOUR)
