"""`watcher report`: what ended in the last days, by day and by group, beside the days before."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from enum import StrEnum
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text
from watcher_core.cli import output
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.options import Json, Limit, OfPipeline
from watcher_core.errors import ConfigurationError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import Report, ReportFigures, ReportGroup

EXAMPLES = output.examples(
    "watcher report                             # the last 30 days, by type",
    "watcher report --days 7 --by pipeline -n 20",
    "watcher report --owner team:sales --json",
    "watcher report --by owner --csv report.csv",
    "watcher report --html report.html          # with what is wrong now",
)

NOBODY = "(nobody)"


class By(StrEnum):
    """What a report is grouped by."""

    TYPE = "type"
    OWNER = "owner"
    PIPELINE = "pipeline"


def report(
    *,
    days: Annotated[
        int, typer.Option("--days", "-d", metavar="DAYS", min=1, max=366, help="So many days up to today.")
    ] = 30,
    by: Annotated[By, typer.Option(help="What to group by.")] = By.TYPE,
    owner: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of pipelines of this owner only; '': of nobody's.")
    ] = None,
    pipeline_type: Annotated[
        str | None, typer.Option("--type", metavar="NAME", help="Of pipelines of this type only.")
    ] = None,
    pipeline: OfPipeline = None,
    limit: Limit = 50,
    json: Json = False,
    html_file: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page, with what is wrong now, to this file; - is standard output."
        ),
    ] = None,
    csv_file: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", help="Write CSV to this file; - is standard output.")
    ] = None,
) -> None:
    """Show runs, failures, rows and durations of the last days.

    Beside them are as many days before.

    Days are days in UTC. What cleanup has deleted still counts. Groups with the most failures come first.
    """
    if sum((json, csv_file is not None, html_file is not None)) > 1:
        raise typer.BadParameter("it is one of these: --json, --csv, --html", param_hint="--csv")
    if html_file is not None and (pipeline, pipeline_type, owner) != (None, None, None):
        raise typer.BadParameter("the file is about all pipelines", param_hint="--html")
    from watcher_core.overview import report_as_csv

    with open_watcher() as watcher:
        if html_file is not None:
            _write(html_file, _page(watcher, days=days, by=by), f"{text.plural(days, 'day')}; open it in a browser")
            return
        found = watcher.report(
            days=days,
            by=by.value,
            owner=owner,
            pipeline_type=pipeline_type,
            pipeline=pipeline,
            limit=min(limit, 100_000),
        )
    if json:
        output.print_json(found)
    elif csv_file is not None:
        _write(csv_file, report_as_csv(found), text.plural(days, "day"))
    else:
        _print(found)


def _write(file: str, written: str, about: str) -> None:
    if file == "-":
        sys.stdout.write(written)
        return
    Path(file).write_text(written, encoding="utf-8", newline="")
    output.print_text(f"{file}: {about}")


def _page(watcher: Watcher, *, days: int, by: By) -> str:
    if importlib.util.find_spec("jinja2") is None or importlib.util.find_spec("fastapi") is None:
        raise ConfigurationError("the page needs the board: pip install 'watcher-dagster[server]'")
    from watcher_core.server.board.files import report_file

    return report_file(watcher, days=days, by=by.value)


def _print(report: Report) -> None:
    days = text.plural(len(report.days), "day")
    output.print_text(f"{report.first} to {report.last} in UTC, beside the {days} before")
    columns = [
        output.Column(report.by, fold=True),
        output.Column("runs", right=True),
        output.Column("before", right=True, minor=True),
        output.Column("failed", right=True),
        output.Column("before", right=True),
        output.Column("rows", right=True),
        output.Column("average", right=True),
        output.Column("before", right=True, minor=True),
    ]
    rows = [_of_group(group) for group in report.groups]
    output.print_table(columns, rows, empty="nothing ended in these days", heading=f"By {report.by}")
    if report.left_out:
        output.print_text(f"… and {report.left_out:,} more (see --limit)")
    output.print_heading("By day")
    columns = [
        output.Column("day"),
        output.Column("runs", right=True),
        output.Column("failed", right=True),
        output.Column("rows", right=True),
        output.Column("average", right=True),
    ]
    # Days before the first run of all say nothing; a day without runs between others does.
    shown = report.days if report.before.runs else dropwhile(lambda day: not day.figures.runs, report.days)
    rows = [(day.day.isoformat(), *_shown(day.figures)) for day in shown]
    output.print_table(columns, [*rows, ("all", *_shown(report.figures)), ("before", *_shown(report.before))])


def _of_group(group: ReportGroup) -> tuple[output.Cell, ...]:
    figures, before = group.figures, group.before
    return (
        group.name or NOBODY,
        output.number(figures.runs),
        output.number(before.runs),
        output.number(figures.failed),
        output.number(before.failed),
        output.number(figures.rows),
        _average(figures),
        _average(before),
    )


def _shown(figures: ReportFigures) -> Iterable[output.Cell]:
    return output.number(figures.runs), output.number(figures.failed), output.number(figures.rows), _average(figures)


def _average(figures: ReportFigures) -> str:
    return text.duration(figures.average_seconds)
