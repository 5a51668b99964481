"""`watcher lineage …`: where data comes from, where it goes, and what breaks if it is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from watcher_core.arguments import MAX_BIGINT
from watcher_core.cli import output
from watcher_core.cli.edge import open_watcher, suggest
from watcher_core.cli.lineage_trees import marked, print_addresses, print_columns
from watcher_core.cli.options import Json, unless_none
from watcher_core.errors import NotFoundError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import Address, LineageGraph

app = typer.Typer(
    help="Lineage: where data comes from, where it goes, what breaks.", no_args_is_help=True, rich_markup_mode=None
)

T = TypeVar("T")


AddressName = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="The address's name or id, or the pipeline whose asset lives there.", show_default=False
    ),
]
Dot = Annotated[bool, typer.Option("--dot", help="Print Graphviz's DOT, as in: … --dot | dot -Tsvg > lineage.svg")]
Mermaid = Annotated[bool, typer.Option("--mermaid", help="Print Mermaid, for documents.")]
Upstream = Annotated[bool, typer.Option("--upstream", help="Only where the data comes from.")]
Downstream = Annotated[bool, typer.Option("--downstream", help="Only where the data goes.")]
Depth = Annotated[int | None, typer.Option(metavar="N", help="Stop after this many edges.", min=1)]


@app.command(
    "show",
    epilog=output.examples(
        "watcher lineage show mart.orders",
        "watcher lineage show mart.orders --upstream --depth 3",
        "watcher lineage show mart.orders --column total",
        "watcher lineage show mart.orders --mermaid",
    ),
)
def show(
    address: AddressName,
    *,
    upstream: Upstream = False,
    downstream: Downstream = False,
    depth: Depth = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help="Follow one column of the address.")] = None,
    json: Json = False,
    dot: Dot = False,
    mermaid: Mermaid = False,
) -> None:
    """Show what is upstream and downstream of an address, as a tree.

    Each address is below the one that it is reached from, on a shortest path, with the pipelines between the two.
    """
    _check_one_form(json=json, dot=dot, mermaid=mermaid)
    if column is not None and (dot or mermaid):
        raise typer.BadParameter("columns have no picture; leave --dot and --mermaid out, or --column")
    directions = [
        direction
        for direction, is_asked in (("upstream", upstream), ("downstream", downstream))
        if is_asked or upstream == downstream
    ]
    with open_watcher() as watcher:
        if column is not None:
            columns = at_address(
                watcher, address, lambda found: {d: watcher.column_lineage(found, column, d, depth) for d in directions}
            )
            if json:
                output.print_json(columns)
                return
            followed = next((step.path[0] for found in columns.values() for step in found), (address, column))
            for direction, of_column in columns.items():
                print_columns(".".join(followed), direction, of_column)
            return
        steps = at_address(
            watcher, address, lambda found: {d: watcher.address_lineage(found, d, depth) for d in directions}
        )
        graph = watcher.lineage_graph() if dot or mermaid else None
        own = address if graph is None else _name_of(watcher, graph, address)
    if graph is not None:
        from watcher_core.lineage import subgraph

        names = {name for found in steps.values() for step in found for name in step.path}
        _print_graph(subgraph(graph, names | {own}), as_dot=dot)
    elif json:
        output.print_json(steps)
    else:
        # What was typed may be an id, or the name of its pipeline.
        origin = next((step.path[0] for found in steps.values() for step in found), address)
        for direction, found in steps.items():
            print_addresses(origin, direction, found)


@app.command("impact", epilog=output.examples("watcher lineage impact raw.orders"))
def impact(address: AddressName, *, json: Json = False) -> None:
    """Show what breaks if an address is late or wrong.

    Those are the pipelines that read it, directly or through others, with their owners and open alerts.
    """
    with open_watcher() as watcher:
        found = at_address(watcher, address, watcher.lineage_impact)
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("depth", right=True),
        output.Column("pipeline", fold=True),
        output.Column("type", fold=True, minor=True),
        output.Column("owners", fold=True),
        output.Column("open alerts", fold=True),
        output.Column("writes", fold=True),
    ]
    rows = [
        (
            pipeline.depth,
            pipeline.pipeline_name if pipeline.active else f"{pipeline.pipeline_name} (inactive)",
            pipeline.pipeline_type_name,
            ", ".join(pipeline.owners) or None,
            ", ".join(pipeline.open_alerts) or None,
            "\n".join(pipeline.targets),
        )
        for pipeline in found
    ]
    output.print_table(columns, rows, empty=f"nothing breaks: no pipeline reads {address}")


@app.command("summary", epilog=output.examples("watcher lineage summary"))
def summary(*, json: Json = False) -> None:
    """Show where the graph begins and ends, and its cycles."""
    with open_watcher() as watcher:
        found = watcher.lineage_summary()
    if json:
        output.print_json(found)
        return
    output.print_fields(
        [
            ("addresses", output.number(found.addresses)),
            ("edges", output.number(found.edges)),
            ("nobody writes", _names(found.roots)),
            ("nobody reads", _names(found.leaves)),
            ("neither", _names(found.unused)),
            ("cycles", "\n".join(" ⇄ ".join(map(marked, cycle)) for cycle in found.cycles) or None),
        ]
    )


@app.command(
    "graph",
    epilog=output.examples(
        "watcher lineage graph --html lineage.html",
        "watcher lineage graph --dot | dot -Tsvg > lineage.svg",
    ),
)
def graph(
    *,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page that draws it, without network.")
    ] = None,
    focus: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Open the page at this address.")] = None,
    json: Json = False,
    dot: Dot = False,
    mermaid: Mermaid = False,
) -> None:
    """Write the whole graph, as a page or for other tools."""
    if html is None:
        _check_one_form(json=json, dot=dot, mermaid=mermaid)
        if not (json or dot or mermaid):
            raise typer.BadParameter("say what to write: --html FILE, --json, --dot or --mermaid")
    elif json or dot or mermaid:
        raise typer.BadParameter("--html goes without --json, --dot and --mermaid")
    with open_watcher() as watcher:
        found = watcher.lineage_graph()
        focus = None if focus is None else _name_of(watcher, found, focus)
    if html is not None:
        _write_page(html, found, focus)
    elif json:
        output.print_json(found)
    else:
        _print_graph(found, as_dot=dot)


@app.command("addresses", epilog=output.examples("watcher lineage addresses"))
def list_addresses(*, json: Json = False) -> None:
    """List all addresses."""
    with open_watcher() as watcher:
        found = watcher.addresses()
    if json:
        output.print_json(found)
        return
    columns = [
        output.Column("id", right=True),
        output.Column("address", fold=True),
        output.Column("type", fold=True),
        output.Column("group", fold=True),
        output.Column("deprecated"),
    ]
    rows = [
        (
            address.id,
            address.name,
            address.address_type_name,
            address.address_type_group_name,
            output.yes_or_no(address.deprecated),
        )
        for address in found
    ]
    output.print_table(columns, rows, empty="no addresses yet: declare lineage, or let the recorder find it in Dagster")


@app.command(
    "set",
    epilog=output.examples(
        "watcher lineage set mart.orders --deprecated",
        "watcher lineage set orders --name shop.orders --type postgresql",
        "watcher lineage set shop.orders --table orders --primary-key id",
    ),
)
def set_fields(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address's name or id.", show_default=False)],
    *,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Its new name; the old one goes on to mean it. One that is taken merges the two."
        ),
    ] = None,
    address_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Its type.")] = None,
    group: Annotated[
        str | None, typer.Option(metavar="GROUP", help="The group of that type, where the type is new.")
    ] = None,
    deprecated: Annotated[
        bool | None,
        typer.Option("--deprecated/--not-deprecated", help="Whether it is on its way out.", show_default=False),
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="NAME", help="The database, or catalog, that it is in, or none.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar="NAME", help="The schema, or data set, in it, or none.")
    ] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="The table in that, or none.")] = None,
    primary_key: Annotated[
        str | None, typer.Option(metavar="COLUMNS", help="The columns of its primary key, or none.")
    ] = None,
    metadata: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help="Whatever else is known of it, in place of what was: a JSON object, or none."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Rename, re-type, merge or deprecate an address.

    Code that declares the old name means the renamed address. Merging gives the other address all edges and assets of
    this one, and cannot be undone.
    """
    given = {"name": name, "address_type_name": address_type, "deprecated": deprecated}
    fields: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    parts = {"database_name": database, "schema_name": schema, "table_name": table, "primary_key": primary_key}
    fields |= {part: unless_none(typed) for part, typed in parts.items() if typed is not None}
    if metadata is not None:
        fields["address_metadata"] = _read_metadata(metadata)
    if group is not None and address_type is None:
        raise typer.BadParameter("--group is that of a new type, which --type names")
    if not fields:
        raise typer.BadParameter("nothing to change; name an option, as in --deprecated (see --help)")
    with open_watcher() as watcher:
        if group is not None and address_type is not None:
            watcher.get_or_create_address_type(address_type, group_name=group)
        changed = at_address(
            watcher,
            address,
            lambda found: watcher.update_address(found, **fields),
        )
    if json:
        output.print_json(changed)
        return
    output.print_text(f"{marked(changed)}: {changed.address_type_name} ({changed.address_type_group_name})")


def _read_metadata(typed: str) -> dict[str, Any] | None:
    if unless_none(typed) is None:
        return None
    try:
        read = loads(typed)
    except ValueError as error:
        raise typer.BadParameter(f"{typed!r} is no JSON: {error}", param_hint="--metadata") from None
    if not isinstance(read, dict):
        raise typer.BadParameter(f"{typed!r} is no JSON object", param_hint="--metadata")
    return read


@app.command("verify", epilog=output.examples("watcher lineage verify", "watcher lineage verify --repair"))
def verify(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs.")] = False,
    json: Json = False,
) -> None:
    """Check that the closure matches the edges.

    Which address reaches which is computed again from the edges, and compared with what is stored.
    The exit code is 1 where something differs and is not repaired.
    """
    with open_watcher() as watcher:
        report = watcher.verify_lineage(repair=repair)
    if json:
        output.print_json({**vars(report), "is_right": report.is_right})
    elif report.is_right:
        output.print_text(f"the closure is right: {report.pairs:,} pairs")
    else:
        what = (
            f"{report.missing:,} pairs missing, {report.unexpected:,} unexpected, "
            f"{report.wrong_depth:,} with a wrong depth"
        )
        output.print_text(f"{what}: mended" if repair else f"{what}; mend it with: watcher lineage verify --repair")
    if not (report.is_right or repair):
        raise typer.Exit(1)


def at_address(watcher: Watcher, reference: str, call: Callable[[int | str], T]) -> T:
    """Return what `call` returns for the address that a person named: by its name or its pipeline's, else by its id.

    Raises:
        NotFoundError: There is none; a note suggests names that are alike.
    """
    try:
        return call(reference)
    except NotFoundError as error:
        if error.kind != "address":
            raise
    if reference.isdecimal() and 0 < int(reference) <= MAX_BIGINT:
        with suppress(NotFoundError):
            return call(int(reference))
    unknown = NotFoundError("address", reference)
    suggest(unknown, reference, (address.name for address in watcher.addresses()))
    raise unknown


def _name_of(watcher: Watcher, graph: LineageGraph, reference: str) -> str:
    """Return the name that an address has in the graph; a person may name it otherwise, as `at_address` has it."""
    with suppress(NotFoundError):
        home = watcher.pipeline(reference).address_id
        for address in graph.addresses:
            if address.id == home:
                return address.name
    return at_address(watcher, reference, watcher.address).name


def _check_one_form(**forms: bool) -> None:
    asked = [f"--{name}" for name, is_asked in forms.items() if is_asked]
    if len(asked) > 1:
        raise typer.BadParameter(f"{' and '.join(asked)} do not go together")


def _print_graph(found: LineageGraph, *, as_dot: bool) -> None:
    from watcher_core import lineage

    print((lineage.to_dot if as_dot else lineage.to_mermaid)(found), end="")


def _write_page(path: Path, found: LineageGraph, focus: str | None) -> None:
    from watcher_core.lineage import render_page

    now = dt.datetime.now(dt.UTC)
    path.write_text(render_page(found, title="Lineage", generated_at=now, focus=focus), encoding="utf-8")
    output.print_text(f"{path}: {len(found.addresses):,} addresses, {len(found.edges):,} edges; open it in a browser")


def _names(found: Sequence[Address]) -> str | None:
    return "\n".join(map(marked, found)) or None
