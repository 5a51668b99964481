"""What a command prints: tables, fields and trees for people, JSON for programs.

A terminal gets colours and columns that fit it. A pipe gets neither colours nor lines, and nothing is cut there. Rich
is loaded where it is needed: a listing that is piped does without.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from watcher_core.cli.words import examples as examples

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# A pipe has no width; this is one that nothing reaches.
PIPE_WIDTH = 1_000_000
# What a column with long values keeps at least, and what stands between two columns.
LEAST_FOLDED = 16
GAP = 2

STATE_STYLES = {
    "running": "cyan",
    "succeeded": "green",
    "failed": "red",
    "canceled": "yellow",
    "skipped": "dim",
    "blocked": "magenta",
}
CHECK_STYLES = {"passed": "green", "failed": "red", "errored": "bold red", "no_result": "yellow"}
ALERT_STYLES = {"info": "cyan", "warning": "yellow", "error": "bold red", "critical": "bold white on red"}
LEVEL_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}

Cell = str | int | None


class Styled(str):
    """Text that a terminal shows in a style of rich.

    Attributes:
        style: The style, as in `bold red`.
    """

    style: str

    def __new__(cls, text: str, style: str = "") -> Self:
        made = super().__new__(cls, text)
        made.style = style
        return made


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: Its name.
        right: Whether it is aligned to the right, as numbers are.
        minor: Whether it is among the first that are left out where the terminal is narrow; a line says which were.
        fold: Whether long values go on in the next line; others are kept whole.
    """

    heading: str
    right: bool = False
    minor: bool = False
    fold: bool = False


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, empty: str = "", heading: str = ""
) -> None:
    """Print rows below the names of their columns; in place of no rows, say so.

    Args:
        columns: The columns.
        rows: The rows.
        empty: What to say: beside the output, which programs read, or below a heading.
        heading: The name of the table, where it is a part of what is printed.
    """
    rows = list(rows)
    if heading:
        print_heading(heading)
    if not rows:
        if heading:
            print_text(empty)
        else:
            print(empty, file=sys.stderr)
        return
    if _is_piped():
        sys.stdout.writelines(f"{line}\n" for line in plain_table(columns, rows))
        return
    from rich.table import Table

    console = _console()
    cells = [[_text(cell) for cell in row] for row in rows]
    shown = _shown(columns, cells, console.width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column in _where(columns, shown):
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            no_wrap=not column.fold,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*_where(row, shown))
    _print(console, table)
    hidden = [column.heading for column, is_shown in zip(columns, shown, strict=True) if not is_shown]
    if hidden:
        note = f"not shown in {console.width} columns: {', '.join(hidden)} (see --json)"
        _print(console, _text(Styled(note, "dim")))


def plain_table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of a table for a pipe: rich would lay them out the same, in ten times the time."""
    cells = [[_plain(cell) for cell in row] for row in ([column.heading for column in columns], *rows)]
    lengths = [[_width(cell) for cell in row] for row in cells]
    widths = [max(of_column) for of_column in zip(*lengths, strict=True)]
    for row, lengths_of_row in zip(cells, lengths, strict=True):
        parts = []
        for cell, length, width, column in zip(row, lengths_of_row, widths, columns, strict=True):
            blanks = " " * (width - length)
            parts.append(blanks + cell if column.right else cell + blanks)
        yield (" " * GAP).join(parts).rstrip()


def plain_grid(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of rows for a pipe: rich would fill up each line to the length of the longest."""
    cells = [[_plain(cell, lines=True) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in list(zip(*cells, strict=True))[:-1]]
    for *row, last in cells:
        before = "".join(cell + " " * (width - _width(cell) + GAP) for cell, width in zip(row, widths, strict=True))
        for place, line in enumerate(last.split("\n")):
            yield f"{' ' * _width(before) if place else before}{line}".rstrip()


def print_fields(fields: Iterable[tuple[str, Cell]]) -> None:
    """Print names and values below each other. A field without a value is left out."""
    print_grid([(Styled(name, "bold"), value) for name, value in fields if value is not None])


def print_grid(rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows without headings; the last column takes the room that is left."""
    if _is_piped():
        sys.stdout.writelines(f"{line}\n" for line in plain_grid(rows))
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in rows[0][:-1]:
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*(_text(cell, lines=True) for cell in row))
    _print(_console(), table)


def print_tree(root: Any, label: Callable[[Any], Sequence[Cell]], children: Callable[[Any], Iterable[Any]]) -> None:
    """Print a node and what is below it, each as the cells of its label."""
    from rich.text import Text
    from rich.tree import Tree

    def line(node: Any) -> Text:
        return Text(" " * GAP).join(map(_text, label(node)))

    drawn = Tree(line(root), guide_style="dim")
    waiting = [(root, drawn)]
    while waiting:
        node, branch = waiting.pop()
        waiting.extend((child, branch.add(line(child))) for child in children(node))
    _print(_console(), drawn)


def print_json(value: object) -> None:
    """Print the value as JSON, and nothing else: dataclasses as objects, times in ISO 8601."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_as_json))


def print_heading(text: str) -> None:
    """Print the name of what follows."""
    _print(_console(), _text(Styled(f"\n{text}", "bold"), lines=True))


def print_text(text: str) -> None:
    """Print a line."""
    _print(_console(), _text(text))


def state(name: str) -> Styled:
    """The state of an execution, in its colour."""
    return Styled(name, STATE_STYLES.get(name, ""))


def check_status(name: str) -> Styled:
    """What came of an asset check, in its colour."""
    return Styled(name.replace("_", " "), CHECK_STYLES.get(name, ""))


def level(name: str) -> Styled:
    """How bad a finding is, in its colour."""
    return Styled(name, LEVEL_STYLES[name])


def alert_level(name: str) -> Styled:
    """How loud an alert is, in its colour."""
    return Styled(name, ALERT_STYLES[name])


def number(value: int | None) -> str:
    """A whole number with separators, as in `336,776`."""
    return "–" if value is None else f"{value:,}"


def yes_or_no(value: bool) -> str:
    """A flag as a word."""
    return "yes" if value else "no"


def as_lines(metadata: Mapping[str, object]) -> str:
    """Metadata, a line for each name."""
    return "\n".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_as_json)}"
        for name, value in metadata.items()
    )


def visible(text: str, *, lines: bool = False) -> str:
    """Make visible what would move the cursor, or worse: names and errors come from anywhere."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or (lines and character == "\n") else ascii(character)[1:-1]
        for character in text
    )


def _text(cell: Cell, *, lines: bool = False) -> Text:
    from rich.text import Text

    return Text(_plain(cell, lines=lines), style=cell.style if isinstance(cell, Styled) else "")


def _plain(cell: Cell, *, lines: bool = False) -> str:
    return "–" if cell is None else visible(str(cell), lines=lines)


def _shown(columns: Sequence[Column], cells: Sequence[Sequence[Text]], width: int) -> list[bool]:
    """Which columns fit: all where there is room, else without those that are minor, else without the last ones."""

    def least(number: int) -> int:
        column = columns[number]
        longest = max(len(column.heading), *(row[number].cell_len for row in cells))
        return (min(longest, LEAST_FOLDED) if column.fold else longest) + GAP

    shown = [True] * len(columns)
    minor_first = sorted(range(1, len(columns)), key=lambda number: (columns[number].minor, number), reverse=True)
    for number in minor_first:
        if sum(least(each) for each in range(len(columns)) if shown[each]) - GAP <= width:
            break
        shown[number] = False
    return shown


def _where(items: Iterable[Any], shown: Iterable[bool]) -> list[Any]:
    return [item for item, is_shown in zip(items, shown, strict=True) if is_shown]


def _width(text: str) -> int:
    """The columns that a text takes: some characters take two, and some none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _is_piped() -> bool:
    """Whether nobody asks for what only a terminal shows, as rich understands these variables."""
    return not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE"))


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(color_system=None, width=PIPE_WIDTH, highlight=False)


def _print(console: Console, renderable: Any) -> None:
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    # Cells are filled up with blanks, which only a terminal has a use for.
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar of how much is done, on the terminal that errors go to; nothing where that is none."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, expected: bar.update(task, completed=done, total=max(done, expected))


@contextmanager
def counter(what: str) -> Iterator[Callable[[int], None] | None]:
    """As `progress_bar`, where the total is not known."""
    with progress_bar(what) as show:
        yield None if show is None else lambda done: show(done, done)


def _as_json(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"{value!r} is nothing that JSON has")
