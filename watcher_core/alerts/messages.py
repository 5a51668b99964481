"""The text of notifications: what is wrong and where, since when, why, and what to do."""

from __future__ import annotations

import datetime as dt
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from watcher_core import catalog, text, values
from watcher_core.alerts import incidents, pending, slack, titles
from watcher_core.alerts.details import ERROR_CHARACTERS, LATE, clock, described
from watcher_core.alerts.incidents import Behind
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel, AlertState

# Alerts that a message lists; of the rest it gives the number.
SHOWN = 20
# So many are said whose they are and what to do about each: more are looked up where all of them are.
FEW = 5
# Characters of a line of names.
NAMES_CHARACTERS = 600

CHECKS = {
    AlertKind.FRESHNESS: "Freshness check",
    AlertKind.TIMELINESS: "Timeliness check",
    AlertKind.FAILURE: "Failures",
    AlertKind.ANOMALY: "Anomaly detection",
    AlertKind.ASSET_CHECK: "Asset checks",
    AlertKind.MISSED: "Missed runs",
    AlertKind.STUCK: "Stuck executions",
    AlertKind.HEALTH: "Health of Dagster and Watcher",
}
SIGNS = {
    AlertLevel.INFO: "ℹ️ INFO",
    AlertLevel.WARNING: "⚠️ WARNING",
    AlertLevel.ERROR: "🔴 ERROR",
    AlertLevel.CRITICAL: "🚨 CRITICAL",
}

# Headlines of what is wrong and of what is over, for one alert and for several.
TROUBLES = {
    AlertKind.FRESHNESS: ("1 pipeline has stale data", "{} pipelines have stale data"),
    AlertKind.TIMELINESS: ("1 execution is late", "{} executions are late"),
    AlertKind.FAILURE: ("1 failure", "{} failures"),
    AlertKind.ANOMALY: ("1 execution has unusual numbers", "{} executions have unusual numbers"),
    AlertKind.ASSET_CHECK: ("1 asset check does not pass", "{} asset checks do not pass"),
    AlertKind.MISSED: ("1 run did not come", "{} runs did not come"),
    AlertKind.STUCK: ("1 execution is stuck", "{} executions are stuck"),
    AlertKind.HEALTH: ("1 thing does not work as it should", "{} things do not work as they should"),
}
RECOVERIES = {
    AlertKind.FRESHNESS: ("1 pipeline is no longer stale", "{} pipelines are no longer stale"),
    AlertKind.TIMELINESS: ("1 late execution is over", "{} late executions are over"),
    AlertKind.FAILURE: ("1 pipeline no longer fails", "{} pipelines no longer fail"),
    AlertKind.ANOMALY: ("1 pipeline is no longer unusual", "{} pipelines are no longer unusual"),
    AlertKind.ASSET_CHECK: ("1 asset check is no longer failing", "{} asset checks are no longer failing"),
    AlertKind.MISSED: ("1 missed run has come", "{} missed runs have come"),
    AlertKind.STUCK: ("1 stuck execution is over", "{} stuck executions are over"),
    AlertKind.HEALTH: ("1 thing works again", "{} things work again"),
}
PREFIXES = {
    AlertEvent.REMINDED: "Still open: ",
    AlertEvent.REOPENED: "Back again: ",
    AlertEvent.UPDATED: "More of it: ",
    AlertEvent.ACKNOWLEDGED: "Acknowledged: ",
    AlertEvent.SNOOZED: "Snoozed: ",
}
# Of several that have got worse, not all from the same level to the same: the line of each says which.
GOT_WORSE = "Got worse: "
# In place of the recovery of what has stayed as it was.
ACCEPTED = ("1 pipeline is taken for usual from now on", "{} pipelines are taken for usual from now on")
# What is behind one cause may be of several kinds.
HELD_UP = ("1 pipeline is held up", "{} pipelines are held up")
GOOD_AGAIN = ("1 pipeline is good again", "{} pipelines are good again")

MISSED = (
    "1 alert came and went while messages did not get through",
    "{} alerts came and went while messages did not get through",
)


@dataclass(frozen=True)
class Notice:
    """An alert, with what its links need.

    Attributes:
        alert: The alert.
        run_id: The Dagster run of its execution.
        ending_run_id: That of the execution that has ended it.
        is_asset: Whether its pipeline is an asset in Dagster.
        is_removed: Whether its pipeline is gone from the code.
        owners: Who owns its pipeline.
        mentions: What mentions them where the message goes.
        runbook: What to do about it: an address, as its metadata has it.
        last_success_at: When its pipeline last succeeded.
        last_success_scope: What part of it that was, as a partition; `None` for all.
        usual_seconds: How long its pipeline usually takes.
        blocked: Pipelines that did not run because of a failure, by name.
        stale_runs: After how many of its last ten runs data became stale before anything ran again; `None` where there
            are fewer, or the rule has a calendar.
        level_before: The level that the place knows, where the alert has become louder since.
    """

    alert: values.Alert
    run_id: str | None = None
    ending_run_id: str | None = None
    is_asset: bool = False
    is_removed: bool = False
    owners: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    runbook: str | None = None
    last_success_at: dt.datetime | None = None
    last_success_scope: str | None = None
    usual_seconds: float | None = None
    blocked: list[str] = field(default_factory=list)
    stale_runs: int | None = None
    level_before: AlertLevel | None = None


def message(
    notices: Sequence[Notice],
    *,
    event: AlertEvent,
    kind: AlertKind,
    level: AlertLevel,
    total: int,
    subjects: int | None = None,
    now: dt.datetime,
    dagster_url: str | None = None,
    board_url: str | None = None,
    environment: str | None = None,
    behind: Mapping[int, Behind] | None = None,
    cause: Notice | None = None,
    unlisted: Iterable[tuple[AlertLevel, AlertLevel | None]] = (),
) -> slack.SlackMessage:
    """Write the message about alerts of one kind and level, or of one incident, to which the same happened.

    Args:
        notices: The first of them; more than `SHOWN` are left out.
        event: What happened to them.
        kind: The check that found them.
        level: Their level.
        total: How many there are in all.
        subjects: How many pipelines, or other things, they are about: by default, each is about another one.
        now: The time of the message.
        dagster_url: Base of links into Dagster's UI.
        board_url: Base of links to the board.
        environment: What the deployment is called.
        behind: What is behind them, by their ids.
        cause: The alert that all of them are behind, where it is not one of them.
        unlisted: The levels of those that are left out, and the levels that the place knows where these are quieter.
    """
    is_over = event in (AlertEvent.RESOLVED, AlertEvent.MISSED)
    after = {notice.alert.id: (behind or {}).get(notice.alert.id, incidents.NOTHING) for notice in notices}

    worse = {notice.alert.id: titles.louder(notice.alert.level, notice.level_before) for notice in notices}
    is_worse_alike = len({*worse.values(), *(titles.louder(*levels) for levels in unlisted)}) <= 1

    def line(
        notice: Notice, behind: Behind, *, is_alone: bool = False, is_few: bool = False, cause: Notice | None = None
    ) -> str:
        shown = _line(
            notice, event, behind, now=now, dagster_url=dagster_url, is_alone=is_alone, is_few=is_few, cause=cause
        )
        how = "" if is_worse_alike else worse.get(notice.alert.id, "")
        return f"• {how}{shown} {slack.alert(notice.alert.id, board_url)}"

    lines = [
        line(
            notice,
            incidents.NOTHING if total == 1 else after[notice.alert.id],
            is_alone=total == 1,
            is_few=1 < total <= FEW and cause is None,
            cause=cause,
        )
        for notice in notices[:SHOWN]
    ]
    more = total - len(lines)
    sign = "✅ RESOLVED" if is_over else SIGNS[level]
    if total == 1 and lines:
        lines += map(_escaped, after[notices[0].alert.id].lines(is_over=is_over))
    if cause is not None and not is_over:
        lines.append(f"Cause: {line(replace(cause, blocked=[]), incidents.NOTHING).removeprefix('• ')}")
        lines += [f"Owner of the cause: {_escaped(', '.join(cause.owners))}"] if cause.owners else []
    if total == 1 and lines and not is_over:
        lines += _details(notices[0], dagster_url)
    kinds = {notice.alert.kind for notice in notices}
    prefix = (max(worse.values(), default="") if is_worse_alike else GOT_WORSE) or PREFIXES.get(event, "")
    is_mixed = len(kinds) > 1 or bool(cause and not is_over)
    subjects = total if subjects is None else subjects
    is_accepted = notices and all(titles.is_accepted(notice.alert) for notice in notices)
    recoveries = ACCEPTED if is_accepted else RECOVERIES[kind]
    troubles, recoveries = (HELD_UP, GOOD_AGAIN) if is_mixed else (TROUBLES[kind], recoveries)
    one_and_several = {AlertEvent.RESOLVED: recoveries, AlertEvent.MISSED: MISSED}.get(event, troubles)
    number = subjects if "pipeline" in one_and_several[0] else total
    headline = prefix + one_and_several[number != 1].format(f"{number:,}")
    where = f" · {slack.escape(environment)}" if environment else ""
    return slack.compose(
        header=f"{sign}: {CHECKS[kind]}",
        title=titles.title(
            [notice.alert for notice in notices],
            event=event,
            sign=sign.split()[0],
            headline=headline,
            prefix=prefix,
            total=total,
            subjects=subjects,
            now=now,
            behind=after[notices[0].alert.id].in_words(is_over=is_over) if total == 1 and notices else "",
            cause=None if cause is None else cause.alert,
        ),
        headline=headline,
        context=f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC{where}",
        lines=lines,
        rest=f"… and {more:,} more" if more > 0 else "",
        footer=_footer(notices, kind, board_url, is_over=is_over),
    )


def _footer(notices: Sequence[Notice], kind: AlertKind, board_url: str | None, *, is_over: bool) -> str:
    if board_url:
        if len(notices) == 1:
            label = "see it" if is_over else "see it, and acknowledge it"
            return f"Watcher: {slack.link(label, board_url, 'ui', 'alerts', str(notices[0].alert.id))}"
        return f"Watcher: {slack.link('see what is wrong now', board_url, 'ui', '')}"
    acknowledge = "" if is_over else f"; acknowledge with watcher alerts ack {_example_id(notices)}"
    return f"Watcher: see all with watcher alerts list --kind {kind.value}{acknowledge}"


def _details(notice: Notice, dagster_url: str | None) -> list[str]:
    """What helps whoever acts on a single alert: a line each. First what others did, and noted, before them."""
    lines = [f"{did[:1].upper()}{did[1:]}" for did in _by_whom(notice.alert)]
    facts = notice.alert.facts
    step = facts.get("step_key") or next(iter(facts.get("failed_steps") or ()), None)
    if notice.run_id and step and dagster_url:
        address = slack.link("", dagster_url, "runs", notice.run_id)[1:-2]
        query = urllib.parse.urlencode({"selection": step, "logs": f"step:{step}"})
        lines.append(f"Log: <{address}?{query}|{slack.escape(f'step {step}', limit=120)}>")
    if notice.blocked:
        lines.append(f"Blocked: {_escaped(text.listed(notice.blocked))}")
    if notice.stale_runs is not None and notice.stale_runs >= catalog.LEAST_STALE:
        runs = f"stale after {notice.stale_runs} of its last {catalog.LAST_RUNS} runs"
        lines.append(f"Does the rule fit? It was {runs}: watcher check suggest")
    if notice.last_success_at is not None:
        part = text.scope(notice.last_success_scope)
        of_part = f", of {slack.escape(part, limit=ERROR_CHARACTERS)}" if part else ""
        lines.append(f"Last success: {text.clock(notice.last_success_at)}{of_part}")
    if notice.usual_seconds is not None:
        lines.append(f"Usually takes {text.duration(notice.usual_seconds)}")
    if notice.owners:
        lines.append(f"Owner: {slack.escape(', '.join(notice.owners))}")
    if notice.runbook:
        lines.append(f"Runbook: {_runbook(notice.runbook)}")
    return lines


def _runbook(given: str) -> str:
    address = urllib.parse.quote(given.strip(), safe=":/?#[]@!$&()*+,;=%~")
    is_address = address.startswith(("https://", "http://"))
    return f"<{address}|{slack.escape(given)}>" if is_address else slack.escape(given, limit=ERROR_CHARACTERS)


def test_message(destination: str, *, environment: str | None, now: dt.datetime) -> slack.SlackMessage:
    """Write a message that shows that a destination works."""
    where = f" · {slack.escape(environment)}" if environment else ""
    return slack.compose(
        header="ℹ️ INFO: Test",
        headline="Alerts of Watcher can be delivered here",
        context=f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC{where}",
        lines=[f"• Destination: {slack.escape(destination)}"],
        rest="",
        footer="Watcher: sent by watcher alerts test",
    )


def _escaped(line: str) -> str:
    return slack.escape(line, limit=NAMES_CHARACTERS)


def _example_id(notices: Sequence[Notice]) -> str:
    return str(notices[0].alert.id) if len(notices) == 1 else "ID"


# Lines


def _line(
    notice: Notice,
    event: AlertEvent,
    behind: Behind,
    *,
    now: dt.datetime,
    dagster_url: str | None,
    is_alone: bool,
    is_few: bool,
    cause: Notice | None,
) -> str:
    alert = notice.alert
    after = _escaped(behind.in_words(is_over=event in (AlertEvent.RESOLVED, AlertEvent.MISSED)))
    if event is AlertEvent.RESOLVED:
        gone = ["gone from the code, no longer checked"] if notice.is_removed and not alert.resolution else []
        parts = [*gone, _ending(alert)]
    else:
        ending = [_ending(alert)] if event is AlertEvent.MISSED else _since(alert, now)
        ending += [] if is_alone or event is AlertEvent.MISSED else _by_whom(alert)
        flapping = [_flapping(alert)] if event is AlertEvent.REOPENED else []
        parts = [
            described(alert, now, cause=None if cause is None else cause.alert),
            *ending,
            *filter(None, flapping),
            *([] if is_alone or not notice.blocked else [f"blocked ({_escaped(text.listed(notice.blocked))})"]),
            *notice.mentions,
            *([f"owner: {slack.escape(', '.join(notice.owners))}"] if is_few and notice.owners else []),
            *([f"runbook: {_runbook(notice.runbook)}"] if is_few and notice.runbook else []),
        ]
    return f"{_subject(notice, dagster_url)}: {', '.join(parts)}{after}"


def _subject(notice: Notice, dagster_url: str | None) -> str:
    alert = notice.alert
    name = slack.escape(alert.subject, limit=120)
    if alert.pipeline_name is None:
        page = slack.dagster_page(dagster_url, alert.facts)
        return f"<{page}|{name}>" if page else name
    if notice.is_asset:
        name = slack.link(name, dagster_url, "assets", *alert.pipeline_name.split("/"))
    if alert.kind is AlertKind.ASSET_CHECK:
        check = slack.escape(text.check_name(alert.facts), limit=120)
        return f"{slack.link(check, dagster_url, 'runs', notice.run_id) if notice.run_id else check} of {name}"
    pages = [slack.link("run", dagster_url, "runs", notice.run_id)] if notice.run_id and dagster_url else []
    if "backfill" in alert.facts and (page := slack.dagster_page(dagster_url, alert.facts)):
        pages.append(f"<{page}|backfill>")
    return f"{name} ({', '.join(pages)})" if pages else name


def _since(alert: values.Alert, now: dt.datetime) -> list[str]:
    if now - alert.opened_at <= LATE:
        return []
    return [f"{'first found' if alert.reopenings else 'found'} at {clock(alert.opened_at)}"]


def _by_whom(alert: values.Alert) -> list[str]:
    """Who has acknowledged or snoozed an alert, and what was last noted about it, by whom."""
    what, by, level = "", None, ""
    if alert.state is AlertState.ACKNOWLEDGED:
        what, by = "acknowledged", alert.acknowledged_by
    elif alert.state is AlertState.SNOOZED:
        what, by = f"snoozed until {clock(alert.snoozed_until)}", alert.snoozed_by
    elif alert.is_outgrown:
        what, by = ("snoozed", alert.snoozed_by) if alert.was_snoozed_last else ("acknowledged", alert.acknowledged_by)
        level = f" at level {alert.covered_level}"
    done = what + (f" by {slack.escape(by)}" if by else "") + level
    if not alert.note:
        return [done] if done else []
    note = slack.escape(alert.note, limit=ERROR_CHARACTERS)
    if done and alert.noted_by == by:
        return [f"{done}: {note}"]
    noted = f"noted by {slack.escape(alert.noted_by)}: {note}" if alert.noted_by else f"note: {note}"
    return [done, noted] if done else [noted]


def _flapping(alert: values.Alert) -> str | None:
    if alert.reopenings < pending.FLAPPING_REOPENINGS:
        return None
    stable = text.duration(pending.CONTINUES_WITHIN.total_seconds())
    times = "once" if alert.reopenings == 1 else f"{alert.reopenings} times"
    return f"flapping: back {times}; its recovery is notified once it has lasted {stable}"


def _ending(alert: values.Alert) -> str:
    if alert.resolved_at is None:
        return f"open since {clock(alert.opened_at)}"
    lasted = text.duration((alert.resolved_at - alert.opened_at).total_seconds())
    if ended := text.resolution(alert.resolution, by=alert.resolved_by):
        return f"{slack.escape(ended, limit=ERROR_CHARACTERS)}; the alert was open for {lasted}"
    return f"resolved at {clock(alert.resolved_at)} after {lasted}" + (" by hand" if alert.resolved_by_hand else "")
