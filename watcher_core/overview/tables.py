"""A report as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io

from watcher_core import values

COUNTS = ("runs", "succeeded", "failed", "canceled", "skipped", "blocked")
AMOUNTS = ("inserts", "updates", "soft_deletes", "rows")
HEADINGS = ("section", "name", "pipelines", *COUNTS, *AMOUNTS, "average_seconds", "failure_rate")
# A spreadsheet takes what begins so for a formula, and names come from anywhere.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def report_as_csv(report: values.Report) -> str:
    """Return a report as CSV: a line for all, for the days before, for each day, and two for each group."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(HEADINGS)
    lines.writerow(("all", "", "", *_numbers(report.figures)))
    lines.writerow(("all before", "", "", *_numbers(report.before)))
    for day in report.days:
        lines.writerow(("day", day.day.isoformat(), "", *_numbers(day.figures)))
    for group in report.groups:
        name = group.name or ""
        safe = f"'{name}" if name.startswith(FORMULAS) else name
        lines.writerow((report.by, safe, group.pipelines, *_numbers(group.figures)))
        lines.writerow((f"{report.by} before", safe, group.pipelines, *_numbers(group.before)))
    return written.getvalue()


def _numbers(figures: values.ReportFigures) -> list[object]:
    average, rate = figures.average_seconds, figures.failure_rate
    return [
        *(getattr(figures, name) for name in (*COUNTS, *AMOUNTS)),
        "" if average is None else round(average, 3),
        "" if rate is None else round(rate, 6),
    ]
