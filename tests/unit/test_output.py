"""What a pipe gets of a table is what rich would lay out."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table
from rich.text import Text

from watcher_core.cli import output

CELLS = st.one_of(st.none(), st.integers(-(10**6), 10**6), st.text("ab é日\u200b\n\x1b", max_size=8).map(str.strip))
NAMES = st.text("ab é日", max_size=8).map(str.strip)


def laid_out(columns: list[output.Column], rows: list[list[output.Cell]]) -> list[str]:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column.heading, justify="right" if column.right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text("–" if cell is None else output.visible(str(cell))) for cell in row))
    console = Console(color_system=None, width=10_000, highlight=False, file=io.StringIO())
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().split("\n")[:-1]]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS).map(list), min_size=1, max_size=5))
def test_a_piped_table_is_laid_out_as_rich_does(rows: list[list[output.Cell]]) -> None:
    columns = [output.Column("id", right=True), output.Column("name", fold=True), output.Column("rows", right=True)]
    assert list(output.plain_table(columns, rows)) == laid_out(columns, rows)


@given(st.lists(st.tuples(NAMES, CELLS), min_size=1, max_size=5))
def test_a_piped_grid_is_laid_out_as_rich_does(rows: list[tuple[output.Cell, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        patch.setattr(output, "_is_piped", lambda: False)
        output.print_grid(rows)
    assert list(output.plain_grid(rows)) == printed.getvalue().split("\n")[:-1]


def test_a_piped_line_that_is_long_makes_no_other_one_so() -> None:
    lines = list(output.plain_grid([("metadata", "x" * 100_000), ("error", "in a line\n" * 10_000)]))
    assert sum(map(len, lines)) < 400_000


def test_a_piped_table_has_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table([output.Column("state"), output.Column("rows", right=True)], [(output.state("failed"), 3)])
    assert capsys.readouterr().out == "state   rows\nfailed     3\n"


def test_a_terminal_has(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output.print_table([output.Column("state")], [[output.state("failed")]])
    assert "\x1b[31mfailed" in capsys.readouterr().out
