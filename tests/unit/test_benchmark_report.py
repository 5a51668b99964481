"""The report of the benchmarks: growth over sizes, missed goals, and lines that fit into 80 columns."""

from __future__ import annotations

import pytest

from benchmarks import report
from benchmarks.__main__ import _parse
from benchmarks.harness import Effort, Result


def result(size, figure, *, what="start and end", unit="ms", **given):
    return Result(case="pairs", what=what, size=size, figure=figure, unit=unit, **given)


def lines(results):
    machine = report.machine(postgresql="18.6", effort=Effort.QUICK)
    return list(report.lines(machine, results, {"pairs": 6.4}))


def test_growth_is_by_the_first_size_of_the_same():
    results = [result("10", 2.0), result("10", 7.0, what="p99"), result("20", 5.0), result("40", 1.0)]

    assert list(report.growths(results)) == [None, None, 2.5, 0.5]


def test_of_a_rate_the_time_for_one_grows():
    assert list(report.growths([result("10", 100, unit="pairs/s"), result("20", 50, unit="pairs/s")])) == [None, 2.0]


def test_nothing_grows_from_nothing():
    assert list(report.growths([result("10", 0.0), result("20", 5.0)])) == [None, None]


def test_all_columns_stand_beside_the_size():
    [row] = [line for line in lines([result("10 rows", 2.0, raw=1.0, before=4.0)]) if "10 rows" in line]

    assert row.split() == ["10", "rows", "2.00", "1.00", "4.00", "2.00"]


def test_a_missed_goal_is_marked_and_named():
    text = lines([result("10 rows", 2.0, goal="at most 1 ms", met=False), result("20 rows", 2.0, goal="", met=None)])

    assert [line for line in text if line.endswith(" *")] == [line for line in text if line.startswith("    10 rows")]
    assert "1 of 1 goals missed (*)" in text
    assert "missed: pairs: start and end, 10 rows: at most 1 ms" in text


def test_the_head_says_what_it_was_measured_on():
    head = "\n".join(lines([]))

    assert "PostgreSQL 18.6" in head
    assert "effort: quick" in head


def test_long_names_keep_the_columns_in_80():
    long = lines([result("a size that needs far more room than its column has", 123_456.0, raw=1.0, before=2.0)])

    assert max(len(each) for line in long for each in line.splitlines()) <= report.WIDTH


@pytest.mark.parametrize(("given", "effort"), [([], "full"), (["--quick"], "quick"), (["--large"], "large")])
def test_how_hard_the_cases_work(given, effort):
    assert _parse(["pairs", *given]).effort == effort


def test_quick_and_large_are_not_asked_for_at_once(capsys):
    with pytest.raises(SystemExit):
        _parse(["--quick", "--large"])

    assert "not allowed with argument" in capsys.readouterr().err
