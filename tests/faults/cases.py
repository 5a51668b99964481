"""The faults: what is said of each, and where. How they are caused stands in `causes`.

`…` in a text stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.faults.causes import (
    Fault,
    away,
    backfill,
    backfill_stops,
    behind,
    broken,
    check_stops,
    collapses,
    does_not_come,
    event_log_away,
    given_up,
    held_up,
    killed,
    not_delivered,
    outside_killed,
    outside_silent,
    queued,
    run_of,
    stale,
    starts_forever,
    switched_off,
    takes_long,
    ticks,
    without_daemon,
)
from tests.faults.stack import START_TIMEOUT_SECONDS
from watcher_core import AlertKind


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the table, and what its faults have in common.

    Attributes:
        title: Its heading.
        kind: The kind of the alerts.
        over: The first line of the recovery; `{}` stands for what it is about.
        where: Where the fault is said, as the table has it.
    """

    title: str
    kind: AlertKind
    over: str = "✅ {}: fixed by the run of …"
    where: str


JOBS = Section(title="Runs, jobs and assets", kind=AlertKind.FAILURE, where="the job, its run and step")
ASSETS = replace(JOBS, where="the asset, its run and step")
CHECKS = Section(
    title="Asset checks in a run", kind=AlertKind.ASSET_CHECK, where="the asset, its run", over="✅ check … of {}: …"
)
LATE = Section(
    title="Too late, too long, unusual", kind=AlertKind.TIMELINESS, where=ASSETS.where, over="✅ {}: ended at …"
)
UNUSUAL = replace(LATE, kind=AlertKind.ANOMALY, over="✅ {}…")
STALE = replace(LATE, kind=AlertKind.FRESHNESS, where="the asset", over="✅ {}…")
MISSED = replace(LATE, kind=AlertKind.MISSED, where="the pipeline", over="✅ {}…")
OUTSIDE = Section(title="Jobs outside Dagster", kind=AlertKind.STUCK, where="the pipeline", over="✅ {}…")
BACKFILLS = replace(JOBS, title="Backfills", where="the asset", over="✅ {}…")
CAUSE = replace(ASSETS, title="One incident", where="where the upstream goes")
BEHIND = replace(STALE, title="One incident", where="where what is downstream goes, once")
DAGSTER = Section(
    title="Dagster itself",
    kind=AlertKind.HEALTH,
    where="alert `health`, `watcher doctor`",
    over="{}: …",
)
SHOWN = replace(DAGSTER, where="`watcher doctor`, `watcher check health`; not sent", over="")
OWN = replace(DAGSTER, title="The alarm itself")


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        section: Where it stands.
        subject: What its alert is about; of a pipeline its name.
        fault: What goes wrong, as the table says it.
        said: The first line of the message; with several subjects in one message, the line of this one.
        how: How it is caused and made good again.
        over: The first line of the recovery, where it is not that of the section.
        name: Its name in the results: what the subject is, in a word.
        apart: What it stops; it is caused after all others, together with those that stop the same.
    """

    section: Section
    subject: str
    fault: str
    said: str
    how: Fault
    over: str = ""
    name: str = ""
    apart: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.subject.rpartition("/")[2])
        object.__setattr__(self, "over", self.over or self.section.over.format(self.subject))

    @property
    def kind(self) -> AlertKind:
        return self.section.kind

    @property
    def is_sent(self) -> bool:
        return self.section is not SHOWN

    @property
    def has_own_place(self) -> bool:
        """Whether its messages go to a place of their own."""
        return self.kind is not AlertKind.HEALTH


def matches(pattern: str, text: str) -> bool:
    """Whether a text is as declared, where links are their words; `…` stands for anything."""
    words = re.sub(r"<[^|<>]*\|([^<>]*)>", r"\1", text)
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), words, re.DOTALL) is not None


def asset(name: str, fault: str, error: str, *, sign: str = "🔴", also: Sequence[str] = ()) -> Case:
    """An asset whose step fails."""
    return Case(ASSETS, name, fault, f"{sign} {name} failed: {error}", run_of(name, assets=[name, *also]))


def job(name: str, fault: str, error: str, how: Fault | None = None) -> Case:
    """A plain job that fails."""
    subject = name if "/" in name else f"sales/{name}"
    return Case(JOBS, subject, fault, f"🔴 {subject} failed: {error}", how or run_of(name, name))


def check(
    asset_name: str, fault: str, said: str, *, how: Fault | None = None, sign: str = "🔴", check: str = "complete"
) -> Case:
    """An asset whose check does not pass."""
    return Case(
        CHECKS,
        asset_name,
        fault,
        f"{sign} check {check} of {asset_name} {said}",
        how or run_of(asset_name, assets=[asset_name]),
    )


DAEMON = "daemon"

CASES: list[Case] = [
    asset("orders", "The step of an asset fails", "duplicate key 8123 in stg_orders", also=["revenue"]),
    Case(
        ASSETS,
        "invoices",
        "A partition fails; it stays so, whatever other partitions do",
        "🔴 invoices failed for 2026-11-26: no file of that day",
        run_of("invoices 2026-11-26", assets=["invoices"], tags={"dagster/partition": "2026-11-26"}),
    ),
    asset("customers", "A step fails, and its retries are used up", "the API answers 503"),
    asset("payments", "An asset fails whose level is critical", "the bank is away", sign="🚨"),
    job(
        "endless",
        "Dagster's monitor ends a run for its `dagster/max_runtime`",
        "Exceeded maximum runtime of 5 seconds.",
    ),
    job("mail", "The worker of a run is killed (`kill -9`)", "…terminated by signal 9 (SIGKILL)…", killed("mail")),
    job(
        "render",
        "The process of a step is killed (`kill -9`)",
        "In process …ChildProcessCrashException…",
        killed("render"),
    ),
    job("sync", "A run fails, and its retries are used up", "the peer is away"),
    job(
        "hr/payroll",
        "Dagster's monitor gives up a run that does not start (its launch set back by 20 min)",
        f"Run timed out due to taking longer than {START_TIMEOUT_SECONDS} seconds to start.",
        given_up("payroll", "hr"),
    ),
    job(
        "accounts/ledger",
        "A run fails before any step, as its code cannot be imported",
        "No module named 'ledger'",
        run_of("ledger", "ledger", location="accounts"),
    ),
    job("export", "An op of a plain job fails", "the disk is full"),
    check("stock", "A check fails with the severity ERROR, in the run of its asset", "failed: stock has 3 empty rows"),
    check(
        "prices",
        "A check fails with the severity WARN",
        "…: prices has 3 empty rows",
        sign="⚠️",
        check="plausible",
    ),
    check(
        "shipments",
        "A blocking check fails, and with it its run; the asset downstream is `blocked`",
        "failed: shipments has 3 empty rows…",
        how=run_of("shipments", assets=["shipments", "deliveries"]),
    ),
    check("returns", "A check raises an error", "raised …no column amount…"),
    check(
        "suppliers",
        "A check fails in a run of checks alone",
        "failed: suppliers has 3 empty rows",
        how=run_of("suppliers", checks=[("suppliers", "complete")]),
    ),
    Case(
        STALE,
        "weather",
        "Data is older than the fail window of a `FreshnessPolicy`",
        "…weather is stale: last change … ago, expected within 2 minutes",
        stale("weather"),
    ),
    Case(
        STALE,
        "rates",
        "Data is older than a threshold",
        "…rates is stale: last change … ago, expected within 2 minutes",
        stale("rates"),
    ),
    Case(
        LATE,
        "forecast",
        "A run takes longer than its threshold",
        "…forecast is late: has run for …, expected within 1 minute",
        takes_long("forecast"),
    ),
    Case(UNUSUAL, "clicks", "A number of a run is unusual", "…clicks is unusual: …12…", collapses("clicks")),
    Case(
        MISSED,
        "salaries",
        "A job without a rule that ran each day for a month does not come today",
        "⚠️ salaries: did not run when it usually does: every 1 d; last 1 d 2 h ago",
        does_not_come("salaries"),
    ),
    Case(
        OUTSIDE,
        "scrape",
        "A job outside Dagster is killed; another job runs on its host",
        "🔴 scrape failed: process … was killed before it reported its end",
        outside_killed("scrape"),
    ),
    Case(
        OUTSIDE,
        "crawl",
        "The heartbeats of a job outside Dagster stop (the last set back by 4 min)",
        "🔴 crawl: no heartbeat for 4 min… of process …",
        outside_silent("crawl"),
    ),
    Case(
        BACKFILLS,
        "statements",
        "A partition of a backfill fails",
        "🔴 statements: 1 of 2 partitions failed… in backfill …: 2026-11-26; last error: no file of that day",
        backfill("statements", failing="2026-11-26"),
    ),
    Case(
        BACKFILLS,
        "balances",
        "A backfill stops: no run of it begins (its times set back by 2 h)",
        "🔴 balances: backfill … makes no progress: 0 of 2 partitions succeeded",
        backfill_stops("balances"),
    ),
    Case(
        CAUSE,
        "leads",
        "An asset fails, and what is downstream is stale with it (its last change set back by a day)",
        "🔴 leads failed: the CRM is away, and 1 behind it, of finance",
        held_up("leads", "margin"),
    ),
    Case(
        BEHIND,
        "margin",
        "The same, where others own what is downstream",
        "…margin is held up: leads failed: the CRM is away",
        behind("leads"),
    ),
    Case(
        DAGSTER,
        "runs that are starting",
        "A run is starting for too long (its times set back by 20 min)",
        "runs that are starting: 1 run starting for up to …: books",
        starts_forever("books"),
        name="books",
    ),
    Case(
        DAGSTER,
        "sensor inbox of sales",
        "The tick of a sensor fails",
        "sensor inbox of sales: its last tick failed at …: …the inbox is away…",
        ticks("inbox"),
        name="inbox",
    ),
    Case(
        DAGSTER,
        "schedule minutely of sales",
        "The tick of a schedule fails",
        "schedule minutely of sales: its last tick failed at …: …the calendar is away…",
        ticks("minutely"),
        name="minutely",
    ),
    Case(
        SHOWN,
        "schedules of sales",
        "A schedule that ran before is switched off",
        "schedules of sales: 1 schedule that ran before is switched off: nightly (…",
        switched_off("nightly"),
        name="nightly",
    ),
    Case(
        DAGSTER,
        "code location marketing",
        "A code location does not load",
        "code location marketing: does not load: ModuleNotFoundError: No module named 'not_installed'",
        broken("marketing"),
        name="marketing",
    ),
    Case(
        DAGSTER,
        "runs that are queued",
        "A run is queued for too long (its creation set back by 20 min)",
        "runs that are queued: 1 run queued for up to …: archive",
        queued("archive"),
        name="archive",
    ),
    Case(
        DAGSTER,
        "Dagster's daemon",
        "The daemon is dead (its heartbeats set back by 40 min)",
        "Dagster's daemon: no heartbeat of …; the last was 4… min… ago",
        without_daemon(lambda stack: stack.set_back_daemons(40)),
        name="daemon",
        apart=DAEMON,
    ),
    Case(
        DAGSTER,
        "schedules of sales",
        "A schedule does not tick when due (the last tick set back by 20 min)",
        "schedules of sales: … did not tick when due: …",
        without_daemon(lambda stack: stack.set_back_ticks()),
        name="schedules",
        apart=DAEMON,
    ),
    Case(
        DAGSTER,
        "sensors of sales",
        "A sensor does not tick (the last tick set back by 20 min)",
        "sensors of sales: … did not tick when due: …",
        without_daemon(lambda _: None),
        name="sensors",
        apart=DAEMON,
    ),
    Case(
        DAGSTER,
        "Dagster's event log",
        "The event log cannot be read",
        "Dagster's event log: …",
        event_log_away(),
        name="event log",
        apart=DAEMON,
    ),
    Case(
        DAGSTER,
        "webserver …",
        "The webserver does not answer",
        "webserver …: does not answer: …",
        away("webserver"),
        over="webserver …: …",
        name="webserver",
        apart="webserver",
    ),
    Case(
        OWN,
        "delivery of alerts",
        "A place does not take its messages (its alert set back by 15 min); said where another place works",
        "delivery of alerts: … to be delivered, …500…",  # others may have been opened that very moment
        not_delivered("letters"),
        name="letters",
    ),
    Case(
        OWN,
        "recorder",
        "A recorder stops (its last sign set back by 20 min)",
        "recorder: stopped; the last sign is of Dagster instance …",
        without_daemon(lambda stack: stack.set_back("watcher.recorder", "updated_at")),
        name="recorder",
        apart=DAEMON,
    ),
    Case(
        OWN,
        "check freshness",
        "A check does not succeed any more (the last time set back by 20 min)",
        "check freshness: last succeeded …; it used to at least every …",
        check_stops(),
        name="freshness",
        apart=DAEMON,
    ),
]

# Pipelines whose messages go to a place of their own, so that none shares a message with another.
OWN_PLACES = [*(case.subject for case in CASES if case.has_own_place), "letters"]
