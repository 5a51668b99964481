"""The drill: everything that can be killed is killed, again and again, while work goes on; then nothing is missing.

`DRILL_DISRUPTIONS` says how many, `DRILL_SEED` which; with `DRILL_ONLY=disk,clock`, only those that have such a word in
their name.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from dagster_postgres.utils import DagsterPostgresException

from tests.drill.deployment import HEAL_SECONDS, JOBS, Deployment, running_deployment
from tests.drill.disruptions import Disruptions, all_parts_run
from tests.drill.proof import finished, ledger, problems
from tests.pgbouncer import PROGRAM
from watcher_core.alerts.delivery import LAST_RETRY_SECONDS

DISRUPTIONS = int(os.environ.get("DRILL_DISRUPTIONS", "100"))
SEED = int(os.environ.get("DRILL_SEED", "0"))
RUNS_AT_ONCE = 4
# Of Watcher to PostgreSQL, of all processes together; docs/reliability.md says so.
MOST_CONNECTIONS = 40
# Seconds after which a run of Dagster that does not end is ended by hand, as an operator would: where the code server
# that started its worker is gone, nobody sees that the worker is gone, too. Short drills have less time at their end.
GIVEN_UP_SECONDS = 90
LAST_GIVEN_UP_SECONDS = 150 if DISRUPTIONS > 50 else 25


pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


def end_by_hand(deployment: Deployment, *, seconds: float) -> int:
    """End the runs of Dagster that began that long ago and do not end, and return how many these are."""
    began_before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
    ended = 0
    with suppress(sa.exc.DBAPIError, DagsterPostgresException):  # PostgreSQL is away, and comes back
        for record in deployment.instance.get_run_records():
            if not record.dagster_run.is_finished and record.create_timestamp <= began_before:
                deployment.instance.report_run_failed(record.dagster_run, "ended by hand")
                ended += 1
    return ended


def launch_something(deployment: Deployment, chance: random.Random) -> None:
    """Launch a run where not many are under way; what could not be launched was not promised."""
    under_way = "SELECT count(*) AS count FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')"
    if deployment.ask(under_way)[0]["count"] >= RUNS_AT_ONCE:
        return
    job = chance.choice(("chain", "quick", "quick", "daily"))
    tags = {"dagster/partition": f"2026-11-0{chance.randrange(1, 8)}"} if job == "daily" else {}
    with suppress(OSError, HTTPException):  # the webserver, the code server or PostgreSQL is away
        deployment.launch(job, tags=tags)


def heal(deployment: Deployment) -> int:
    """Start everything, let what is under way come to its end, and return how many runs had to be ended by hand."""
    if "second daemon" in deployment.processes:
        deployment.kill("second daemon")
    deployment.place.failures.clear()
    deployment.start_what_is_missing()
    deployment.wait("all parts run", lambda: all_parts_run(deployment), HEAL_SECONDS)
    for job in JOBS:
        deployment.ledger(job).with_suffix(".stop").touch()
    given_up = time.monotonic() + LAST_GIVEN_UP_SECONDS
    by_hand = 0
    while not all(record.dagster_run.is_finished for record in deployment.instance.get_run_records()):
        if time.monotonic() > given_up:
            by_hand += end_by_hand(deployment, seconds=0)
        time.sleep(1)  # between two looks at other processes
    deployment.wait("the jobs stop, and nothing waits", lambda: jobs_have_sent_all(deployment), HEAL_SECONDS)
    # What a place has refused for good is tried again by whoever has mended the place.
    deployment.run("watcher", "alerts", "deliver", "--retry-now")
    return by_hand


def jobs_have_sent_all(deployment: Deployment) -> bool:
    """Whether the jobs have stopped, and the spools are empty; what a job's last block left waits for its next run."""
    if any(deployment.processes[job].poll() is None for job in JOBS):
        return False
    if deployment.spooled():
        deployment.start(*JOBS)
        return False
    return True


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    with running_deployment(tmp_path) as (deployment, bouncer):
        disruptions = Disruptions(deployment, bouncer, chance)
        began = time.monotonic()
        connections = by_hand = 0
        for number in range(DISRUPTIONS):
            deployment.start_what_is_missing()
            by_hand += end_by_hand(deployment, seconds=GIVEN_UP_SECONDS)
            launch_something(deployment, chance)
            connections = max(connections, deployment.connections())
            name = disruptions.one()
            with capsys.disabled():
                print(f"{number + 1:>5} {time.monotonic() - began:>6.0f} s  {name}", flush=True)
            time.sleep(2.5 * chance.random())  # the drill's own rhythm
        by_hand += heal(deployment)

        left: list[str] = []

        def nothing_is_left() -> bool:
            left[:] = list(problems(deployment))
            return not left

        with suppress(AssertionError):
            deployment.wait("nothing is missing", nothing_is_left, HEAL_SECONDS + LAST_RETRY_SECONDS)
        figures = report(deployment, disruptions, seconds=time.monotonic() - began, by_hand=by_hand)
        figures["connections of Watcher at most"] = connections
        with capsys.disabled():
            print(json.dumps(figures, indent=2), flush=True)
        assert left == []
        assert connections <= MOST_CONNECTIONS


def report(deployment: Deployment, disruptions: Disruptions, *, seconds: float, by_hand: int) -> dict[str, Any]:
    """What was done, and to how much."""
    count = deployment.ask(
        """SELECT (SELECT count(*) FROM watcher.pipeline_execution) AS executions,
                  (SELECT count(*) FROM watcher.alert) AS alerts,
                  (SELECT count(*) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION') AS made"""
    )[0]
    jobs = [ledger(deployment, job) for job in JOBS]
    return {
        "disruptions": dict(disruptions.done.most_common()),
        "disruptions in all": disruptions.done.total(),
        "seconds": round(seconds),
        "runs of Dagster": len(finished(deployment)),
        "of them ended by hand": by_hand,
        "materializations": count["made"],
        "blocks of jobs that ended": sum(len(ended) for ended, _ in jobs),
        "blocks of jobs that were killed": sum(len(begun) - len(ended) for ended, begun in jobs),
        "executions": count["executions"],
        "alerts": count["alerts"],
        "messages": len(deployment.place.taken),
    }
