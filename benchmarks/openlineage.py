"""OpenLineage, both ways: events out of Dagster's event log beside dagster-openlineage, and events in over HTTP.

Out: the same runs in Dagster's PostgreSQL are read by the sensor of dagster-openlineage, with a limit that it needs to
be complete, and by ours, each in a process of its own, after a tick over nothing. Both send to a
server on this host, which answers at once or, as one that stores what it gets, after some milliseconds.

In: batches beside `COPY` of the rows that they become, single events beside a bare server that sends the same
statements.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.builds import ROOT
from benchmarks.harness import Bench, Result
from benchmarks.http import CLIENTS, Client, in_turns, running
from benchmarks.recorder import make_history, open_instance

NAME = "openlineage"
ASSETS = 5
THEIRS = "dagster-openlineage==0.2.1"
THEIR_LIMIT = 10_000
LEAST_TIMES_RECORDED = 10
LEAST_TIMES_SENT = 6
MOST_SECONDS_A_TICK = 30
STORING_SECONDS = 0.02
MOST_TIMES_COPY = 3
LEAST_SHARE_OF_BARE = 0.8

EXECUTION = (
    "pipeline_id, source, external_id, scope, state, start_date, end_date, full_load, watermark, inserts,"
    " execution_metadata"
)


def run(bench: Bench) -> Iterator[Result]:
    """Measure events out, then events in."""
    logging.getLogger("dagster").setLevel(logging.ERROR)
    yield from _out(bench)
    yield from _in(bench)


# Out


def _out(bench: Bench) -> Iterator[Result]:
    installed = _theirs(bench)
    # Theirs waits for each answer, one after another: fewer runs where an answer takes its time.
    for seconds, runs in bench.choose(full=((0.0, 200), (STORING_SECONDS, 50)), quick=((0.0, 30),)):
        url = bench.new_empty_database()
        home = bench.directory / f"dagster-home-{runs}"
        with open_instance(home, url) as instance:
            make_history(instance, url, runs, ASSETS)
        theirs, their_events = _sent(
            [sys.executable, _side("openlineage_sensor"), str(home), str(THEIR_LIMIT)],
            {"PYTHONPATH": str(installed)},
            seconds,
        )
        ours, our_events = _sent(
            [sys.executable, _side("record_and_send"), str(home), bench.new_empty_database(), str(bench.directory)],
            {"PYTHONPATH": str(ROOT)},
            seconds,
        )
        expected = runs * ASSETS
        complete = {"ours": f"{our_events} of {expected}", "theirs": f"{their_events} of {expected}"}
        receiver = f", to one that takes {seconds * 1000:.0f} ms" if seconds else ""
        their_seconds, recorded = sum(theirs), sum(ours["ticks"])
        common: dict[str, Any] = {
            "case": NAME,
            "size": f"{runs:,} runs of {ASSETS} assets",
            "unit": "s",
            "raw": their_seconds,
            "raw_is": THEIRS.replace("==", " "),
            "details": complete,
        }
        is_complete = our_events == expected
        if not seconds:
            yield Result(
                what="from the event log, recorded",
                figure=recorded,
                goal=f"{LEAST_TIMES_RECORDED} times as fast, complete",
                met=is_complete and recorded * LEAST_TIMES_RECORDED <= their_seconds,
                **common,
            )
        yield Result(
            what=f"events out of Watcher{receiver}",
            figure=ours["sent"],
            goal=f"{LEAST_TIMES_SENT} times as fast, complete",
            met=is_complete and ours["sent"] * LEAST_TIMES_SENT <= their_seconds,
            **common,
        )
        yield Result(what=f"from the event log to the last event{receiver}", figure=recorded + ours["sent"], **common)
        longest = max(ours["ticks"])
        yield Result(
            what=f"longest tick{receiver}",
            figure=longest,
            goal=f"below {MOST_SECONDS_A_TICK} s",
            met=longest < MOST_SECONDS_A_TICK,
            **{**common, "raw": max(theirs)},
        )


def _theirs(bench: Bench) -> Path:
    """Install dagster-openlineage beside this environment, which has all else that it needs; return its directory."""
    directory = bench.directory / "dagster-openlineage"
    uv = str(Path(sys.executable).with_name("uv"))
    wanted = ["install", "--quiet", "--no-deps", "--target", str(directory), THEIRS, "cattrs==26.2.1"]
    if subprocess.run([uv, "pip", *wanted, "--python", sys.executable], check=False).returncode:
        # uv does not read pip's settings
        subprocess.run([sys.executable, "-m", "pip", *wanted], check=True)
    return directory


def _side(script: str) -> str:
    return str(ROOT / "benchmarks" / "sides" / f"{script}.py")


def _sent(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> tuple[Any, int]:
    """Run a side; return what it has measured, and how many materializations have arrived as completed."""
    with receiving(seconds) as received:
        done = subprocess.run(
            command,
            env={**os.environ, **environment, "OPENLINEAGE_URL": received.url},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        events = [json.loads(body) for body in received.bodies]
    assets = {f"asset_{number}" for number in range(ASSETS)}
    completed = [event for event in events if event["eventType"] == "COMPLETE" and event["job"]["name"] in assets]
    return json.loads(done.stdout.splitlines()[-1]), len(completed)


class Receiver:
    """A server on this host that keeps what it got, and connections open.

    Args:
        seconds: How long it takes to answer.
    """

    def __init__(self, seconds: float) -> None:
        self.bodies: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(seconds)
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@contextmanager
def receiving(seconds: float) -> Iterator[Receiver]:
    """Start such a server."""
    running = Receiver(seconds)
    thread = threading.Thread(target=running.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.http.shutdown()
        running.http.server_close()
        thread.join()


# In


def _in(bench: Bench) -> Iterator[Result]:
    url = bench.new_database()
    ours = [sys.executable, "-m", "watcher_core", "serve", "--connections", str(CLIENTS)]
    bare = [sys.executable, "-m", "uvicorn", "benchmarks.bare_server:app", "--no-access-log", "--log-level", "warning"]
    environment = {"WATCHER_DATABASE_URL": url, "DATABASE": url, "PYDANTIC_DISABLE_PLUGINS": "logfire-plugin"}
    with running(ours, environment) as (_, port), running(bare, environment) as (_, bare_port):
        for number in range(CLIENTS):  # what is new of a job is recorded once
            for kind in ("START", "COMPLETE"):
                status, content = Client(port).send("POST", "/api/v1/lineage", _event(uuid.uuid4(), kind, number))
                assert status == 201, content
        yield _batches(bench, url, port)
        sides = {"ours": port, "raw": bare_port}
        found = in_turns(bench, sides, bench.choose(full=300, quick=160), _run, list(range(CLIENTS)))
        rates = {side: sorted(rate for rate, _ in each)[len(each) // 2] for side, each in found.items()}
        yield Result(
            case=NAME,
            what="start and end of a run, an event each, 8 clients",
            size="in turns",
            figure=rates["ours"],
            unit="runs/s",
            raw=rates["raw"],
            raw_is="bare Starlette, same statements",
            goal=f"at least {LEAST_SHARE_OF_BARE:.0%} of raw",
            met=rates["ours"] >= LEAST_SHARE_OF_BARE * rates["raw"],
        )


def _run(client: Client, number: int) -> None:
    run_id = uuid.uuid4()
    for kind in ("START", "COMPLETE"):
        status, content = client.send("POST", "/api/v1/lineage", _event(run_id, kind, number))
        assert status == 201, content


def _event(run_id: uuid.UUID, kind: str, number: int) -> bytes:
    return json.dumps(event(run_id, kind, number)).encode()


def event(run_id: uuid.UUID, kind: str, number: int) -> dict[str, Any]:
    """An event of a run of a job that reads a table and writes another."""
    namespace = "postgres://db:5432"
    output: dict[str, Any] = {"namespace": namespace, "name": f"shop.public.made_{number}"}
    if kind == "COMPLETE":
        output["outputFacets"] = {"outputStatistics": {"rowCount": 120}}
    return {
        "eventTime": dt.datetime.now(dt.UTC).isoformat(),
        "eventType": kind,
        "producer": "https://example.com/loader",
        "run": {"runId": str(run_id), "facets": {}},
        "job": {"namespace": "shop", "name": f"job_{number}", "facets": {}},
        "inputs": [{"namespace": namespace, "name": "shop.public.raw"}],
        "outputs": [output],
    }


def _batches(bench: Bench, url: str, port: int) -> Result:
    """Runs with their starts and ends, in a batch, and the rows that they become by `COPY`."""
    client, runs = Client(port), bench.choose(full=5_000, quick=1_000)
    ours, raw = [], []
    for _ in range(bench.choose(full=5, quick=1)):
        ids = [uuid.uuid4() for _ in range(runs)]
        body = json.dumps(
            [event(each, kind, place % CLIENTS) for place, each in enumerate(ids) for kind in ("START", "COMPLETE")]
        ).encode()
        began = time.perf_counter()
        status, content = client.send("POST", "/api/v1/lineage/batch", body)
        ours.append(time.perf_counter() - began)
        assert status == 200, content
        assert json.loads(content)["recorded"] == 2 * runs, content
        raw.append(_copied(url, ids))
    figure, least = sorted(ours)[len(ours) // 2], sorted(raw)[len(raw) // 2]
    return Result(
        case=NAME,
        what="batch",
        size=f"{2 * runs:,} events of {runs:,} runs",
        figure=1000 * figure,
        unit="ms",
        raw=1000 * least,
        raw_is="COPY of the rows",
        goal=f"at most {MOST_TIMES_COPY} × raw",
        met=figure <= MOST_TIMES_COPY * least,
    )


def _copied(url: str, ids: Sequence[uuid.UUID]) -> float:
    """Write the rows of these runs once more, as those of others; return the seconds that `COPY` takes."""
    known = [str(each) for each in ids]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT facts::text, updated_at FROM watcher.openlineage_run WHERE id = ANY(%s::uuid[])", [known]
        )
        facts = cursor.fetchall()
        cursor.execute(
            f"SELECT {EXECUTION} FROM watcher.pipeline_execution"
            " WHERE source = 'openlineage' AND external_id = ANY(%s)",
            [known],
        )
        executions = [
            (pipeline, source, str(uuid.uuid4()), *row, json.dumps(metadata))
            for pipeline, source, _, *row, metadata in cursor.fetchall()
        ]
        assert len(facts) == len(executions) == len(ids)
        began = time.perf_counter()
        with cursor.copy("COPY watcher.openlineage_run (id, facts, updated_at) FROM STDIN") as copy:
            for row in facts:
                copy.write_row((uuid.uuid4(), *row))
        with cursor.copy(f"COPY watcher.pipeline_execution ({EXECUTION}) FROM STDIN") as copy:
            for execution in executions:
                copy.write_row(execution)
        connection.commit()
        return time.perf_counter() - began
