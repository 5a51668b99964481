"""How lineage is printed: as trees of addresses or of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from watcher_core.cli import output

if TYPE_CHECKING:
    from watcher_core.values import Address, ColumnStep, LineageStep

# A place in a tree: the way to it, and what is printed there.
Branch = tuple[tuple[object, ...], str]


def print_addresses(origin: str, direction: str, found: Iterable[LineageStep]) -> None:
    """Print the addresses on one side of an address."""
    _print(origin, direction, [(step.path, _of_address(step)) for step in found])


def print_columns(origin: str, direction: str, found: Iterable[ColumnStep]) -> None:
    """Print the columns on one side of a column."""
    _print(origin, direction, [(step.path, _of_column(step)) for step in found])


def _of_address(step: LineageStep) -> str:
    return f"{marked(step.address)} ({step.address.address_type_name}) via {', '.join(step.via)}"


def _of_column(step: ColumnStep) -> str:
    mark = " [deprecated]" if step.deprecated else ""
    return f"{step.address}.{step.column}{mark} via {', '.join(step.via)}"


def marked(address: Address) -> str:
    """Return the name of an address, with a mark where it is on its way out."""
    return f"{address.name} [deprecated]" if address.deprecated else address.name


def _print(origin: str, direction: str, branches: Sequence[Branch]) -> None:
    output.print_heading(f"{direction.capitalize()} of {origin}")
    if not branches:
        output.print_text("nothing")
        return
    below: dict[tuple[object, ...], list[Branch]] = {}
    for path, text in branches:
        below.setdefault(path[:-1], []).append((path, text))
    output.print_tree(
        (branches[0][0][:1], origin),
        label=lambda branch: [branch[1]],
        children=lambda branch: below.get(branch[0], ()),
    )
