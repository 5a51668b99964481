"""Lineage: declared, told, asked about; and what is refused."""

from __future__ import annotations

import multiprocessing
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from watcher_core import (
    Address,
    ColumnEdge,
    Direction,
    InvalidValueError,
    LineageOrigin,
    NotFoundError,
    PipelineInactiveError,
    PipelineLineage,
    Watcher,
)
from watcher_core.database import normalize_url


def table(name: str) -> Address:
    return Address(name, "postgresql", "database")


def declare(watcher: Watcher, pipeline: str, sources: str, targets: str, **options: Any) -> int:
    watcher.get_or_create_pipeline(pipeline)
    return watcher.create_lineage(
        pipeline, sources=map(table, sources.split()), targets=map(table, targets.split()), **options
    )


def column(source: str, target: str) -> ColumnEdge:
    (from_address, from_column), (to_address, to_column) = source.split("."), target.split(".")
    return ColumnEdge(
        source_address=from_address, source_column=from_column, target_address=to_address, target_column=to_column
    )


def names(steps: Any) -> list[str]:
    return [step.address.name for step in steps]


def closure(watcher: Watcher) -> set[tuple[str, str, int]]:
    with watcher._connect().connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT source.name, target.name, depth FROM watcher.address_lineage_closure AS closure"
                " JOIN watcher.address AS source ON source.id = source_address_id"
                " JOIN watcher.address AS target ON target.id = target_address_id"
            )
        )
        return {tuple(row) for row in rows}


@pytest.fixture
def shop(watcher: Watcher) -> Watcher:
    """api → raw → clean → mart, with a shortcut from raw to mart, and a report beside."""
    declare(watcher, "extract", "api", "raw")
    declare(watcher, "clean", "raw", "clean")
    declare(watcher, "join", "raw clean", "mart")
    declare(watcher, "report", "mart", "mail")
    return watcher


# Telling


def test_a_declaration_makes_pipeline_edges_addresses_and_closure(watcher: Watcher) -> None:
    assert declare(watcher, "p", "a b", "c d") == 4
    assert [address.name for address in watcher.addresses()] == ["a", "b", "c", "d"]
    assert closure(watcher) == {("a", "c", 1), ("a", "d", 1), ("b", "c", 1), ("b", "d", 1)}
    edge = watcher.lineage_graph().edges[0]
    assert (edge.pipeline_name, edge.source, edge.target, edge.origin) == ("p", "a", "c", LineageOrigin.DECLARED)


def test_a_pipeline_that_moves_leaves_nothing_behind(watcher: Watcher) -> None:
    declare(watcher, "p", "a", "b")
    declare(watcher, "p", "c", "d")
    assert closure(watcher) == {("c", "d", 1)}


def test_an_edge_that_two_pipelines_have_stays_with_the_other(watcher: Watcher) -> None:
    declare(watcher, "p", "a", "b")
    declare(watcher, "q", "a", "b")
    declare(watcher, "p", "", "")
    assert closure(watcher) == {("a", "b", 1)}
    declare(watcher, "q", "", "")
    assert closure(watcher) == set()


def test_shortcuts_diamonds_cycles_and_self_edges(watcher: Watcher) -> None:
    declare(watcher, "diamond", "a", "b c")
    declare(watcher, "close", "b c", "d")
    assert ("a", "d", 2) in closure(watcher)
    declare(watcher, "shortcut", "a", "d")
    assert ("a", "d", 1) in closure(watcher)
    declare(watcher, "cycle", "d", "a")
    assert {(s, t) for s, t, _ in closure(watcher)} == {(s, t) for s in "abcd" for t in "abcd" if s != t}
    assert declare(watcher, "merge", "e", "e") == 1
    assert not any("e" in row[:2] for row in closure(watcher))


def test_names_keep_their_case(watcher: Watcher) -> None:
    declare(watcher, "p", "s3://b/Key", "s3://b/key")
    assert closure(watcher) == {("s3://b/Key", "s3://b/key", 1)}


def test_the_flag_says_whether_the_declaration_is_to_be_loaded(watcher: Watcher) -> None:
    assert watcher.get_or_create_pipeline("p").load_lineage
    declare(watcher, "p", "a", "b")
    assert watcher.pipeline("p").load_lineage
    with watcher.track("p"):
        pass
    assert not watcher.pipeline("p").load_lineage
    declare(watcher, "p", "a", "b")
    assert not watcher.pipeline("p").load_lineage
    declare(watcher, "p", "a", "c")
    assert watcher.pipeline("p").load_lineage
    assert closure(watcher) == {("a", "c", 1)}


def test_a_flag_that_a_person_sets_loads_the_same_declaration_anew(watcher: Watcher) -> None:
    declare(watcher, "p", "a", "b")
    with watcher.track("p"):
        pass
    with watcher._connect().begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.address_lineage; DELETE FROM watcher.address_lineage_closure"))
    declare(watcher, "p", "a", "b")
    assert closure(watcher) == set()
    watcher.update_pipeline("p", load_lineage=True)
    declare(watcher, "p", "a", "b")
    assert closure(watcher) == {("a", "b", 1)}


@pytest.mark.parametrize("columns", [None, [column("a.x", "b.y")]])
def test_a_declaration_that_changes_nothing_sends_two_statements(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch, columns: list[ColumnEdge] | None
) -> None:
    declare(watcher, "p", "a", "b", columns=columns)
    statements: list[Any] = []
    execute = psycopg.Cursor.execute

    def counted(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        statements.append(statement)
        return execute(cursor, statement, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    assert watcher.create_lineage("p", [table("a")], [table("b")], columns=columns) == 1
    assert len(statements) == 2
    watcher.create_lineage("p", [table("a")], [table("b"), table("c")], columns=columns)
    assert len(statements) > 5
    monkeypatch.undo()
    assert closure(watcher) == {("a", "b", 1), ("a", "c", 1)}


def test_track_declares(watcher: Watcher) -> None:
    with watcher.track("p", sources=[table("a")], targets=[table("b")]) as execution:
        assert closure(watcher) == {("a", "b", 1)}
        execution.record(inserts=1)
    with watcher.track("p"):
        pass
    assert closure(watcher) == {("a", "b", 1)}
    with watcher.track("p", sources=[table("a")], targets=[table("c")]):
        pass
    assert closure(watcher) == {("a", "c", 1)}


def test_a_declaration_that_is_refused_starts_nothing(watcher: Watcher) -> None:
    with pytest.raises(InvalidValueError, match="targets of pipeline 'p' is empty"):
        watcher.track("p", sources=[table("a")]).__enter__()
    with pytest.raises(InvalidValueError, match="'new' is not known yet"):
        watcher.track("p", sources=[Address("a", "new")], targets=[table("b")]).__enter__()
    watcher.get_or_create_pipeline("off")
    watcher.update_pipeline("off", active=False)
    with pytest.raises(PipelineInactiveError):
        watcher.track("off", sources=[table("a")], targets=[table("b")]).__enter__()
    assert watcher.executions() == []
    assert watcher.addresses() == []


def test_each_origin_takes_back_only_what_it_told(watcher: Watcher) -> None:
    declare(watcher, "p", "a", "b")
    asset = PipelineLineage(
        pipeline_name="p", address=table("b"), sources=(table("x"),), targets=(table("b"),), pipeline_type_name="asset"
    )
    assert watcher.set_lineage([asset], origin="asset_graph") == 1
    assert watcher.set_lineage([asset], origin="asset_graph") == 0
    assert watcher.set_lineage([asset], origin="materialization") == 1
    assert closure(watcher) == {("a", "b", 1), ("x", "b", 1)}
    gone = PipelineLineage(pipeline_name="p")
    assert watcher.set_lineage([gone], origin="asset_graph") == 1
    assert closure(watcher) == {("a", "b", 1), ("x", "b", 1)}
    watcher.set_lineage([gone], origin="materialization")
    assert closure(watcher) == {("a", "b", 1)}


def test_an_asset_says_where_it_lives_and_of_which_type_that_is(watcher: Watcher) -> None:
    declare(watcher, "reader", "orders", "report")
    home = PipelineLineage(pipeline_name="shop/orders", address=Address("orders", "snowflake", "warehouse"))
    watcher.set_lineage([home], origin="asset_graph")
    found = watcher.pipeline_addresses(["shop/orders", "reader", "nobody"])
    assert {name: address.name for name, address in found.items()} == {"shop/orders": "orders"}
    assert found["shop/orders"].address_type_name == "snowflake"
    assert names(watcher.address_lineage("shop/orders", "downstream")) == ["report"]
    assert watcher.pipeline("shop/orders").address_id == found["shop/orders"].id


# Asking


def test_up_and_down_with_depth_path_and_pipelines(shop: Watcher) -> None:
    steps = shop.address_lineage("mart")
    assert [(step.address.name, step.depth) for step in steps] == [("clean", 1), ("raw", 1), ("api", 2)]
    assert steps[-1].path == ("mart", "raw", "api")
    assert steps[-1].pipelines == ("join", "extract")
    down = shop.address_lineage("api", Direction.DOWNSTREAM)
    assert [(step.address.name, step.depth) for step in down] == [("raw", 1), ("clean", 2), ("mart", 2), ("mail", 3)]
    assert down[-1].path == ("api", "raw", "mart", "mail")
    assert names(shop.address_lineage("api", "downstream", max_depth=2)) == ["raw", "clean", "mart"]
    assert shop.address_lineage("api") == []


def test_of_many_answers_the_nearest_are_given(shop: Watcher) -> None:
    for limit in (1, 2, 3, 9):
        assert (
            shop.address_lineage("api", "downstream", limit=limit) == shop.address_lineage("api", "downstream")[:limit]
        )
        assert shop.lineage_impact("api", limit=limit) == shop.lineage_impact("api")[:limit]
    declare(shop, "one", "a", "b", columns=[column("a.x", "b.y"), column("a.x", "b.z")])
    declare(shop, "two", "b", "c", columns=[column("b.y", "c.total")])
    for limit in (1, 2, 9):
        found = shop.column_lineage("a", "x", "downstream", limit=limit)
        assert found == shop.column_lineage("a", "x", "downstream")[:limit]
    with pytest.raises(InvalidValueError, match="limit is 0"):
        shop.address_lineage("api", limit=0)


def test_the_pipelines_of_the_graph_and_their_newest_executions(shop: Watcher) -> None:
    shop.get_or_create_pipeline("without lineage")
    shop.set_lineage([PipelineLineage(pipeline_name="asset", address=table("mart"))], origin="asset_graph")
    shop.end_execution(shop.start_execution(pipeline_id="join").id, completed_successfully=False)
    found = {each.pipeline_name: each for each in shop.graph_pipelines()}
    assert list(found) == ["asset", "clean", "extract", "join", "report"]
    assert (found["asset"].address_id, found["asset"].state) == (shop.address("mart").id, None)
    assert (found["join"].address_id, found["join"].state) == (None, "failed")
    assert found["join"].started_at is not None


def test_a_question_in_a_cycle_ends(watcher: Watcher) -> None:
    declare(watcher, "p", "a", "b")
    declare(watcher, "q", "b", "a")
    assert [(step.address.name, step.path) for step in watcher.address_lineage("a", "downstream")] == [
        ("b", ("a", "b"))
    ]


def test_what_breaks(shop: Watcher) -> None:
    shop.update_pipeline("join", pipeline_metadata={"owners": ["team:marts"]})
    shop.update_pipeline("report", pipeline_metadata={"owners": "ann@example.com"}, active=False)
    with shop._connect().begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id)"
                " SELECT 'freshness', 'warning', 'k', id FROM watcher.pipeline WHERE name = 'join'"
            )
        )
    found = shop.lineage_impact("raw")
    assert [(pipeline.pipeline_name, pipeline.depth) for pipeline in found] == [
        ("clean", 1),
        ("join", 1),
        ("report", 2),
    ]
    assert found[1].owners == ("team:marts",)
    assert found[1].open_alerts == ("freshness",)
    assert found[1].targets == ("mart",)
    assert (found[2].owners, found[2].active) == (("ann@example.com",), False)


def test_the_shape_of_the_graph(shop: Watcher) -> None:
    shop.get_or_create_address("nobody", address_type_name="postgresql")
    declare(shop, "merge", "mail", "mail")
    declare(shop, "there", "x", "y")
    declare(shop, "back", "y", "x")
    summary = shop.lineage_summary()
    assert (summary.addresses, summary.edges) == (8, 8)
    assert [address.name for address in summary.roots] == ["api"]
    assert summary.leaves == ()
    assert [address.name for address in summary.unused] == ["nobody"]
    assert [[address.name for address in cycle] for cycle in summary.cycles] == [["mail"], ["x", "y"]]


def test_where_an_asset_lives_is_written_by_it_whatever_it_reads(shop: Watcher) -> None:
    """No edge says so: an edge leads from what is read, and here nothing is known of that."""
    lineages = [
        PipelineLineage(pipeline_name="extract", address=table("api")),
        PipelineLineage(pipeline_name="alone", address=table("alone")),
    ]
    shop.set_lineage(lineages, origin="asset_graph")
    summary = shop.lineage_summary()
    assert "api" not in {address.name for address in summary.roots}
    assert "alone" in {address.name for address in summary.leaves}
    assert summary.unused == ()


def test_what_is_gone_from_the_code_neither_breaks_nor_lives_anywhere(shop: Watcher) -> None:
    shop.set_lineage([PipelineLineage(pipeline_name="alone", address=table("alone"))], origin="asset_graph")
    with shop._connect().begin() as connection:
        connection.execute(
            sa.text("UPDATE watcher.pipeline SET removed_at = now() WHERE name = ANY(ARRAY['clean', 'alone'])")
        )
    assert [pipeline.pipeline_name for pipeline in shop.lineage_impact("raw")] == ["join", "report"]
    summary = shop.lineage_summary()
    assert "alone" not in {address.name for address in summary.leaves}
    assert [address.name for address in summary.unused] == ["alone"]


def test_renamed_retyped_and_deprecated_addresses_show_in_every_answer(shop: Watcher) -> None:
    shop.get_or_create_address_type("kafka", group_name="stream")
    shop.update_address("raw", name="landing", address_type_name="kafka", deprecated=True)
    step = next(step for step in shop.address_lineage("mart") if step.address.name == "landing")
    assert (step.address.address_type_name, step.address.deprecated) == ("kafka", True)
    assert "landing" in shop.address_lineage("api", "downstream")[-1].path
    assert [address.name for address in shop.lineage_graph().addresses if address.deprecated] == ["landing"]


# Columns


def test_columns_are_followed_to_any_depth(watcher: Watcher) -> None:
    declare(watcher, "one", "a", "b", columns=[column("a.x", "b.y"), column("a.w", "b.y"), column("a.x", "b.z")])
    declare(watcher, "two", "b", "c", columns=[column("b.y", "c.total")])
    declare(watcher, "three", "c", "a", columns=[column("c.total", "a.x")])
    steps = watcher.column_lineage("c", "total")
    assert [(step.address, step.column, step.depth) for step in steps] == [("b", "y", 1), ("a", "w", 2), ("a", "x", 2)]
    assert steps[-1].path == (("c", "total"), ("b", "y"), ("a", "x"))
    assert steps[-1].pipelines == ("two", "one")
    down = watcher.column_lineage("a", "x", "downstream", max_depth=1)
    assert [(step.address, step.column) for step in down] == [("b", "y"), ("b", "z")]
    assert watcher.column_lineage("a", "nothing of the kind") == []
    declare(watcher, "one", "a", "b", columns=[])
    assert watcher.column_lineage("c", "total")[-1].column == "y"


def test_a_declaration_that_was_replaced_by_hand_is_loaded_again(watcher: Watcher) -> None:
    declare(watcher, "copy", "a", "b")
    watcher.update_pipeline("copy", load_lineage=False)
    watcher.set_lineage([PipelineLineage(pipeline_name="copy")], origin="declared")
    assert closure(watcher) == set()
    declare(watcher, "copy", "a", "b")
    assert closure(watcher) == {("a", "b", 1)}


@pytest.mark.parametrize(
    ("sources", "targets", "found"),
    [("", "", []), ("d", "c", []), ("a", "d", []), ("a d", "c", ["a"]), ("a", "c d", ["a"])],
)
def test_columns_of_which_nothing_is_said_stay_as_long_as_their_addresses(
    watcher: Watcher, sources: str, targets: str, found: list[str]
) -> None:
    declare(watcher, "one", "a", "c", columns=[column("a.x", "c.total")])
    declare(watcher, "two", "b", "c", columns=[column("b.x", "c.total")])
    declare(watcher, "one", sources, targets)
    assert [step.address for step in watcher.column_lineage("c", "total")] == [*found, "b"]
    declare(watcher, "one", "a", "b c", columns=[column("a.x", "b.x"), column("b.x", "c.total")])
    declare(watcher, "one", "a d", "b c")
    assert [edge.source_address for edge in watcher.column_edges("c")] == ["b"]


# What is refused


@pytest.mark.parametrize(
    ("sources", "targets", "message"),
    [
        ([table("a")], [], "targets of pipeline 'p' is empty"),
        ([], [table("a")], "sources of pipeline 'p' is empty"),
        ([table(" \t")], [table("b")], "address name is"),
        ([table("x" * 10_000)], [table("b")], "10,000 bytes; a name has 1 to 2,048 bytes"),
        ([Address("a", "")], [table("b")], "address_type_name is ''"),
        ([Address("a", "unheard")], [table("b")], "address type 'unheard' is not known yet"),
        (["a"], [table("b")], "sources is 'a'; it must be an Address"),
        ([table("a"), Address("a", "s3", "bucket")], [table("b")], "is declared twice"),
    ],
    ids=["no target", "no source", "blank", "long", "no type", "no group", "text", "two types"],
)
def test_a_declaration_that_breaks_a_rule_writes_nothing(
    watcher: Watcher, sources: list[Address], targets: list[Address], message: str
) -> None:
    watcher.get_or_create_pipeline("p")
    with pytest.raises(InvalidValueError) as refused:
        watcher.create_lineage("p", sources=sources, targets=targets)
    assert message in str(refused.value)
    assert watcher.addresses() == []
    assert watcher.address_types() == []


def test_too_many_edges_are_refused_with_the_number_and_the_limit(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("p")
    many = [table(str(number)) for number in range(10_000)]
    with pytest.raises(InvalidValueError, match="targets = 100,000,000 edges; the limit is 100,000"):
        watcher.create_lineage("p", sources=many, targets=many)
    assert watcher.addresses() == []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([column("z.x", "b.y")], "name the address 'z', which is none of its sources and targets"),
        ([column("a.x", "b.")], "target_column is ''"),
        ([column(f"a.{'x' * 1025}", "b.y")], "a column's name has at most 1,024 bytes"),
    ],
)
def test_columns_that_break_a_rule(watcher: Watcher, columns: list[ColumnEdge], message: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        declare(watcher, "p", "a", "b", columns=columns)
    assert message in str(refused.value)
    assert watcher.addresses() == []


def test_what_is_not_known(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no pipeline named 'nobody'"):
        watcher.create_lineage("nobody", sources=[table("a")], targets=[table("b")])
    for ask in (watcher.address_lineage, watcher.lineage_impact):
        with pytest.raises(NotFoundError, match="no address named 'nowhere'"):
            ask("nowhere")
    with pytest.raises(InvalidValueError, match="direction is 'sideways'"):
        watcher.address_lineage("nowhere", "sideways")
    with pytest.raises(InvalidValueError, match="max_depth is 0"):
        watcher.address_lineage("nowhere", max_depth=0)


# Many at once


def _race(url: str, number: int, barrier: Any, answers: Any) -> None:
    try:
        with Watcher(url) as watcher:
            watcher.pipelines()
            barrier.wait(60)
            for round_ in range(12):
                declare(
                    watcher, f"p{number % 4}", f"a{round_ % 5} b{number}", f"a{(round_ + number) % 5} c{round_ % 3}"
                )
        answers.put(None)
    except BaseException as error:
        answers.put(repr(error))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_eight_that_declare_at_once_neither_deadlock_nor_leave_it_wrong(database_url: str, watcher: Watcher) -> None:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(8), context.SimpleQueue()
    racers = [context.Process(target=_race, args=(database_url, number, barrier, answers)) for number in range(8)]
    for racer in racers:
        racer.start()
    told = [answers.get() for _ in racers]
    for racer in racers:
        racer.join()
    assert told == [None] * 8
    assert watcher.verify_lineage().is_right


# Making sure


def test_what_is_wrong_is_found_and_mended(shop: Watcher) -> None:
    right = closure(shop)
    assert shop.verify_lineage().is_right
    with shop._connect().begin() as connection:
        connection.execute(sa.text("UPDATE watcher.address_lineage_closure SET depth = 7 WHERE depth = 3"))
        connection.execute(sa.text("DELETE FROM watcher.address_lineage_closure WHERE depth = 1"))
        connection.execute(sa.text("INSERT INTO watcher.address_lineage_closure VALUES (5, 1, 1), (99, 1, 1)"))
    report = shop.verify_lineage()
    assert (report.missing, report.unexpected, report.wrong_depth, report.repaired) == (5, 2, 1, False)
    assert shop.verify_lineage(repair=True).missing == 5
    assert closure(shop) == right
    assert shop.verify_lineage().is_right


# Provisional addresses


def at_key(name: str) -> Address:
    return Address(name, "asset", "dagster", provisional=True)


def of_asset(name: str, address: Address, *sources: Address) -> PipelineLineage:
    columns = tuple(
        ColumnEdge(source_address=source.name, source_column="a", target_address=address.name, target_column="a")
        for source in sources
    )
    return PipelineLineage(pipeline_name=name, address=address, sources=sources, targets=(address,), columns=columns)


def chain(watcher: Watcher) -> set[tuple[str, str, str]]:
    return {(edge.pipeline_name, edge.source, edge.target) for edge in watcher.lineage_graph().edges}


def test_the_address_of_an_asset_replaces_its_key_when_it_becomes_known(watcher: Watcher) -> None:
    """Materializations that give keys alone, then a code location that knows the tables; each chain stands once."""
    watcher.set_lineage(
        [
            of_asset("raw", at_key("raw")),
            of_asset("cleaned", at_key("cleaned"), at_key("raw")),
            of_asset("report", at_key("report"), at_key("cleaned")),
        ],
        origin="materialization",
    )
    raw, cleaned = table("db.raw"), table("db.cleaned")
    watcher.set_lineage(
        [of_asset("raw", raw), of_asset("cleaned", cleaned, raw), of_asset("report", at_key("report"), cleaned)],
        origin="asset_graph",
    )
    expected = {("cleaned", "db.raw", "db.cleaned"), ("report", "db.cleaned", "report")}
    assert chain(watcher) == expected
    assert {address.name: address.provisional for address in watcher.addresses()} == {
        "db.raw": False,
        "db.cleaned": False,
        "report": True,
    }
    assert [(step.address, step.column) for step in watcher.column_lineage("report", "a")] == [
        ("db.cleaned", "a"),
        ("db.raw", "a"),
    ]
    for asked in ("raw", "db.raw"):
        assert [pipeline.pipeline_name for pipeline in watcher.lineage_impact(asked)] == ["cleaned", "report"]
    # A process that still knows the keys alone brings none of them back.
    watcher.set_lineage(
        [of_asset("cleaned", at_key("cleaned"), at_key("raw")), of_asset("other", at_key("other"), at_key("raw"))],
        origin="materialization",
    )
    assert chain(watcher) == expected | {("other", "db.raw", "other")}
    assert watcher.pipeline_addresses(["cleaned"])["cleaned"].name == "db.cleaned"
    assert watcher.verify_lineage().is_right


def test_the_key_of_an_asset_that_is_only_read_gives_way_too(watcher: Watcher) -> None:
    watcher.set_lineage([of_asset("cleaned", at_key("cleaned"), at_key("raw"))], origin="materialization")
    watcher.set_lineage([of_asset("raw", table("db.raw"))], origin="asset_graph")
    assert chain(watcher) == {("cleaned", "db.raw", "cleaned")}


def test_assets_whose_keys_are_the_names_of_others_tables_are_not_mixed_up(watcher: Watcher) -> None:
    """The real address of one asset is named as the key of another, which lives elsewhere."""
    watcher.set_lineage(
        [of_asset("a", table("b")), of_asset("b", table("c")), of_asset("d", at_key("d"), table("b"))],
        origin="asset_graph",
    )
    homes = watcher.pipeline_addresses(["a", "b"])
    assert {name: home.name for name, home in homes.items()} == {"a": "b", "b": "c"}
    assert chain(watcher) == {("d", "b", "d")}
    assert [step.address.name for step in watcher.address_lineage("a", "downstream")] == ["d"]
    assert watcher.address_lineage("b", "downstream") == []  # asked for by its key: the asset that lives at c


def test_an_address_that_something_else_names_is_not_merged_away(watcher: Watcher) -> None:
    watcher.set_lineage([of_asset("orders", at_key("orders"))], origin="materialization")
    job = watcher.get_or_create_pipeline("job")
    watcher.create_lineage(job.id, [table("source")], [table("orders")])
    watcher.set_lineage([of_asset("orders", Address("s3://lake/orders", "s3", "bucket"))], origin="asset_graph")
    assert chain(watcher) == {("job", "source", "orders")}
    kinds = {address.name: (address.address_type_name, address.provisional) for address in watcher.addresses()}
    assert kinds["orders"] == (table("orders").address_type_name, False)


def test_what_an_older_version_recorded_twice_stands_once_again(watcher: Watcher, database_url: str) -> None:
    """The migration marks the keys, and the next look at the code merges them."""
    watcher.set_lineage(
        [of_asset("raw", at_key("raw")), of_asset("cleaned", at_key("cleaned"), at_key("raw"))],
        origin="materialization",
    )
    engine = sa.create_engine(normalize_url(database_url))
    with engine.begin() as connection:  # as it was: the keys stayed when the tables became known
        connection.execute(sa.text("UPDATE watcher.address SET provisional = false"))
    watcher.set_lineage([of_asset("raw", table("db.raw"))], origin="asset_graph")
    watcher.set_lineage([of_asset("cleaned", table("db.cleaned"), table("db.raw"))], origin="asset_graph")
    assert len(chain(watcher)) == 2
    engine.dispose()
    watcher.downgrade("0007")
    watcher.upgrade()
    watcher.set_lineage(
        [of_asset("raw", table("db.raw")), of_asset("cleaned", table("db.cleaned"), table("db.raw"))],
        origin="asset_graph",
    )
    assert chain(watcher) == {("cleaned", "db.raw", "db.cleaned")}
    assert watcher.verify_lineage().is_right
