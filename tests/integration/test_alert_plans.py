"""What a delivery and the linking of causes read does not grow with other alerts, whatever statistics say of them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.factories import at
from tests.plans import explain
from watcher_core import SlackMessage, Watcher
from watcher_core.alerts import link_causes
from watcher_core.alerts.delivery import Pace

OTHERS = 2_000
TABLES = ("alert", "alert_delivery", "pipeline", "pipeline_execution", "address_lineage_closure")

# The data of each pipeline is at the address of the same number. All have run in one job.
SEED = f"""
ALTER TABLE watcher.alert SET (autovacuum_enabled = false);
ALTER TABLE watcher.alert_delivery SET (autovacuum_enabled = false);
INSERT INTO watcher.pipeline_type (name) VALUES ('seeded');
INSERT INTO watcher.address_type (name, group_name) VALUES ('seeded', 'seeded');
INSERT INTO watcher.address (name, address_type_id)
SELECT 'address ' || number, (SELECT max(id) FROM watcher.address_type)
  FROM generate_series(1, {OTHERS + 1}) AS number;
INSERT INTO watcher.pipeline (name, pipeline_type_id, address_id)
SELECT 'pipeline ' || number, 1, number FROM generate_series(1, {OTHERS + 1}) AS number;
INSERT INTO watcher.pipeline (name, pipeline_type_id) VALUES ('job', 1);
INSERT INTO watcher.pipeline_execution (pipeline_id, source, external_id, state, start_date, end_date)
VALUES ({OTHERS + 2}, 'dagster', 'run', 'succeeded', '2026-03-01 10:00Z', '2026-03-01 10:01Z');
INSERT INTO watcher.pipeline_execution (pipeline_id, parent_id, source, external_id, state, start_date, end_date)
SELECT number, (SELECT max(id) FROM watcher.pipeline_execution), 'dagster', 'step ' || number, 'succeeded',
       '2026-03-01 10:00Z', '2026-03-01 10:01Z'
  FROM generate_series(1, {OTHERS + 1}) AS number;
ANALYZE watcher.pipeline;
"""
DOWNSTREAM_OF_THE_FIRST = """
INSERT INTO watcher.address_lineage_closure (source_address_id, target_address_id, depth)
SELECT 1, number, 1 FROM generate_series(%(from)s::integer, %(to)s::integer) AS number;
"""
ALERTS = f"""
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, opened_at)
SELECT 'freshness', 'warning', 'freshness/' || number, number, '2026-03-01 11:00Z'
  FROM generate_series(1, {OTHERS}) AS number;
"""
DELIVERED = """
INSERT INTO watcher.alert_delivery (alert_id, destination, delivered_at, notified_at)
SELECT id, 'default', opened_at, opened_at FROM watcher.alert;
UPDATE watcher.alert SET is_settled = true;
"""
FAILURES = f"""
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, opened_at, facts)
SELECT 'failure', 'error', 'failure/' || number, number, '2026-03-01 11:55Z',
       jsonb_build_object('error', 'no table ' || repeat(chr(1000 + number), 3) || ' in 20 schemas')
  FROM generate_series(1, {OTHERS}) AS number;
"""
NEW_FAILURE = f"""
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, opened_at, facts)
SELECT kind, level, 'new', {OTHERS + 1}, '2026-03-01 12:00Z',
       jsonb_build_object('error', replace(facts ->> 'error', '20', '30'))
  FROM watcher.alert
 WHERE id = 7
"""
OVER = f"""
INSERT INTO watcher.alert (kind, level, state, deduplication_key, pipeline_id, opened_at, resolved_at, is_settled)
SELECT 'anomaly', 'warning', 'resolved', 'anomaly/' || number, number, '2026-03-01 11:00Z', '2026-03-01 12:00Z', true
  FROM generate_series(1, {OTHERS}) AS number;
"""
NEW = f"""
INSERT INTO watcher.alert (kind, level, deduplication_key, pipeline_id, opened_at)
VALUES ('freshness', 'warning', 'new', {OTHERS + 1}, '2026-03-01 12:00Z')
"""
CAUSES = """
SELECT cause.deduplication_key, count(*)
  FROM watcher.alert
  JOIN watcher.alert AS cause ON cause.id = alert.cause_alert_id
 GROUP BY 1
"""
ANALYZE = "ANALYZE watcher.alert, watcher.alert_delivery"

# Made never; of pipelines and lineage as they had just been made; while a check that had written all alerts was not
# committed; while all alerts were new; or at last.
KINDS_OF_STATISTICS = ["none", "of few pipelines", "of nothing", "of new alerts", "right"]
STATISTICS = pytest.mark.parametrize("statistics", KINDS_OF_STATISTICS)


class Place:
    """A destination that takes everything."""

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        return None


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SEED)
        yield connection


def fill(connection: psycopg.Connection, statistics: str, *, deliver: bool, alerts: str = ALERTS) -> None:
    """Write alerts, which have been delivered or not, and let the statistics be as asked."""
    if statistics == "of few pipelines":
        connection.execute("ANALYZE")
        connection.execute("UPDATE pg_class SET reltuples = 0 WHERE oid = 'watcher.pipeline'::regclass")
    with connection.transaction():
        connection.execute(alerts)
        if statistics == "of nothing":
            with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as autovacuum:
                autovacuum.execute(ANALYZE)
    if statistics == "of new alerts":
        connection.execute(ANALYZE)
    if deliver:
        connection.execute(DELIVERED)
    if statistics == "right":
        connection.execute(ANALYZE)


@STATISTICS
def test_a_delivery_reads_what_is_new(watcher: Watcher, connection: psycopg.Connection, statistics: str) -> None:
    fill(connection, statistics, deliver=True)
    connection.execute(NEW)
    plans = explain(watcher, lambda: deliver(watcher, messages=1))
    assert plans.read(*TABLES) < 100
    assert plans.scanned.isdisjoint(TABLES)


@STATISTICS
def test_a_delivery_of_an_end_reads_what_is_new(
    watcher: Watcher, connection: psycopg.Connection, statistics: str
) -> None:
    fill(connection, statistics, deliver=True)
    connection.execute(
        "UPDATE watcher.alert SET state = 'resolved', resolved_at = %s, is_settled = false WHERE id = 7", [at(0)]
    )
    plans = explain(watcher, lambda: deliver(watcher, messages=1))
    assert plans.read(*TABLES) < 100
    assert plans.scanned.isdisjoint(TABLES)


@STATISTICS
def test_a_delivery_of_an_end_looks_at_what_has_the_same_cause(
    watcher: Watcher, connection: psycopg.Connection, statistics: str
) -> None:
    fill(connection, statistics, deliver=True)
    connection.execute("UPDATE watcher.alert SET cause_alert_id = 9 WHERE id IN (7, 8)")
    connection.execute(
        "UPDATE watcher.alert SET state = 'resolved', resolved_at = %s, is_settled = false WHERE id = 7",
        [at(-1_000)],
    )
    plans = explain(watcher, lambda: deliver(watcher, messages=1))
    [(is_settled,)] = connection.execute("SELECT is_settled FROM watcher.alert WHERE id = 8")
    assert not is_settled, "a place may have heard of it by the other one"
    assert plans.read(*TABLES) < 200
    assert plans.scanned.isdisjoint(TABLES)


@STATISTICS
def test_a_delivery_links_what_is_new(watcher: Watcher, connection: psycopg.Connection, statistics: str) -> None:
    connection.execute(DOWNSTREAM_OF_THE_FIRST, {"from": OTHERS + 1, "to": OTHERS + 1})
    fill(connection, statistics, deliver=True)
    connection.execute(NEW)
    plans = explain(watcher, lambda: deliver(watcher, messages=1))  # one, of both
    assert connection.execute(CAUSES).fetchall() == [("freshness/1", 1)]
    assert plans.read(*TABLES) < 200
    assert plans.scanned.isdisjoint(TABLES)


@STATISTICS
def test_causes_are_linked_by_a_few_looks_at_each_alert(
    watcher: Watcher, connection: psycopg.Connection, statistics: str
) -> None:
    connection.execute(DOWNSTREAM_OF_THE_FIRST, {"from": 2, "to": OTHERS})
    fill(connection, statistics, deliver=False)
    for _ in range(2):  # all are new, and all are behind the first
        plans = explain(watcher, lambda: link(watcher))
        assert connection.execute(CAUSES).fetchall() == [("freshness/1", OTHERS - 1)]
        assert plans.read(*TABLES) < 20 * OTHERS


# Of alerts of which it knows none, PostgreSQL reads each by its key, until autovacuum comes by.
@pytest.mark.parametrize("statistics", [each for each in KINDS_OF_STATISTICS if each != "of nothing"])
def test_a_new_failure_is_compared_with_those_like_it(
    watcher: Watcher, connection: psycopg.Connection, statistics: str
) -> None:
    fill(connection, statistics, deliver=True, alerts=FAILURES)
    connection.execute(NEW_FAILURE)
    plans = explain(watcher, lambda: deliver(watcher, messages=0))  # the other one's says it
    assert connection.execute(CAUSES).fetchall() == [("failure/7", 1)]
    assert plans.read(*TABLES) < 100
    assert plans.scanned.isdisjoint(TABLES)


def test_what_is_behind_others_is_found_without_what_is_over(watcher: Watcher, connection: psycopg.Connection) -> None:
    connection.execute(DOWNSTREAM_OF_THE_FIRST, {"from": 2, "to": OTHERS})
    fill(connection, "none", deliver=False)
    link(watcher)
    connection.execute("UPDATE watcher.alert SET state = 'resolved', resolved_at = %s", [at(0)])
    connection.execute(ALERTS)
    connection.execute(DELIVERED)
    connection.execute(
        "UPDATE watcher.alert_delivery SET recovery_delivered_at = notified_at WHERE alert_id <= %s", [OTHERS]
    )
    connection.execute(f"VACUUM {ANALYZE.removeprefix('ANALYZE ')}")
    connection.execute(ANALYZE)
    plans = explain(watcher, lambda: deliver(watcher, messages=0))
    assert plans.read("alert") < 100


def deliver(watcher: Watcher, *, messages: int) -> None:
    assert watcher.deliver_alerts({"default": Place()}, now=at(1), pace=Pace(0)).messages == messages


def link(watcher: Watcher) -> None:
    with watcher._transaction() as (session, _):
        link_causes(session, now=at(1))


@STATISTICS
def test_a_round_of_judging_reads_no_anomalies_that_are_over(
    watcher: Watcher, connection: psycopg.Connection, statistics: str
) -> None:
    fill(connection, statistics, deliver=False, alerts=OVER)
    plans = explain(watcher, watcher.detect_pending_anomalies)
    assert plans.read("alert") < 100
    assert plans.scanned.isdisjoint(TABLES)
