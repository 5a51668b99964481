"""What PostgreSQL does for the statements that a call of Watcher sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

import sqlalchemy as sa

from watcher_core import Watcher

SETTINGS = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET auto_explain.log_format = json",
    "SET client_min_messages = log",
)


class Plans:
    """The plans of statements: their indexes, the tables that are read whole, and how many rows are read.

    Args:
        plans: Plans, as `EXPLAIN (ANALYZE, FORMAT JSON)` gives them.
    """

    def __init__(self, plans: Collection[dict[str, Any]]) -> None:
        self._nodes = [node for plan in plans for node in _nodes(plan)]
        self.indexes = {node["Index Name"] for node in self._nodes if "Index Name" in node}
        self.scanned = {node["Relation Name"] for node in self._nodes if node["Node Type"] == "Seq Scan"}

    def read(self, *tables: str) -> float:
        """How many rows of tables are looked at, those that a filter removes among them."""
        return sum(
            _rows(node) for node in self._nodes if node.get("Relation Name") in tables and "Scan" in node["Node Type"]
        )

    def __repr__(self) -> str:
        """What reads most, for the test that fails."""
        dearest = sorted((node for node in self._nodes if "Relation Name" in node), key=_rows, reverse=True)[:3]
        shown = ("Node Type", "Relation Name", "Index Name", "Index Cond", "Recheck Cond", "Filter", "Plan Rows")
        reads = (
            f"{_rows(node):g} rows: { ({name: node[name] for name in shown if name in node}) }" for node in dearest
        )
        return f"Plans({', '.join(reads)})"


def _rows(node: dict[str, Any]) -> float:
    rows: float = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return rows


def explain(watcher: Watcher, call: Callable[[], object]) -> Plans:
    """Have PostgreSQL explain each statement of a call as it runs it (auto_explain, as a notice to the client)."""
    notices: list[str] = []

    def ask(connection: Any, *_: object) -> None:
        connection.add_notice_handler(remember)
        for setting in SETTINGS:
            connection.execute(setting)
        connection.commit()

    def stop(connection: Any, *_: object) -> None:
        connection.remove_notice_handler(remember)

    def remember(notice: Any) -> None:
        notices.append(notice.message_primary)

    engine = watcher._connect()
    sa.event.listen(engine, "checkout", ask)
    sa.event.listen(engine, "checkin", stop)
    try:
        call()
    finally:
        sa.event.remove(engine, "checkout", ask)
        sa.event.remove(engine, "checkin", stop)
        watcher.close()  # the settings go with the connection
    explained = [json.loads(notice[notice.index("{") :]) for notice in notices if notice.startswith("duration:")]
    assert explained
    return Plans([each["Plan"] for each in explained])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
