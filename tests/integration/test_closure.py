"""The closure equals the reachability of the edges, with minimal depth, whatever is declared in whatever order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import networkx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import NOON
from watcher_core import Address, LineageOrigin, PipelineLineage, Watcher, database
from watcher_core.lineage import edges

SEQUENCES = int(os.environ.get("CLOSURE_SEQUENCES", "40"))

ADDRESSES = [Address(name, "t", "database") for name in "abcdefgh"]
sides = st.lists(st.sampled_from(ADDRESSES), max_size=3, unique=True).map(tuple)
telling = st.fixed_dictionaries({name: st.none() | st.tuples(sides, sides) for name in ("p", "q", "r")})
steps = st.lists(st.tuples(st.sampled_from(LineageOrigin), telling), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def session(module_watcher: Watcher) -> Iterator[Session]:
    module_watcher.pipelines()
    with database.transaction(module_watcher._connect()) as session:
        edges.record_lineage(session, lineages=[told("p", ADDRESSES, ())], origin=LineageOrigin.DECLARED, now=NOON)
        yield session


def told(pipeline: str, sources: Any, targets: Any) -> PipelineLineage:
    return PipelineLineage(pipeline_name=pipeline, sources=tuple(sources), targets=tuple(targets))


def stored_edges(session: Session) -> networkx.DiGraph:
    rows = session.execute(sa.text("SELECT source_address_id, target_address_id FROM watcher.address_lineage"))
    return networkx.DiGraph(list(map(tuple, rows)))


def stored(session: Session) -> dict[tuple[int, int], int]:
    rows = session.execute(
        sa.text("SELECT source_address_id, target_address_id, depth FROM watcher.address_lineage_closure")
    )
    return {(source, target): depth for source, target, depth in rows}


def reachable(graph: networkx.DiGraph) -> dict[tuple[int, int], int]:
    return {
        (source, target): depth
        for source, depths in networkx.all_pairs_shortest_path_length(graph)
        for target, depth in depths.items()
        if source != target
    }


@settings(max_examples=SEQUENCES, suppress_health_check=list(HealthCheck))
@given(sequence=steps)
def test_after_any_sequence_of_tellings(session: Session, sequence: list[Any]) -> None:
    """Cycles, diamonds, shortcuts, self edges, removals, several pipelines and origins with one edge."""
    with session.begin_nested() as savepoint:
        for origin, by_name in sequence:
            changed = [told(name, *both) for name, both in by_name.items() if both is not None]
            edges.record_lineage(session, lineages=changed, origin=origin, now=NOON)
            assert stored(session) == reachable(stored_edges(session))
        savepoint.rollback()
