"""`watcher check …`: what is stale, late, failing or unusual now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text as words
from watcher_core.cli import check_health, output, times
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.options import Json
from watcher_core.errors import AccessDeniedError, ConfigurationError, DatabaseUnavailableError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import Finding, RuleCoverage

app = typer.Typer(
    help="Checks: what is stale, late, failing, unusual or broken.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("health", epilog=check_health.EXAMPLES)(check_health.health)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only look: log nothing, open and resolve no alerts.")]
Fail = Annotated[bool, typer.Option("--fail", help="End with exit code 1 where anything is found, for scripts.")]

Cells = Callable[["Finding"], Sequence[output.Cell]]

NEW = output.Column("new")
RULE = output.Column("rule of", minor=True)
WITHIN = output.Column("expected within")
OVERDUE = output.Column("overdue by", right=True)
PIPELINE = output.Column("pipeline", fold=True)
EXECUTION = output.Column("execution", right=True)
NAMED_PARTITIONS = 5


@app.command("freshness", epilog=output.examples("watcher check freshness", "watcher check freshness --dry-run --fail"))
def freshness(*, dry_run: DryRun = False, fail: Fail = False, json: Json = False) -> None:
    """Look for pipelines whose data is stale.

    That is, older than the pipeline's rule, or else its type's, allows. The longest overdue come first.
    """
    with open_watcher() as watcher:
        found = watcher.check_freshness(dry_run=dry_run)
        of_all = _of_rules(found, "stale", watcher.rule_coverage("freshness"))
    columns = [PIPELINE, output.Column("last change"), WITHIN, OVERDUE, RULE, NEW]
    _print(found, columns, _freshness_cells, json=json, summary=of_all)
    _end(found, fail=fail)


@app.command(
    "timeliness",
    epilog=output.examples("watcher check timeliness", "watcher check timeliness --lookback-minutes 1440 --json"),
)
def timeliness(
    *,
    lookback_minutes: Annotated[
        int,
        typer.Option(
            metavar="MINUTES",
            help="Of what has ended, look at what ended within so many minutes before the last check that succeeded; "
            "at what runs always.",
        ),
    ] = 60,
    dry_run: DryRun = False,
    fail: Fail = False,
    json: Json = False,
) -> None:
    """Look for executions that are late.

    That is, that take, or took, longer than the rule of their pipeline, or else of its type, allows. Oldest first.
    """
    with open_watcher() as watcher:
        found = watcher.check_timeliness(lookback_minutes=lookback_minutes, dry_run=dry_run)
        of_all = _of_rules(found, "late", watcher.rule_coverage("timeliness"))
    columns = [
        EXECUTION,
        PIPELINE,
        output.Column("state"),
        output.Column("started", minor=True),
        output.Column("took", right=True),
        WITHIN,
        OVERDUE,
        RULE,
        NEW,
    ]
    _print(found, columns, _timeliness_cells, json=json, summary=of_all)
    _end(found, fail=fail)


@app.command("stuck", epilog=output.examples("watcher check stuck", "watcher check stuck --dry-run --fail"))
def stuck(*, dry_run: DryRun = False, fail: Fail = False, json: Json = False) -> None:
    """Look for executions that will not end.

    That is, whose process was killed, or that have run for far longer than their pipeline ever does. Oldest first.
    """
    with open_watcher() as watcher:
        found = watcher.check_stuck(dry_run=dry_run)
    columns = [EXECUTION, PIPELINE, output.Column("started"), output.Column("why", fold=True), NEW]
    _print(found, columns, _stuck_cells, json=json, empty="no execution is stuck")
    _end(found, fail=fail)


@app.command("missed", epilog=output.examples("watcher check missed", "watcher check missed --dry-run --fail"))
def missed(*, dry_run: DryRun = False, fail: Fail = False, json: Json = False) -> None:
    """Look for runs that did not come.

    That is, pipelines without a rule for freshness that usually run by now: what is usual is learned from three weeks
    or more. WATCHER_LEARN_CADENCE=alert opens alerts, too. And assets that Dagster's automation was to make, and did
    not, which always have one.
    """
    with open_watcher() as watcher:
        found = watcher.check_missed(dry_run=dry_run)
        is_off = watcher.settings.learn_cadence == "off"
    columns = [
        PIPELINE,
        output.Column("last run"),
        output.Column("was due"),
        OVERDUE,
        output.Column("why", fold=True),
        NEW,
    ]
    empty = "nothing is learned: WATCHER_LEARN_CADENCE is off" if is_off else "every run has come"
    _print(found, columns, _missed_cells, json=json, empty=empty)
    _end(found, fail=fail)


@app.command("suggest", epilog=output.examples("watcher check suggest", "watcher check suggest --json"))
def suggest(*, json: Json = False) -> None:
    """Propose rules where there are none, or one does not fit.

    From how often they run, and how long they take. A rule does not fit that has found data stale after three of the
    last ten runs, though none of them failed. Nothing is changed: the commands, or the metadata of an asset, are for
    you to choose from.
    """
    with open_watcher() as watcher:
        _learn(watcher)
        found = watcher.suggest_rules()
    if json:
        output.print_json([{**asdict(each), "command": each.command, "code": each.code} for each in found])
        return
    for each in found:
        why = f"; {each.why}" if each.why else ""
        output.print_text(f"{each.pipeline_name} runs every {words.duration(each.usual_seconds)}{why}")
        output.print_text(f"  {each.command}")
        output.print_text(f"  {each.code}")
    if not found:
        output.print_text(
            "no pipeline without a rule for freshness has run with a rhythm for three weeks yet; "
            'a rule by hand: watcher pipelines set NAME --freshness "26 hours" --timeliness "1 hour"'
        )


def _learn(watcher: Watcher) -> None:
    """Learn what is new; who may only read does without it."""
    try:
        watcher.check_missed()
    except ConfigurationError:
        pass  # over HTTP, where the checks that run beside the database learn
    except (AccessDeniedError, DatabaseUnavailableError) as exc:
        if isinstance(exc, DatabaseUnavailableError) and not exc.is_reached:
            raise
        typer.echo(f"these come from what was learned before: {exc}", err=True)


@app.command("failures", epilog=output.examples("watcher check failures", "watcher check failures --dry-run --fail"))
def failures(*, dry_run: DryRun = False, fail: Fail = False, json: Json = False) -> None:
    """Look for pipelines that fail.

    That is, whose last executions failed, as many in a row as the pipeline's rule, or else its type's, says: one
    where there is none. A run and its retries count once.
    """
    with open_watcher() as watcher:
        found = watcher.check_failures(dry_run=dry_run)
    columns = [
        EXECUTION,
        PIPELINE,
        output.Column("started"),
        output.Column("in a row", right=True),
        output.Column("error", fold=True),
        NEW,
    ]
    _print(found, columns, _failure_cells, json=json, empty="no pipeline fails")
    _end(found, fail=fail)


@app.command(
    "asset-checks", epilog=output.examples("watcher check asset-checks", "watcher check asset-checks --dry-run --fail")
)
def asset_checks(*, dry_run: DryRun = False, fail: Fail = False, json: Json = False) -> None:
    """Look for asset checks that do not pass.

    A result counts until a later one of the same partition replaces it. Checks that gave no result, and those that
    have not run for long, are listed, too.
    """
    with open_watcher() as watcher:
        found = watcher.check_asset_checks(dry_run=dry_run)
    columns = [
        PIPELINE,
        output.Column("check", fold=True),
        output.Column("level"),
        output.Column("at"),
        output.Column("result", fold=True),
        NEW,
    ]
    _print(found, columns, _asset_check_cells, json=json, empty="every asset check passes")
    _end(found, fail=fail)


@app.command("anomalies", epilog=output.examples("watcher check anomalies", "watcher check anomalies --dry-run --fail"))
def anomalies(
    *,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, metavar="N", help="Judge so many executions at most.", show_default=False),
    ] = None,
    dry_run: DryRun = False,
    fail: Fail = False,
    json: Json = False,
) -> None:
    """Judge the executions that succeeded since the last time.

    By the anomaly rules of their pipelines; what is unusual is listed. Several processes may do this at once.
    """
    from watcher_core.cli.anomalies import print_results

    with open_watcher() as watcher, output.counter("executions judged") as progress:
        found = watcher.detect_pending_anomalies(limit=limit, dry_run=dry_run, progress=progress)
    if json:
        output.print_json(found)
    else:
        print_results(found.flagged, json=False, empty="nothing is unusual")
        left = "; there are more" if found.remaining else ""
        output.print_text(f"{found.executions:,} execution{'' if found.executions == 1 else 's'} judged{left}")
    if fail and found.flagged:
        raise typer.Exit(1)


def _print(
    found: Sequence[Finding],
    columns: Sequence[output.Column],
    cells: Cells,
    *,
    json: bool,
    empty: str = "",
    summary: str = "",
) -> None:
    """Print what was found, or that nothing was; a summary comes in either case."""
    if json:
        output.print_json([finding.as_json() for finding in found])
        return
    output.print_table(columns, [cells(finding) for finding in found], empty=summary or empty)
    if found and summary:
        print(summary, file=sys.stderr)  # as where nothing is found: the table alone is the answer


def _of_rules(found: Sequence[Finding], what: str, coverage: RuleCoverage) -> str:
    counts = {"with_rule": coverage.with_rule, "without_rule": coverage.without_rule, "muted": coverage.muted}
    advice = ": watcher check suggest" if coverage.without_rule and not coverage.with_rule else ""
    return words.of_rules(len(found), what, **counts) + advice


def _end(found: Sequence[Finding], *, fail: bool) -> None:
    if fail and found:
        raise typer.Exit(1)


def _freshness_cells(finding: Finding) -> tuple[output.Cell, ...]:
    return (
        finding.pipeline_name,
        times.clock(finding.last_dml_timestamp) if finding.last_dml_timestamp else "never",
        words.threshold(finding.expected_number, finding.expected_datepart, **finding.details),
        words.duration(finding.overdue_seconds),
        _rule(finding),
        output.yes_or_no(finding.new),
    )


def _timeliness_cells(finding: Finding) -> tuple[output.Cell, ...]:
    return (
        finding.execution_id,
        finding.pipeline_name,
        output.state(finding.execution_state or ""),
        times.clock(finding.measured_from),
        words.duration(finding.duration_seconds),
        words.threshold(finding.expected_number, finding.expected_datepart),
        words.duration(finding.overdue_seconds),
        _rule(finding),
        output.yes_or_no(finding.new),
    )


def _stuck_cells(finding: Finding) -> tuple[output.Cell, ...]:
    return (
        finding.execution_id,
        finding.pipeline_name,
        times.clock(finding.measured_from),
        str(finding.details["message"]),
        output.yes_or_no(finding.new),
    )


def _missed_cells(finding: Finding) -> tuple[output.Cell, ...]:
    return (
        finding.pipeline_name,
        times.clock(finding.measured_from),
        times.clock(finding.due_at),
        words.duration(finding.overdue_seconds),
        str(finding.details["message"])
        if "condition" in finding.details
        else f"usually every {words.duration(finding.details['usual_seconds'])}",
        output.yes_or_no(finding.new),
    )


def _failure_cells(finding: Finding) -> tuple[output.Cell, ...]:
    parts = [words.error(finding.details.get("error_class"), finding.details.get("error"))]
    partitions, count = finding.details.get("failed_partitions"), finding.details.get("failed_partition_count")
    if isinstance(partitions, list) and isinstance(count, int):
        more = f" and {count - NAMED_PARTITIONS:,} more" if count > NAMED_PARTITIONS else ""
        named = ", ".join(map(str, partitions[:NAMED_PARTITIONS]))
        parts.insert(0, f"partition{'' if count == 1 else 's'} {named}{more}")
    error = ": ".join(str(part) for part in parts if part)
    return (
        finding.execution_id,
        finding.pipeline_name,
        times.clock(finding.measured_from),
        finding.failures_in_a_row,
        error or None,
        output.yes_or_no(finding.new),
    )


def _asset_check_cells(finding: Finding) -> tuple[output.Cell, ...]:
    return (
        finding.pipeline_name,
        str(finding.details.get("check")),
        output.alert_level(finding.level),
        times.clock(finding.measured_from),
        words.check_result(finding.details),
        output.yes_or_no(finding.new),
    )


def _rule(finding: Finding) -> str:
    return "the pipeline" if finding.used_child_config else f"type {finding.pipeline_type_name}"
