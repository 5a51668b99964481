"""Pictures of a metric: drawn from anything that a history may hold, the same each time."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest

from watcher_core.anomaly_picture import Point, draw_backtest, draw_verdict

BEGINNING = dt.datetime(2013, 1, 1, tzinfo=dt.UTC)
PNG = b"\x89PNG\r\n"


def run(day: int, value: float, **fields: object) -> Point:
    return Point(at=BEGINNING + dt.timedelta(days=day), value=value, **fields)  # type: ignore[arg-type]


HISTORY = [run(day, 900.0 + day % 5, compared=day % 7 == 3) for day in range(30)]
UNUSUAL = run(31, 458.0, expected=902.0, lower=850.0, upper=None, flagged=True)


@pytest.mark.parametrize(
    ("history", "judged"),
    [
        (HISTORY, UNUSUAL),
        ([], run(0, 0.0)),
        ([run(0, 5.0)], run(0, 5.0, expected=5.0, lower=5.0, upper=5.0)),
        (HISTORY, run(31, 1e99, expected=902.0, lower=None, upper=950.0, flagged=True)),
        (HISTORY, run(31, -3.5, expected=902.0, lower=float("-inf"), upper=float("inf"))),
    ],
)
def test_whatever_the_history_holds(history: list[Point], judged: Point) -> None:
    assert draw_verdict(history, judged, title="rows", unit="rows").startswith(PNG)
    assert draw_backtest([*history, judged], title="rows", unit="rows").startswith(PNG)


def test_the_same_picture_is_the_same_bytes_and_small() -> None:
    for file_format in ("png", "svg"):
        first, again = (draw_verdict(HISTORY, UNUSUAL, title="a", unit="b", file_format=file_format) for _ in range(2))
        assert first == again
        assert len(first) < 40_000


def test_names_are_text_and_neither_markup_nor_a_formula() -> None:
    drawn = draw_verdict(HISTORY, UNUSUAL, title="<b>$a_$ & $b$</b>", unit="$rows$", file_format="svg")
    told = [element.text for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert "<b>$a_$ & $b$</b>" in told
    assert "$rows$" in told


def test_what_is_seen_in_it() -> None:
    told = draw_backtest([*HISTORY, UNUSUAL], title="a", unit="b", file_format="svg").decode()
    assert "would have been flagged" in told
    assert "usual runs" not in told
    assert "too little history" in told


def test_the_settings_of_others_stay() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw_verdict(HISTORY, UNUSUAL, title="a", unit="b", file_format="svg")
    assert dict(mpl.rcParams) == before
