"""`Watcher` over HTTP: what is tracked elsewhere, with the server there and away."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.factories import record
from tests.http_client import serving
from tests.http_server import Failure, http_server
from watcher_core import (
    Address,
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionEndedError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    NotFoundError,
    PipelineConfiguration,
    PipelineInactiveError,
    Settings,
    Watcher,
    recording,
)
from watcher_core.cli import main
from watcher_core.client.over_http import HttpWatcher
from watcher_core.enclosing import EnclosingExecution
from watcher_core.remote import VERSION_HEADER
from watcher_core.remote.connections import Answer, Connections
from watcher_core.server import create_app

URL = "https://watcher.example"

# As a proxy that wants a login answers, or another program at that address.
FOREIGN = Answer(200, b'{"id": 1, "recorded": 1, "active": true}', {"Content-Type": "application/json"})
# As a proxy leaves it that does not say how long it is.
CUT_OFF = Answer(200, b'{"id": 1, "rec', {VERSION_HEADER: "0"})


class Network:
    """The way to the server: it may be down, and answer what it likes."""

    def __init__(self, client) -> None:
        self.client = client
        self.answers: list[object] = []
        self.requests = 0

    def ask(self, method, path, *, content, headers, **_: object) -> Answer:
        self.requests += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Answer):
            return answer
        if isinstance(answer, int):
            return Answer(answer, b"<html>proxy</html>", {})
        found = self.client.request(method, path, content=content, headers=headers)
        return Answer(found.status_code, found.content, found.headers)


@pytest.fixture(scope="module")
def server(module_watcher: Watcher) -> Iterator[object]:
    """The API of the module's database."""
    with serving(create_app(module_watcher)) as client:
        yield client


@pytest.fixture
def network(server, monkeypatch) -> Network:
    """The way to it."""
    network = Network(server)
    monkeypatch.setattr("watcher_core.remote.server.PAUSES", (0, 0))
    # Each test makes its tokens, many in a second.
    monkeypatch.setattr("watcher_core.server.access.REREADS_A_SECOND", 1000)

    def ask(own: Connections, method: str, path: str, *, headers: Mapping[str, str] | None, **how: Any) -> Answer:
        return network.ask(method, path, headers={**own._headers, **(headers or {})}, **how)

    monkeypatch.setattr(Connections, "ask", ask)
    return network


@pytest.fixture
def remote(network, module_watcher, tmp_path) -> Iterator[Watcher]:
    """A Watcher of another host."""
    token, _ = module_watcher.create_token(uuid.uuid4().hex)
    with Watcher(f"{URL}/", settings=Settings(home=tmp_path), token=token) as watcher:
        yield watcher


def test_a_tracked_execution_is_as_with_the_database(remote, module_watcher):
    name = uuid.uuid4().hex
    configuration = PipelineConfiguration(name=name, freshness_number=2, freshness_datepart="day")
    tables = {
        "sources": [Address(f"{name}/in", "s3", "bucket")],
        "targets": [Address(f"{name}/out", "s3", "bucket", address_metadata={"owner": "Ann"})],
    }
    with remote.track(configuration, next_watermark=7, execution_metadata={"a": 1}, **tables) as execution:
        assert execution.watermark is None
        with remote.track(f"{name}/child", parent_id=execution.id) as child:
            child.record(inserts=1)
        execution.record(total_rows=3)
    with remote.track(name) as second:
        assert second.watermark == "7"
    stored = module_watcher.execution(execution.id)
    assert (stored.state, stored.total_rows, stored.execution_metadata) == ("succeeded", 3, {"a": 1})
    assert module_watcher.execution(child.id).parent_id == execution.id
    pipeline = module_watcher.pipeline(name)
    assert (pipeline.watermark, pipeline.freshness_number) == ("7", 2)
    assert [step.address.name for step in module_watcher.address_lineage(f"{name}/out")] == [f"{name}/in"]
    with pytest.raises(ZeroDivisionError), remote.track(name):
        _ = 1 / 0
    (failed,) = module_watcher.executions(pipeline=name, state="failed")
    assert failed.execution_metadata["error"]["class"] == "ZeroDivisionError"


@pytest.mark.parametrize(
    "down",
    [
        ConnectionError("refused"),
        ConnectionError("timed out"),
        502,
        503,
        429,
        401,
        403,
        418,
        302,
        200,
        FOREIGN,
        CUT_OFF,
    ],
)
def test_a_block_runs_though_the_server_is_away_and_is_recorded_later(remote, network, module_watcher, down, caplog):
    name = uuid.uuid4().hex
    network.answers = [down] * 6
    with caplog.at_level(logging.WARNING), remote.track(name, next_watermark=1) as execution:
        execution.record(total_rows=5)
    assert "goes on, and is recorded later" in caplog.text
    assert execution.id is None
    assert remote.spooled() == 1
    network.answers = [down] * 6
    with remote.track(name):
        pass
    assert remote.spooled() == 2, "nothing is set aside"
    network.answers = []
    with remote.track(name) as later:
        assert later.watermark == "1"
    assert remote.spooled() == 0
    assert [each.total_rows for each in module_watcher.executions(pipeline=name)] == [None, None, 5]


def test_an_answer_that_comes_a_byte_at_a_time_holds_up_no_block(tmp_path, caplog):
    """Each byte is in time, as from a proxy that keeps a connection alive."""
    settings = Settings(home=tmp_path, timeout=0.5)
    with http_server() as server, Watcher(server.url, settings=settings, token="token") as watcher:
        server.down = Failure(200, drips=True)
        with caplog.at_level(logging.WARNING), watcher.track(uuid.uuid4().hex) as execution:
            execution.record(total_rows=5)
        assert "no answer in time" in caplog.text
        assert watcher.spooled() == 1


def test_a_server_that_does_not_answer_is_late_and_not_broken():
    """The limits of the connection and of the whole call run out together: what is said does not depend on which."""
    with http_server() as server:
        server.down = Failure(hangs=True)
        with pytest.raises(TimeoutError, match="no answer in time"):
            Connections(server.url, {}).ask("POST", "/", content=b"{}", headers=None, seconds=0.1)


def test_a_token_that_is_revoked_while_a_job_runs_loses_nothing_and_holds_nothing_up(
    remote, network, module_watcher, monkeypatch, tmp_path, caplog
):
    monkeypatch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
    pipeline = uuid.uuid4().hex
    with remote.track(pipeline) as execution:
        for token in module_watcher.tokens():
            module_watcher.revoke_token(token.name)
        execution.record(inserts=1)
    assert "the token is not valid; set WATCHER_TOKEN to what this prints where the server runs" in caplog.text
    for number in range(5):
        caplog.clear()
        network.requests = 0
        with remote.track(pipeline) as execution:
            execution.record(inserts=2)
        # One of those that wait, the start, and the end.
        assert network.requests == 3
        # What waits on is said once a day, and that this one does, by itself.
        assert ["executions of this host wait on" in line for line in caplog.messages].count(True) == (number == 0)
        assert len(caplog.messages) == 1 + (number == 0)
    token, _ = module_watcher.create_token(uuid.uuid4().hex)
    with Watcher(URL, settings=Settings(home=tmp_path), token=token) as renewed, renewed.track(pipeline):
        pass
    found = module_watcher.executions(pipeline=pipeline)
    assert sorted((each.state, each.inserts or 0) for each in found) == [
        ("succeeded", 0),
        ("succeeded", 1),
        *[("succeeded", 2)] * 5,
    ]


def test_a_record_that_the_token_does_not_cover_stops_no_other(remote, network, module_watcher, tmp_path, caplog):
    """What waits may be of a pipeline that the token before covered."""
    theirs, mine = (f"{word}_{uuid.uuid4().hex}" for word in ("theirs", "mine"))
    network.answers = [503] * 12
    for name in (theirs, mine):
        with remote.track(name):
            pass
    assert remote.spooled() == 2
    network.answers = []
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    with Watcher(URL, settings=Settings(home=tmp_path), token=token) as limited:
        with limited.track(mine):
            pass
        assert limited.spooled() == 1
        for _ in range(3):
            with limited.track(mine):
                pass
        (fact,) = limited.spool_health().facts
        assert "make a token for it with: " in fact.message
    (warned,) = [each for each in caplog.messages if "wait on" in each]
    assert warned.startswith(f"executions of pipeline {theirs!r} on this host wait on: ")
    assert f"is for pipelines 'mine_*' only, and {theirs!r} is another one; make a token for it with: " in warned
    assert len(module_watcher.executions(pipeline=mine)) == 5


def test_a_job_that_the_token_does_not_cover_runs_for_years_and_keeps_no_other_from_being_recorded(
    remote, network, module_watcher, tmp_path
):
    theirs, other, mine = (f"{word}_{uuid.uuid4().hex}" for word in ("theirs", "other", "mine"))
    for name in (theirs, mine, theirs, other) * 60:
        recording.keep_in_spool(remote.spool_directories, record(name, source=ExecutionSource.PYTHON))
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    with Watcher(URL, settings=Settings(home=tmp_path), token=token) as limited:
        with limited.track(mine):
            pass
        assert limited.spooled() == 180
        assert len(module_watcher.executions(pipeline=mine)) == 61
        before = network.requests
        with limited.track(mine):
            pass
        assert network.requests - before == 4  # the start and the end, and once beside each what waits
    with remote.track(mine):  # its token covers all
        pass
    assert remote.spooled() == 0
    assert len(module_watcher.executions(pipeline=theirs, limit=1000)) == 120


def test_what_is_known_as_an_execution_of_others_stops_no_other(remote, network, module_watcher, tmp_path):
    """An identity is no secret: what waits may name an execution of a pipeline that the token does not cover."""
    theirs, mine = (f"{word}_{uuid.uuid4().hex}" for word in ("theirs", "mine"))
    known = record(theirs, "of a pipeline that is not covered")
    module_watcher.record([known])
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    with Watcher(URL, settings=Settings(home=tmp_path), token=token) as limited:
        network.answers = [503] * 6
        with limited.track(mine):
            pass
        recording.keep_in_spool(limited.spool_directories, replace(known, pipeline_name=f"{mine}/other"))
        network.answers = []
        with limited.track(f"{mine}/third"):
            pass
        assert limited.spooled() == 1
        (fact,) = limited.spool_health().facts
        assert f"executions of pipeline '{mine}/other' on this host wait on" in fact.message
    assert len(module_watcher.executions(pipeline=mine)) == 1


def test_an_answer_that_is_lost_records_once(remote, network, module_watcher, monkeypatch):
    name = uuid.uuid4().hex

    ask = network.ask

    def lose(*request, **how):
        monkeypatch.setattr(network, "ask", ask)
        ask(*request, **how)
        raise ConnectionError("reset")

    monkeypatch.setattr(network, "ask", lose)
    with remote.track(name):
        pass
    assert len(module_watcher.executions(pipeline=name)) == 1


def test_start_end_and_record_raise_as_with_the_database(remote, module_watcher):
    name = uuid.uuid4().hex
    with pytest.raises(NotFoundError, match=name):
        remote.start_execution(pipeline_id=name)
    pipeline = module_watcher.get_or_create_pipeline(name)
    started = remote.start_execution(pipeline_id=pipeline.id, external_id=name, next_watermark="w")
    assert remote.start_execution(pipeline_id=name, external_id=name) == module_watcher.execution(started.id)
    ended = remote.end_execution(started.id, inserts=2, next_watermark="x")
    assert (ended.state, ended.inserts, module_watcher.pipeline(name).watermark) == ("succeeded", 2, "x")
    with pytest.raises(ExecutionEndedError) as raised:
        remote.end_execution(started.id, inserts=3, end_date=ended.end_date)
    assert raised.value.differences["inserts"] == (2, 3)
    with pytest.raises(NotFoundError):
        remote.end_execution(987654321)
    with pytest.raises(InvalidValueError):
        remote.end_execution(started.id, inserts=-1)
    with pytest.raises(InvalidValueError, match="time zone"):
        remote.end_execution(started.id, end_date=dt.datetime(2026, 1, 1))  # noqa: DTZ001  # that is what is wrong
    module_watcher.update_pipeline(name, active=False)
    with pytest.raises(PipelineInactiveError), remote.track(name):
        pass
    now = dt.datetime.now(dt.UTC)
    records = [
        ExecutionRecord(
            pipeline_name=f"{name}-batch",
            source=ExecutionSource.PYTHON,
            external_id=f"{name}/{number}",
            state=ExecutionState.SUCCEEDED,
            start_date=now,
            end_date=now,
        )
        for number in range(3)
    ]
    assert remote.record(records) == 3
    assert len(module_watcher.executions(pipeline=f"{name}-batch")) == 3
    assert remote.record([]) == 0


def test_a_pipeline_that_is_locked_keeps_no_other_job_of_its_host_from_being_recorded(
    remote, network, module_watcher, module_database_url
):
    held, free = (module_watcher.get_or_create_pipeline(uuid.uuid4().hex) for _ in range(2))
    waiting = record(held.name, next_watermark="1", source=ExecutionSource.PYTHON)
    with psycopg.connect(module_database_url) as connection:
        connection.execute("SELECT FROM watcher.pipeline WHERE id = %s FOR UPDATE", [held.id])
        recording.keep_in_spool(remote.spool_directories, waiting)
        with remote.track(free.name) as execution:
            execution.inserts = 3
        assert execution.id is not None
        assert module_watcher.execution(execution.id).inserts == 3
        assert remote.spooled() == 1
        # The lock was asked for at the start and at the end, once each, and not again and again.
        assert network.requests == 4
        with pytest.raises(DatabaseUnavailableError, match="has locked what this needs") as raised:
            remote._record_all([waiting], in_passing=True)
        assert raised.value.is_locked
    with remote.track(held.name) as execution:
        pass
    assert remote.spooled() == 0
    assert execution.watermark == "1"  # what waited has come first


def test_what_code_takes_away_is_taken_away(remote, module_watcher):
    name = uuid.uuid4().hex
    declared: dict[str, Any] = {"freshness_number": 2, "freshness_datepart": "day", "alert_level": "critical"}
    with remote.track(PipelineConfiguration(name=name, **declared)):
        pass
    assert module_watcher.pipeline(name).alert_level == "critical"
    without: dict[str, Any] = {"freshness_number": None, "freshness_datepart": None, "alert_level": None}
    with remote.track(PipelineConfiguration(name=name, mute_freshness_check=True, **without)):
        pass
    stored = module_watcher.pipeline(name)
    assert (stored.freshness_number, stored.alert_level, stored.mute_freshness_check) == (None, None, True)
    found = remote.get_or_create_pipeline(name, failure_number=2, next_watermark=5, pipeline_metadata={"a": 1})
    assert found == module_watcher.pipeline(name)
    assert (found.created, found.failure_number, found.next_watermark) == (False, 2, "5")
    assert remote.get_or_create_pipeline(name, failure_number=None, mute_freshness_check=None).failure_number is None
    assert remote.get_or_create_pipeline(name, failure_number=2).next_watermark == "5"  # not said
    assert remote.get_or_create_pipeline(name, next_watermark=None).next_watermark is None
    assert remote.get_or_create_pipeline(f"{name}/new").created is True
    wrong: Any = "yes"
    with pytest.raises(InvalidValueError, match="load_lineage is 'yes'"):
        remote.get_or_create_pipeline(name, load_lineage=wrong)
    with pytest.raises(InvalidValueError, match="pipeline_id is True"):  # not the pipeline with id 1
        remote.start_execution(pipeline_id=True)
    with pytest.raises(InvalidValueError, match="come together"):
        remote.get_or_create_pipeline(name, freshness_number=1, freshness_datepart=None)


def test_the_document_of_the_api_names_all_that_a_declaration_is_answered(remote, server):
    remote.get_or_create_pipeline(name := uuid.uuid4().hex)
    document = server.get("/openapi.json").json()
    answer = document["paths"]["/pipeline_declaration"]["post"]["responses"]["200"]["content"]["application/json"]
    documented = document["components"]["schemas"][answer["schema"]["$ref"].rpartition("/")[2]]["properties"]
    answered = server.post(
        "/pipeline_declaration", json={"pipeline_name": name}, headers=remote._remote._headers
    ).json()
    assert documented.keys() == answered.keys()


def test_code_inside_a_recorded_command_declares_its_pipeline(remote, module_watcher, monkeypatch, tmp_path):
    name = uuid.uuid4().hex
    started = module_watcher.start_execution(pipeline_id=module_watcher.get_or_create_pipeline(name).id)
    around = EnclosingExecution(
        id=started.id,
        external_id=started.external_id,
        pipeline=name,
        watermark=None,
        next_watermark=None,
        metrics_file=tmp_path / "metrics",
    )
    (tmp_path / "metrics").touch()
    for variable, value in around.variables.items():
        monkeypatch.setenv(variable, value)
    configuration = PipelineConfiguration(name=name, failure_number=3)
    tables = {"sources": [Address(f"{name}/in", "s3", "bucket")], "targets": [Address(f"{name}/out", "s3", "bucket")]}
    with remote.track(configuration, **tables) as execution:
        execution.record(inserts=4)
    assert execution.id == started.id
    assert json.loads((tmp_path / "metrics").read_text())["inserts"] == 4
    assert module_watcher.pipeline(name).failure_number == 3
    assert [step.address.name for step in module_watcher.address_lineage(f"{name}/out")] == [f"{name}/in"]
    module_watcher.update_pipeline(name, active=False)
    with pytest.raises(PipelineInactiveError), remote.track(configuration):
        pass


def test_an_execution_by_hand_is_as_with_the_database(remote, module_watcher, monkeypatch, capsys):
    name = uuid.uuid4().hex
    monkeypatch.setenv("WATCHER_URL", URL)
    monkeypatch.setenv("WATCHER_TOKEN", remote._remote._headers["Authorization"].removeprefix("Bearer "))

    def cli(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        assert ended.value.code == code, captured.err
        return captured.err if code else captured.out

    first = cli("executions", "start", "--pipeline", name, "--type", "t", "--external-id", "a/1").strip()
    assert cli("executions", "start", "--pipeline", name, "--external-id", "a/1").strip() == first
    assert cli("executions", "heartbeat", first, "--process", "1") == ""
    assert (module_watcher.pipeline(name).pipeline_type_name, module_watcher.execution(int(first)).source) == (
        "t",
        "cli",
    )
    ended = f"execution {first} of {name} succeeded\n"
    assert cli("executions", "end", first, "--exit-status", "0", "--inserts", "150") == ended
    assert cli("executions", "end", first, "--exit-status", "0", "--inserts", "150") == ended
    assert "other values: inserts is 150, not 2" in cli(
        "executions", "end", first, "--exit-status", "0", "--inserts", "2", code=1
    )
    assert "150" in cli("executions", "show", first)
    assert "does not run: it succeeded" in cli("executions", "heartbeat", first, code=1)
    assert "no execution with id 987654321" in cli("executions", "heartbeat", "987654321", code=1)
    assert remote.heartbeat(987654321) is False
    second = cli("executions", "start", "--pipeline", name, "--parent", first).strip()
    closed = ("executions", "end", second, "--state", "canceled", "--reason", "host lost")
    assert cli(*closed) == f"execution {second} of {name} canceled\n"
    error = module_watcher.execution(int(second)).execution_metadata["error"]
    assert error == {"message": "ended by hand: host lost"}
    assert "has ended already" in cli(*closed, code=1)
    module_watcher.update_pipeline(name, active=False)
    assert "is inactive" in cli("executions", "start", "--pipeline", name, code=1)
    # A host without a database must not get one for a question.
    for asked in ("url", "status", "start", "stop", "psql"):
        assert f"records over HTTP, at {URL}" in cli("db", asked, code=1)


def test_a_ping_is_the_same_as_with_the_database(remote, network, module_watcher):
    name = f"a/b?c%2F {uuid.uuid4().hex}/start"  # all of it is the name
    started = remote.ping(name, "running", execution_metadata={"by": "cron"})
    assert module_watcher.execution(started).state == "running"
    assert remote.ping(name, inserts=3, total_rows=5, execution_metadata={"key": "value"}) == started
    ended = module_watcher.execution(started)
    assert (ended.pipeline_name, ended.state, ended.inserts, ended.total_rows) == (name, "succeeded", 3, 5)
    assert ended.execution_metadata == {"by": "cron", "key": "value"}
    failed = remote.ping(name, ExecutionState.FAILED, execution_metadata={"error": {"message": "m"}})
    assert module_watcher.execution(failed).state == "failed"
    for wrong in ({"state": "canceled"}, {"state": "x"}, {"inserts": -1}, {"pipeline": ""}, {"execution_metadata": 5}):
        messages = set()
        for watcher in (remote, module_watcher):
            with pytest.raises(InvalidValueError) as refused:
                watcher.ping(**{"pipeline": name, **wrong})
            messages.add(str(refused.value))
        assert len(messages) == 1
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    with Watcher(URL, token=token) as limited, pytest.raises(DatabaseError, match="make a token for it"):
        limited.ping(name)
    assert len(module_watcher.executions(pipeline=name)) == 2


def test_a_ping_that_was_not_answered_is_not_sent_again(remote, network):
    """It may be recorded, and has no identity by which a second one would be the same."""
    network.answers = [ConnectionError("reset")]
    network.requests = 0
    with pytest.raises(DatabaseUnavailableError):
        remote.ping(uuid.uuid4().hex)
    assert network.requests == 1


def test_what_needs_the_database_says_so(remote, network):
    with pytest.raises(ConfigurationError, match="needs the database"):
        remote.check_freshness()
    network.answers = [500] * 3
    with pytest.raises(DatabaseUnavailableError, match=r"watcher\.example"):
        remote.start_execution(pipeline_id=1)
    assert network.requests == 3
    network.answers = [401]
    with pytest.raises(DatabaseError):
        remote.start_execution(pipeline_id=1)
    assert network.requests == 4


def test_what_waits_is_kept_while_a_page_of_another_server_answers(remote, network, module_watcher):
    """As that of a proxy's login, which is a success; an answer that is not understood would be set aside for good."""
    name = uuid.uuid4().hex
    network.answers = [503] * 6
    with remote.track(name) as execution:
        execution.record(total_rows=5)
    network.answers = [200] * 6
    with remote.track(name):
        pass
    assert remote.spooled() == 2
    network.answers = []
    with remote.track(name):
        pass
    assert remote.spooled() == 0
    assert [each.total_rows for each in module_watcher.executions(pipeline=name)] == [None, None, 5]


def test_a_page_of_another_server_is_no_answer(remote, network):
    network.answers = [200]
    with pytest.raises(DatabaseUnavailableError, match="cannot be reached: it answers 200, and is no Watcher"):
        remote.alerts()
    assert network.requests == 1


def test_the_environment_chooses_the_server(monkeypatch, tmp_path):
    monkeypatch.setenv("WATCHER_URL", URL)
    monkeypatch.setenv("WATCHER_TOKEN", "wat_secret")
    chosen = Watcher()
    assert isinstance(chosen, HttpWatcher)
    assert "secret" not in repr(chosen)
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgresql://localhost/x")
    assert not isinstance(Watcher(), HttpWatcher)


def test_the_doctor_of_a_host_that_records_over_http_looks_at_the_server(
    network, module_watcher, monkeypatch, tmp_path, capsys
):
    token, _ = module_watcher.create_token(uuid.uuid4().hex)
    reader, _ = module_watcher.create_token(uuid.uuid4().hex, scope="read")
    limited, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WATCHER_URL", URL)

    def doctor(with_token: str, *options: str) -> tuple[object, dict[str, dict[str, str]]]:
        monkeypatch.setenv("WATCHER_TOKEN", with_token)
        with pytest.raises(SystemExit) as ended:
            main(["doctor", "--json", *options])
        findings = json.loads(capsys.readouterr().out)["findings"]
        return ended.value.code, {each["topic"]: each for each in findings}

    code, found = doctor(token)
    takes = f"{URL} takes what this host records; token "
    assert (code, found["server"]["level"]) == (0, "ok")
    assert found["server"]["message"].startswith(takes)
    assert found["server"]["message"].endswith("may read, record and act on alerts")
    assert "database" not in found  # it has none, and does not need one
    code, found = doctor(limited)
    assert (code, found["server"]["message"].endswith("act on alerts, of pipelines 'mine_*' alone")) == (0, True)
    code, found = doctor("wat_nobodys")
    assert (code, found["server"]["level"]) == (1, "problem")
    assert "the token is not valid" in found["server"]["message"]
    # Where people read alone, nothing is wrong.
    code, found = doctor(reader)
    assert (code, found["server"]["level"]) == (0, "warning")
    assert found["server"]["message"].endswith("may read, and record nothing")
    # Where jobs run, it is; of a token that was mended since, nothing is said any more.
    with Watcher(token="wat_nobodys") as jobs, jobs.track("mine_a"):
        pass
    code, found = doctor("wat_nobodys")
    assert "the token is not valid" in found["spool"]["message"]
    code, found = doctor(reader)
    assert (code, found["server"]["level"]) == (1, "problem")
    assert "has the scope read; this needs write" in found["spool"]["message"]
    assert "not valid" not in found["spool"]["message"]
    code, found = doctor(token)
    assert (code, found["spool"]["message"]) == (0, "no execution of this host waits to be recorded")
    assert module_watcher.executions(pipeline="mine_a")
    code, found = doctor(token, "--pipeline", "orders")
    assert found["alerts"]["message"] == "where those of orders go is not known on a host that records over HTTP"
    network.answers = [ConnectionError("refused")] * 3
    code, found = doctor(token)
    assert (code, found["server"]["message"]) == (1, f"{URL} cannot be reached: refused")


@pytest.mark.parametrize("url", ["https://", "https://user:secret@host", "https://host/?token=secret", "http://a b"])
def test_an_address_that_is_none_is_refused_without_its_secret(url):
    with pytest.raises(ConfigurationError) as raised:
        Watcher(url, settings=Settings())
    assert "secret" not in str(raised.value)
    assert "WATCHER_URL" in str(raised.value)


def test_a_token_without_a_server_is_refused():
    with pytest.raises(ConfigurationError, match="goes with the URL of a server"):
        Watcher("postgresql://localhost/x", settings=Settings(), token="wat_x")
    with pytest.raises(ConfigurationError, match="header"):
        Watcher(URL, settings=Settings(), token="wat x")


def test_pipelines_are_read_as_by_the_database(remote, network, module_watcher, monkeypatch):
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 2)
    name = f"a/b?c%2F {uuid.uuid4().hex}"
    module_watcher.get_or_create_pipeline(
        name, freshness_number=2, freshness_datepart="day", pipeline_metadata={"a": 1}
    )
    others = [module_watcher.get_or_create_pipeline(f"{name}/{each}") for each in range(4)]
    tables = {"sources": [Address(f"{name}/in", "s3", "bucket")], "targets": [Address(name, "s3", "bucket")]}
    with remote.track(name, next_watermark=7, **tables) as execution:
        execution.record(inserts=1)
    for reference in (name, f" {name} ", others[0].id):
        assert remote.pipeline(reference) == module_watcher.pipeline(reference)
    assert remote.pipeline(name).watermark == "7"
    for page in (
        {},
        {"limit": 3},
        {"after": -1, "limit": 1},
        {"after": others[0].id},
        {"after": others[0].id, "limit": 2},
    ):
        assert remote.pipelines(**page) == module_watcher.pipelines(**page), page
    assert remote.list_pipelines() == remote.pipelines()
    for missing in ("nobody's", 987654321, ""):
        messages = set()
        for watcher in (remote, module_watcher):
            with pytest.raises((NotFoundError, InvalidValueError)) as refused:
                watcher.pipeline(missing)
            messages.add(str(refused.value))
        assert len(messages) == 1, messages
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines=f"{uuid.uuid4().hex}_*")
    with Watcher(URL, token=token) as limited:
        assert limited.pipelines() == []
        with pytest.raises(DatabaseError, match="make a token for it"):
            limited.pipeline(name)


def test_executions_are_read_as_by_the_database(remote, network, module_watcher, monkeypatch):
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 2)
    name = uuid.uuid4().hex
    pipeline = module_watcher.get_or_create_pipeline(name)
    records = [record(name, f"{name}/{each}", start=each, scope="even" if each % 2 == 0 else None) for each in range(5)]
    module_watcher.record(records)
    newest = module_watcher.executions(pipeline=name)[0]
    running = module_watcher.start_execution(pipeline_id=name, parent_id=newest.id, execution_metadata={"a": [1, None]})
    module_watcher.start_execution(pipeline_id=name, parent_id=running.id, logical_date=records[0].start_date)
    for asked in (
        {"pipeline": name},
        {"pipeline": pipeline.id, "limit": 3},
        {"pipeline": name, "limit": 0},
        {"pipeline": name, "scope": "even"},
        {"pipeline": name, "scope": ""},
        {"pipeline": name, "state": "running"},
        {"pipeline": name, "since": records[3].start_date},
        {"pipeline": name, "before": (newest.start_date, newest.id), "limit": 4},
    ):
        assert remote.executions(**asked) == module_watcher.executions(**asked), asked
    assert len(remote.executions(limit=3)) == 3
    for options in ({}, {"levels": 1}, {"levels": 0}, {"limit": 2}):
        assert remote.execution_tree(newest.id, **options) == module_watcher.execution_tree(newest.id, **options)
    for method, wrong in (
        ("executions", {"pipeline": "nobody's"}),
        ("executions", {"pipeline": 987654321}),
        ("executions", {"state": "asleep"}),
        ("executions", {"limit": -1}),
        ("executions", {"since": dt.datetime(2026, 1, 1)}),  # noqa: DTZ001  # that is what is wrong
        ("executions", {"before": (dt.datetime(2026, 1, 1), newest.id)}),  # noqa: DTZ001  # as above
        ("execution_tree", {"execution_id": 987654321}),
        ("execution_tree", {"execution_id": newest.id, "limit": 0}),
    ):
        messages = set()
        for watcher in (remote, module_watcher):
            with pytest.raises((NotFoundError, InvalidValueError)) as refused:
                getattr(watcher, method)(**wrong)
            messages.add(str(refused.value))
        assert len(messages) == 1, messages
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="mine_*")
    with Watcher(URL, token=token) as limited, pytest.raises(DatabaseError, match="is for pipelines"):
        limited.executions(pipeline=name)


def test_executions_are_listed_by_a_command_as_with_the_database(remote, module_watcher, monkeypatch, capsys):
    name = uuid.uuid4().hex
    module_watcher.record([record(name, name, total_rows=7)])
    (execution,) = module_watcher.executions(pipeline=name)
    monkeypatch.setenv("WATCHER_URL", URL)
    monkeypatch.setenv("WATCHER_TOKEN", remote._remote._headers["Authorization"].removeprefix("Bearer "))
    for command in (["list", "--pipeline", name], ["tree", str(execution.id)]):
        with pytest.raises(SystemExit) as ended:
            main(["executions", *command])
        assert ended.value.code in (0, None)
        printed = capsys.readouterr().out
        assert f"{execution.id}  {name}" in printed
        assert "7" in printed
