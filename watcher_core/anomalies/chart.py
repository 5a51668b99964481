"""Pictures of a metric: its history, the expected band, and what is unusual.

Matplotlib is imported only when a picture is drawn, since that takes half a second.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from watcher_core.enums import AnomalyMetric
from watcher_core.errors import ConfigurationError, InvalidValueError
from watcher_core.metrics import MetadataMetric, Metric
from watcher_core.values import AnomalyExplanation, AnomalyVerdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg"]

# Width and height in inches, and dots in an inch: small enough for a Markdown cell, sharp enough to read.
SIZE = (7.2, 2.4)
DOTS_PER_INCH = 100

UNITS = {AnomalyMetric.DURATION_SECONDS: "seconds", AnomalyMetric.THROUGHPUT: "rows a second"}

# Colours that people who cannot tell red from green can distinguish.
BAND, USUAL, OTHER, UNUSUAL, EXPECTED = "#9ecae1", "#2171b5", "#bdbdbd", "#d94801", "#6baed6"


@dataclass(frozen=True, kw_only=True)
class Point:
    """The value of a metric in one run.

    Attributes:
        at: The logical time of the run.
        value: The metric.
        expected: The expected value; `None` if the run was not judged.
        lower, upper: The band; `None` if it is open on that side, or the run was not judged.
        flagged: Whether the value is unusual.
        compared: Whether the judged run was compared with this one.
    """

    at: dt.datetime
    value: float
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    flagged: bool = False
    compared: bool = True


def draw_anomaly(explanation: AnomalyExplanation, *, title: str | None = None, file_format: Format = "png") -> bytes:
    """Draw a metric of an execution and of the runs before it, with the expected band.

    Args:
        explanation: From `Watcher.explain_anomalies`, or from the detection itself.
        title: The title; the metric and the reason by default.
        file_format: `png` or `svg`.

    Returns:
        The contents of the picture's file.

    Raises:
        InvalidValueError: The execution has no value of that metric.
        ConfigurationError: Matplotlib is not installed.
    """
    metric, verdict = explanation.rule.metric_field, explanation.verdict
    if explanation.value is None:
        raise InvalidValueError(f"execution {explanation.execution_id} has no {metric}; there is nothing to draw")
    history = [
        Point(at=run.at, value=run.value, compared=run.compared) for run in explanation.history if run.value is not None
    ]
    judged = Point(at=explanation.at, value=explanation.value) if verdict is None else _judged(verdict)
    return _draw_run(
        history,
        judged,
        title=f"{metric}: {explanation.reason}" if title is None else title,
        unit=_unit(metric),
        file_format=file_format,
    )


def draw_backtest(verdicts: Sequence[AnomalyVerdict], *, title: str, file_format: Format = "png") -> bytes:
    """Draw a backtest: each run with the band that it would have been expected in.

    Args:
        verdicts: The verdicts on one metric, in any order, from `Watcher.backtest_anomalies`.
        title: The title.
        file_format: `png` or `svg`.

    Raises:
        InvalidValueError: There are none, or they are of several metrics.
        ConfigurationError: Matplotlib is not installed.
    """
    metrics = {verdict.metric_field for verdict in verdicts}
    if len(metrics) != 1:
        raise InvalidValueError(f"the verdicts are of {len(metrics)} metrics; a picture is of one")
    (metric,) = metrics
    points = sorted(map(_judged, verdicts), key=lambda point: point.at)
    low, high = _edges(points)
    figure, axes = _figure(title, _unit(metric), points)
    axes.set_ylim(low, high)
    times: list[Any] = [point.at for point in points]
    lower, upper = zip(*(_band(point, low, high) for point in points), strict=True)
    axes.fill_between(times, lower, upper, color=BAND, alpha=0.35, linewidth=0, label="usual")
    _dots(axes, [point for point in points if not point.flagged], USUAL, "usual runs", size=9)
    _dots(axes, [point for point in points if point.flagged], UNUSUAL, "would be flagged", size=40, marker="D")
    return _written(figure, axes, file_format)


def _unit(metric: Metric) -> str:
    """Return what the axis of a metric counts; the unit of a number in metadata is not known."""
    return "" if isinstance(metric, MetadataMetric) else UNITS.get(metric, "rows")


def _judged(verdict: AnomalyVerdict) -> Point:
    return Point(
        at=verdict.at,
        value=verdict.value,
        expected=verdict.expected,
        lower=verdict.lower,
        upper=verdict.upper,
        flagged=verdict.flagged,
    )


def _draw_run(history: Sequence[Point], judged: Point, *, title: str, unit: str, file_format: Format) -> bytes:
    low, high = _edges([*history, judged])
    figure, axes = _figure(title, unit, [*history, judged])
    axes.set_ylim(low, high)
    if judged.expected is not None:
        axes.axhspan(*_band(judged, low, high), color=BAND, alpha=0.35, linewidth=0, label="usual")
        axes.axhline(judged.expected, color=EXPECTED, linewidth=1, linestyle="--", label="expected")
    _dots(axes, [point for point in history if not point.compared], OTHER, "other runs", size=9)
    _dots(axes, [point for point in history if point.compared], USUAL, "compared with", size=14)
    _dots(axes, [judged], UNUSUAL if judged.flagged else USUAL, "this run", size=70, marker="D")
    return _written(figure, axes, file_format)


def _figure(title: str, unit: str, points: Sequence[Point]) -> tuple[Figure, Axes]:
    try:
        from matplotlib.figure import Figure
    except ImportError as exc:
        raise ConfigurationError(
            "a picture of a metric needs Matplotlib: pip install 'watcher-dagster[plots]'"
        ) from exc
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.add_subplot()
    # Names are text: a dollar sign begins no formula.
    axes.set_title(title, fontsize=9, loc="left", parse_math=False)
    axes.set_ylabel(unit, fontsize=8, parse_math=False)
    if points:
        first, last = min(point.at for point in points), max(point.at for point in points)
        room = max((last - first) * 0.03, dt.timedelta(minutes=30))
        times: Any = (first - room, last + room)
        axes.set_xlim(*times)
    return figure, axes


def _edges(points: Sequence[Point]) -> tuple[float, float]:
    """Return the range to show: all values and finite edges, and a margin."""
    shown = [
        number
        for point in points
        for number in (point.value, point.expected, point.lower, point.upper)
        if number is not None and math.isfinite(number)
    ]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    room = (high - low) * 0.08 or abs(high) * 0.08 or 1.0
    return low - room, high + room


def _band(point: Point, low: float, high: float) -> tuple[float, float]:
    """Return the part of the band that is in the picture."""
    return (
        low if point.lower is None else max(low, point.lower),
        high if point.upper is None else min(high, point.upper),
    )


def _dots(axes: Axes, points: Sequence[Point], color: str, label: str, *, size: float, marker: str = "o") -> None:
    if points:
        times: list[Any] = [point.at for point in points]
        axes.scatter(times, [point.value for point in points], s=size, c=color, marker=marker, label=label, zorder=3)


def _written(figure: Figure, axes: Axes, file_format: Format) -> bytes:
    import matplotlib as mpl
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=dt.UTC, maxticks=8)  # type: ignore[no-untyped-call] # as Matplotlib has it
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=dt.UTC))  # type: ignore[no-untyped-call]  # Matplotlib's
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.tick_params(labelsize=8)
    axes.xaxis.get_offset_text().set_fontsize(8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    written = io.BytesIO()
    # Text stays text in SVG: it is small, and can be searched. Without the date, equal pictures are equal bytes.
    metadata = {"Date": None} if file_format == "svg" else {"Software": None}
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "watcher"}):
        figure.savefig(written, format=file_format, metadata=metadata)
    return written.getvalue()
