"""Who may use the HTTP API, its limits, and what it makes of bad input."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import anyio
import pytest

from tests.factories import record, unique
from tests.http_client import Client, serving
from watcher_core import ExecutionState, InvalidValueError, NotFoundError, TokenScope, Watcher, __version__
from watcher_core.errors import ConfigurationError, DatabaseUnavailableError
from watcher_core.server import Limits, create_app, serve
from watcher_core.server.profiling import Profiling


@pytest.fixture(scope="module")
def api(module_watcher: Watcher) -> Iterator[Client]:
    """The API, with tokens that are read again for each request, and little room."""
    limits = Limits(body_bytes=20_000, batch_bytes=40_000, timeout=20)
    with pytest.MonkeyPatch.context() as patch, serving(create_app(module_watcher, limits=limits)) as client:
        patch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
        yield client


@pytest.fixture
def no_tokens(module_watcher: Watcher) -> None:
    """No token is valid."""
    for token in module_watcher.tokens():
        module_watcher.revoke_token(token.name)


def make_token(watcher: Watcher, **fields: str) -> dict[str, str]:
    token, _ = watcher.create_token(uuid.uuid4().hex, **fields)
    return {"Authorization": f"Bearer {token}"}


def test_every_answer_names_the_server_and_is_kept_by_no_cache(api, module_watcher):
    headers = make_token(module_watcher)
    answers = [
        api.get("/health/live"),
        api.get("/"),
        api.get("/ui/static/board.css"),
        api.get("/pipeline"),
        api.get("/pipeline", headers=headers),
        api.get("/nowhere", headers=headers),
        api.post("/execution/batch", content=b"a" * 41_000, headers=headers),
        api.post("/execution/batch", json={"executions": []}, headers=headers),
        api.post("/execution", json={}, headers=headers),
    ]
    assert [each.status_code for each in answers] == [200, 200, 200, 401, 200, 404, 413, 200, 422]
    for each in answers:
        assert each.headers.get_list("Watcher-Version") == [__version__]
    kept = [each.headers.get_list("Cache-Control") for each in answers]
    assert kept.pop(2) != ["no-store"], "a file of the board says how long it is kept"
    assert all(each == ["no-store"] for each in kept)


# Without a token


def test_nothing_is_needed_from_this_host_while_there_is_no_token(api, module_watcher, no_tokens):
    assert api.get("/pipeline").status_code == 200
    make_token(module_watcher)
    refused = api.get("/pipeline")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert api.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "watcher.example"},
        {"Host": "127.0.0.1.example:8000"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Authorization": "Basic Og=="},
        {"Authorization": "Bearer wat_wrong"},
    ],
)
def test_what_may_come_from_elsewhere_needs_a_token(api, no_tokens, headers):
    assert api.post("/freshness", headers=headers).status_code == 401


def test_another_address_needs_a_token(module_watcher, no_tokens):
    with serving(create_app(module_watcher), client="192.0.2.1") as far:
        assert far.get("/pipeline").status_code == 401
    with serving(create_app(module_watcher, local=False)) as open_to_all:
        assert open_to_all.get("/pipeline").status_code == 401
    with pytest.raises(ConfigurationError, match=r"listen on 0\.0\.0\.0.*watcher tokens create"):
        serve(module_watcher, host="0.0.0.0", port=8000, limits=Limits())


# Tokens


def test_a_token_is_stored_as_a_digest_and_revoked_by_name(module_watcher):
    name = uuid.uuid4().hex
    token, stored = module_watcher.create_token(f" {name} ", scope="read")
    assert token.startswith("wat_")
    assert (stored.name, stored.scope, stored.last_used_at) == (name, TokenScope.READ, None)
    with module_watcher._driver_statements() as (connection, _):
        (row,) = connection.execute("SELECT CAST(t AS text) FROM watcher.api_token AS t WHERE name = %s", [name])
    assert token not in row[0]
    with pytest.raises(InvalidValueError, match="another token has that name"):
        module_watcher.create_token(name)
    for pattern in ("a*b", "*_sales", "a**"):
        with pytest.raises(InvalidValueError, match="how names begin and one \\* at the end"):
            module_watcher.create_token("x", pipelines=pattern)
    odd = module_watcher.get_or_create_pipeline(unique("load * daily")).name
    assert module_watcher.create_token(unique("odd"), pipelines=odd)[1].pipelines == odd
    with pytest.raises(InvalidValueError, match="read, write, admin"):
        module_watcher.create_token("x", scope="root")
    module_watcher.revoke_token(name)
    with pytest.raises(NotFoundError):
        module_watcher.revoke_token(name)
    assert module_watcher.create_token(name)[1].id != stored.id
    assert [each.revoked_at is None for each in module_watcher.tokens(revoked=True) if each.name == name] == [
        False,
        True,
    ]


def test_a_scope_includes_those_before_it(api, module_watcher):
    expected = {"read": (200, 403, 403), "write": (200, 201, 403), "admin": (200, 201, 200)}
    for scope, statuses in expected.items():
        headers = make_token(module_watcher, scope=scope)
        found = (
            api.get("/pipeline", headers=headers).status_code,
            api.post("/pipeline_type", json={"name": scope}, headers=headers).status_code,
            api.post("/log_cleanup", json={"retention_days": 90}, headers=headers).status_code,
        )
        assert found == statuses, scope


def test_what_a_token_may_not_do_says_which_may(api, module_watcher):
    name, limited = uuid.uuid4().hex, uuid.uuid4().hex
    read, _ = module_watcher.create_token(name, scope="read")
    refused = api.post("/pipeline_type", json={"name": "t"}, headers={"Authorization": f"Bearer {read}"})
    assert refused.json()["message"] == (
        f"token {name!r} has the scope read; this needs write; "
        "make a token for it with: watcher tokens create NAME --scope write"
    )
    some, _ = module_watcher.create_token(limited, pipelines="sales_*")
    refused = api.get("/address", headers={"Authorization": f"Bearer {some}"})
    assert refused.json()["message"] == (
        f"token {limited!r} is for pipelines 'sales_*' only, and this is about more than those; "
        "ask about one of them, or make a token of all with: watcher tokens create NAME"
    )


def test_a_ping_key_is_a_token_of_one_pipeline(api, module_watcher):
    token, _ = module_watcher.create_token(uuid.uuid4().hex, pipelines="nightly")
    assert api.get(f"/ping/nightly?key={token}").status_code == 200
    assert api.get("/ping/nightly", headers={"Authorization": f"bearer {token}"}).status_code == 200
    assert api.get(f"/ping/nightly2?key={token}").status_code == 403
    assert api.get(f"/pipeline?key={token}").status_code == 401
    assert api.get("/ping/nightly?key=wat_wrong").status_code == 401


def test_a_token_of_some_pipelines_reaches_no_other(api, module_watcher):
    everything = make_token(module_watcher)
    mine, other = (
        api.post("/pipeline", json={"name": name, "pipeline_type_name": "t"}, headers=everything).json()["id"]
        for name in ("sales_orders", "hr_people")
    )
    headers = make_token(module_watcher, pipelines="sales_*")
    started = [
        api.post("/start_pipeline_execution", json={"pipeline_id": each}, headers=headers).status_code
        for each in (mine, other)
    ]
    assert started == [201, 403]
    theirs = api.post("/start_pipeline_execution", json={"pipeline_id": other}, headers=everything).json()["id"]
    end = {"id": theirs, "end_date": "2090-01-01", "completed_successfully": True}
    record = {"external_id": "x", "state": "running", "start_date": "2026-01-02T06:00:00Z"}
    known = {**record, "external_id": "known", "pipeline_name": "hr_people"}
    assert api.post("/execution/batch", json={"executions": [known]}, headers=everything).status_code == 200
    taken = {**known, "pipeline_name": "sales_orders"}
    refused = {
        ("GET", f"/pipeline/{other}"): None,
        ("GET", f"/pipeline_execution/{theirs}"): None,
        ("GET", f"/execution/{theirs}/tree"): None,
        ("GET", "/execution?pipeline=hr_people"): None,
        ("GET", "/address"): None,
        ("POST", "/end_pipeline_execution"): end,
        ("POST", "/execution/batch"): {"executions": [{**record, "pipeline_name": "hr_people"}]},
        ("POST", "/execution"): {"pipeline_name": "HR_people"},
        ("POST", "/pipeline"): {"name": "hr_new", "pipeline_type_name": "t"},
        ("PATCH", "/pipeline"): {"id": mine, "name": "hr_orders"},
        ("POST", "/freshness"): None,
        ("POST", "/check/failures"): None,
        ("POST", "/pipeline_type"): {"name": "new"},
        ("POST", "/address_lineage"): {
            "pipeline_id": other,
            "source_addresses": [{"name": "a", "address_type_name": "t", "address_type_group_name": "g"}],
            "target_addresses": [{"name": "b", "address_type_name": "t", "address_type_group_name": "g"}],
        },
    }
    answers = {
        request: api.request(*request, json=body, headers=headers).status_code for request, body in refused.items()
    }
    assert answers == dict.fromkeys(refused, 403)
    # An identity is no secret: what it names of another pipeline is not changed by it.
    for path, body in (
        ("/execution/batch", {"executions": [taken]}),
        ("/execution/batch", {"executions": [{**taken, "external_id": "new", "former_external_id": "known"}]}),
        ("/execution", {"pipeline_name": "sales_orders", "external_id": "known"}),
        ("/execution", {"pipeline_id": mine, "external_id": "known"}),
    ):
        assert api.post(path, json=body, headers=headers).status_code == 403
    assert [each["id"] for each in api.get("/pipeline", headers=headers).json()] == [mine]
    listed = api.get("/execution", headers=headers).json()["data"]
    assert {each["pipeline_name"] for each in listed} == {"sales_orders"}


@pytest.mark.parametrize("is_prefix", [False, True], ids=["one", "some"])
def test_a_token_goes_on_to_be_of_a_pipeline_that_is_renamed(api, module_watcher, is_prefix):
    old, new = unique(f"renamed by prefix {is_prefix}"), unique("another")
    module_watcher.get_or_create_pipeline(old)
    headers = make_token(module_watcher, pipelines=f"{old[:-1]}*" if is_prefix else old)
    module_watcher.update_pipeline(old, name=new)
    started = api.post("/execution", json={"pipeline_name": old}, headers=headers).json()
    assert started["pipeline_name"] == new
    assert api.post("/heartbeat", json={"id": started["id"]}, headers=headers).json() == {"running": True}
    end = {"id": started["id"], "completed_successfully": True}
    assert api.post("/end_pipeline_execution", json=end, headers=headers).status_code == 204
    assert api.post(f"/ping/{old}", headers=headers).status_code == 200
    for path in ("/execution", f"/execution?pipeline={old}"):
        found = api.get(path, headers=headers).json()["data"]
        assert [each["pipeline_name"] for each in found] == [new, new]
    assert [each["name"] for each in api.get("/pipeline", headers=headers).json()] == [new]
    for path in ("/pipeline_list", f"/search?text={new}"):
        assert new in api.get(path, headers=headers).text
    module_watcher.get_or_create_pipeline(f"other of {new}")
    assert api.get(f"/execution?pipeline=other of {new}", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/ping/{}", "/ping/{}/start", "/ping", "/execution"])
def test_a_name_in_other_letters_is_covered_by_who_covers_the_pipeline(api, module_watcher, path):
    name = unique("letters").lower()
    module_watcher.get_or_create_pipeline(name)

    def status(written, *, pipelines):
        headers = make_token(module_watcher, pipelines=pipelines)
        return api.post(path.format(written), json={"pipeline_name": written}, headers=headers).status_code

    assert status(name.upper(), pipelines=f"{name[:7].upper()}*") == 403
    assert status(name, pipelines=f"{name[:7].upper()}*") == 403
    assert module_watcher.executions(pipeline=name) == []
    assert status(name.upper(), pipelines=f"{name[:7]}*") in (200, 201)
    assert len(module_watcher.executions(pipeline=name)) == 1


@pytest.mark.parametrize("names", ["a_c", "a_*", "a%*", "A_*", "a\\c", "a\\*", "*"])
def test_names_are_matched_as_the_token_covers_them(module_watcher, names):
    prefix = unique("like")
    mine = f"{prefix}{names}" if names != "*" else f"{prefix}*"
    all_names = [f"{prefix}{name}" for name in ("a_c", "abc", "a%", "a%c", "A_c", "a\\c", "a_", "a")]
    for name in all_names:
        module_watcher.record([record(name)])
    token = module_watcher.create_token(unique("token"), pipelines=mine)[1]
    found = module_watcher._limited_to(mine).executions(limit=1000)
    assert sorted(each.pipeline_name for each in found) == sorted(filter(token.covers, all_names)) != []


def test_a_token_of_some_pipelines_reads_nothing_of_others_that_are_part_of_them(api, module_watcher):
    around, inside, theirs = (
        module_watcher.get_or_create_pipeline(name).id for name in ("own_night", "own_orders", "staff_people")
    )
    night = module_watcher.start_execution(pipeline_id=around)
    orders = module_watcher.start_execution(pipeline_id=inside, parent_id=night.id)
    people = module_watcher.start_execution(pipeline_id=theirs, parent_id=night.id)
    module_watcher.start_execution(pipeline_id=inside, parent_id=people.id)
    headers = make_token(module_watcher, pipelines="own_*")
    tree = api.get(f"/execution/{night.id}/tree", headers=headers).json()
    assert [child["execution"]["id"] for child in tree["children"]] == [orders.id]
    parts = api.get(f"/pipeline_execution/{night.id}", headers=headers).json()["child_executions"]
    assert [child["id"] for child in parts] == [orders.id]
    assert len(api.get(f"/execution/{night.id}/tree", headers=make_token(module_watcher)).json()["children"]) == 2


def test_an_id_of_others_is_answered_as_one_that_there_is_not(api, module_watcher):
    mine, theirs = (module_watcher.get_or_create_pipeline(unique(name)) for name in ("mine", "theirs"))
    headers = make_token(module_watcher, pipelines=mine.name)
    rule = module_watcher.get_or_create_anomaly_rule(theirs.name, metric_field="inserts")
    module_watcher.record([record(theirs.name, state=ExecutionState.FAILED)])
    module_watcher.check_failures()
    [execution], [failure] = (read(pipeline=theirs.name) for read in (module_watcher.executions, module_watcher.alerts))
    window = module_watcher.add_maintenance(pipeline=theirs.name, duration=dt.timedelta(hours=1))
    started = {"pipeline_name": mine.name}
    asked = [
        ("GET", "/alert/{}", failure.id, None),
        ("POST", "/alert/{}/ack", failure.id, {}),
        ("GET", "/execution/{}", execution.id, None),
        ("GET", "/execution/{}/tree", execution.id, None),
        ("POST", "/execution/{}/close", execution.id, {"state": "failed"}),
        ("POST", "/heartbeat", execution.id, {"id": None}),
        ("POST", "/execution", execution.id, {**started, "parent_id": None}),
        ("GET", "/anomaly_detection_rule/{}", rule.id, None),
        ("GET", "/pipeline/{}", theirs.id, None),
        ("POST", "/maintenance/{}/end", window.id, {}),
    ]
    for method, path, found, body in asked:
        answers = []
        for reference in (found, 987_654_321):
            given = (
                None if body is None else {key: reference if value is None else value for key, value in body.items()}
            )
            answer = api.request(method, path.format(reference), headers=headers, json=given)
            answers.append((answer.status_code, re.sub(rf"(?<= ){reference}\b", "ID", answer.text)))
        assert answers[0] == answers[1], path
        assert answers[0][0] == 403, path


def test_pages_have_the_pipelines_of_the_token_alone(api, module_watcher, monkeypatch):
    monkeypatch.setattr("watcher_core.server.routing.MAX_PAGE", 3)  # so that they are read in parts
    names = [f"{of}_{number}" for number in range(4) for of in ("paged", "far", "farther")]
    ids = {name: module_watcher.get_or_create_pipeline(name).id for name in names}
    wanted = [ids[f"paged_{number}"] for number in range(4)]
    headers = make_token(module_watcher, pipelines="paged_*")
    for size in (1, 2, 3, 4):
        found, pages, cursor = [], 0, None
        while cursor is not None or not pages:
            page = api.get("/pipeline", params={"limit": size, "cursor": cursor or "0"}, headers=headers).json()
            found += [each["id"] for each in page["data"]]
            pages, cursor = pages + 1, page["next_cursor"]
        assert (found, pages) == (wanted, -(-4 // size))


def test_a_token_of_some_pipelines_makes_its_own_part_of_no_others(api, module_watcher):
    """What is part of an execution is shown with it, and counts for its failures: a parent is written to, too."""
    theirs, mine = (module_watcher.get_or_create_pipeline(unique(name)) for name in ("staff", "parts"))
    other = module_watcher.start_execution(pipeline_id=theirs.id, source="http", external_id=unique("night"))
    own = module_watcher.start_execution(pipeline_id=mine.id, source="http", external_id=unique("day"))
    headers = make_token(module_watcher, pipelines="parts*")
    parent = {"pipeline_name": mine.name, "state": "running", "start_date": "2026-01-02T06:00:00Z"}
    for path, body in (
        ("/start_pipeline_execution", {"pipeline_id": mine.id, "parent_id": other.id}),
        ("/start_pipeline_execution", {"pipeline_id": mine.id, "parent_execution_id": other.id}),
        ("/execution", {"pipeline_name": mine.name, "parent_id": other.id}),
        ("/execution", {"pipeline_id": mine.id, "parent_id": other.id}),
        ("/execution", {"pipeline_name": mine.name, "parent": {**parent, "external_id": other.external_id}}),
    ):
        refused = api.post(path, json=body, headers=headers)
        assert refused.status_code == 403, (path, body)
    start = {"pipeline_id": mine.id, "parent_id": own.id}
    assert api.post("/start_pipeline_execution", json=start, headers=headers).status_code == 201
    unknown = {"pipeline_id": mine.id, "parent_id": other.id + 1_000_000}
    assert api.post("/start_pipeline_execution", json=unknown, headers=headers).status_code == 403
    assert module_watcher.child_executions(other.id) == []
    anybody = make_token(module_watcher)
    start = {"pipeline_id": mine.id, "parent_id": other.id}
    assert api.post("/start_pipeline_execution", json=start, headers=anybody).status_code == 201
    assert len(module_watcher.child_executions(other.id)) == 1


def test_a_record_is_not_lost_for_a_parent_that_its_token_does_not_cover(api, module_watcher):
    """A host says of itself what it is part of, and a spool has records of what has run."""
    theirs, mine = (module_watcher.get_or_create_pipeline(unique(name)) for name in ("guards", "rounds"))
    other = module_watcher.start_execution(pipeline_id=theirs.id, source="http", external_id=unique("night"))
    own = module_watcher.start_execution(pipeline_id=mine.id, source="http", external_id=unique("day"))
    headers = make_token(module_watcher, pipelines="rounds*")
    for around in (other, own):
        within = {"source": "http", "external_id": around.external_id}
        named_elsewhere = {"parent_source": "http", "parent_external_id": around.external_id}
        record = {"pipeline_name": mine.name, "state": "running", "start_date": "2026-01-02T06:00:00Z"}
        records = [
            {**record, "external_id": unique("r"), "parent_external_id": around.external_id},
            {**record, "external_id": unique("r"), "parent_id": around.id},
            {**record, "source": "python", "external_id": unique("r"), **named_elsewhere},
        ]
        assert api.post("/execution/batch", json={"executions": records}, headers=headers).json() == {"recorded": 3}
        started = [
            api.post("/execution", json={**body, "part_of": part}, headers=headers)
            for body in ({"pipeline_name": mine.name}, {"pipeline_id": mine.id})
            for part in (within, {"id": around.id})
        ]
        parent = {**record, "external_id": unique("p"), "parent_id": around.id}
        started.append(api.post("/execution", json={"pipeline_name": mine.name, "parent": parent}, headers=headers))
        assert [each.status_code for each in started] == [201] * 5
    assert module_watcher.child_executions(other.id) == []
    assert len(module_watcher.child_executions(own.id)) == 8


def test_the_last_use_is_noted(module_watcher):
    with serving(create_app(module_watcher)) as client:
        headers = make_token(module_watcher)
        client.get("/pipeline", headers=headers)
    assert any(token.last_used_at is not None for token in module_watcher.tokens())


def test_the_last_use_is_noted_though_no_request_follows(module_watcher, no_tokens, monkeypatch):
    """As of a job that runs once a night: who looks by day would take its token for one that nobody uses."""
    monkeypatch.setattr("watcher_core.server.access.NOTED_EVERY_SECONDS", 0.05)
    with serving(create_app(module_watcher)) as client:
        client.get("/pipeline", headers=make_token(module_watcher))
        until = time.monotonic() + 30
        while all(token.last_used_at is None for token in module_watcher.tokens()):
            assert time.monotonic() < until, "the use of the token is not noted"
            time.sleep(0.02)  # between two looks at what the server writes


# Limits


def test_a_token_that_asks_too_often_waits(module_watcher, monkeypatch):
    # All at one moment, however slow the machine.
    monkeypatch.setattr("watcher_core.server.limits.time", SimpleNamespace(monotonic=lambda: 0.0))
    with serving(create_app(module_watcher, limits=Limits(rate=1))) as client:
        headers = make_token(module_watcher)
        answers = [client.get("/health2", headers=headers) for _ in range(4)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True, True]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["code"] == "rate_limited"


def test_a_full_server_says_so(module_watcher, monkeypatch):
    app = create_app(module_watcher, limits=Limits(waiting=1))
    with serving(app) as client:
        monkeypatch.setattr(app, "_waiting", 1)
        answer = client.get("/health/live")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_slow_request_ends_in_time(module_watcher):
    async def slow_body():
        yield b'{"pipeline_id":'
        await anyio.Event().wait()

    app = create_app(module_watcher, limits=Limits(timeout=0.1))
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        body = slow_body()

        async def receive():
            return {"type": "http.request", "body": await anext(body), "more_body": True}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/health/live", "headers": [], "query_string": b""}
        await app({**scope, "path": "/"}, receive, send)

    anyio.run(ask)
    assert sent[0]["status"] == 503


def test_half_a_request_is_none(module_watcher):
    app = create_app(module_watcher)
    sent: list[object] = []

    async def ask() -> None:
        messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

        async def receive():
            return next(messages)

        async def send(message):
            sent.append(message)

        await app({"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}, receive, send)

    anyio.run(ask)
    assert sent == []


@pytest.mark.parametrize(("path", "size"), [("/pipeline", 20_001), ("/execution/batch", 40_001)])
def test_a_body_that_is_too_large_is_refused(api, module_watcher, path, size):
    headers = make_token(module_watcher)
    answer = api.post(path, content=b" " * size, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def chunks():
        for _ in range(5):
            yield b" " * (size // 4)

    assert api.post(path, content=chunks(), headers=headers).status_code == 413


# Bad input

BODIES = [
    b"",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b"{",
    b'{"pipeline_id": NaN}',
    b'{"pipeline_id": -Infinity}',
    b'{"pipeline_id": 1, "pipeline_id": 2}',
    b"\xff\xfe",
    b'{"name": "\xff"}',
    b"[" * 10_000,
    b'{"a":' * 3_000,
    b'{"id": 1' + b"0" * 5_000 + b"}",
    b'{"name": "\\ud800", "pipeline_type_name": "\\ud800"}',
    b'{"name": "a\\u0000b", "pipeline_type_name": "t"}',
    b'{"name": " ", "pipeline_type_name": " "}',
    b'{"name": ["a"], "pipeline_type_name": {}}',
    b'{"id": 9223372036854775808, "end_date": "x", "completed_successfully": 7}',
    b'{"pipeline_id": 1, "start_date": "0001-01-01T00:00:00+14:00"}',
    b'{"pipeline_id": 1, "start_date": 1e400}',
    b'{"pipeline_id": 1, "start_date": "9999-12-31T23:59:59-14:00"}',
    b'{"name": "x", "pipeline_type_name": "t", "next_watermark": {"a": 1}}',
    b'{"name": "x", "pipeline_type_name": "t", "freshness_number": 1}',
    b'{"name": "x", "pipeline_type_name": "t", "freshness_number": 99999999999, "freshness_datepart": "year"}',
    b'{"name": "x", "pipeline_type_name": "t", "freshness_calendar": "never"}',
]
WRITES = [
    ("POST", "/pipeline"),
    ("PATCH", "/pipeline"),
    ("POST", "/pipeline_type"),
    ("PATCH", "/address"),
    ("POST", "/start_pipeline_execution"),
    ("POST", "/end_pipeline_execution"),
    ("POST", "/execution/batch"),
    ("POST", "/execution"),
    ("POST", "/anomaly_detection_rule"),
    ("POST", "/timeliness"),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode("latin-1"))
def test_bad_bodies_are_refused_and_named(api, module_watcher, body):
    headers = {**make_token(module_watcher), "Content-Type": "application/json"}
    for method, path in WRITES:
        answer = api.request(method, path, content=body, headers=headers)
        if answer.status_code < 300:  # what the path does not look at
            continue
        assert answer.status_code in (400, 404, 409, 422), (path, answer.text)
        found = answer.json()
        assert found.keys() == {"detail", "message", "code", "details"}
        if answer.status_code == 422:
            assert found["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/pipeline", "/metrics", "/ui/", "/ui/nothing"])
def test_head_is_answered_as_get(api, module_watcher, path):
    """What looks whether a server is up asks so: monitors, `curl -I`, `wget --spider`."""
    headers = make_token(module_watcher)
    got, head = (api.request(method, path, headers=headers) for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers["content-type"]) == (got.status_code, got.headers["content-type"])


def test_a_ping_may_be_a_head(api, module_watcher):
    name = unique("pinged")
    for scope, status in (("read", 403), ("write", 200)):
        answer = api.request("HEAD", f"/ping/{name}", headers=make_token(module_watcher, scope=scope))
        assert answer.status_code == status
    assert len(module_watcher.executions(pipeline=name)) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/pipeline/x", 422),
        ("GET", "/pipeline/-1", 422),
        ("GET", "/pipeline/99999999999999999999999", 422),
        ("GET", "/pipeline/", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/pipeline", 405),
        ("GET", "/execution?since=x", 422),
        ("GET", "/execution?limit=0", 422),
        ("GET", "/execution?cursor=2026", 400),
        ("GET", "/execution?cursor=2026-01-01T00:00:00%2B00:00~99999999999999999999999", 400),
        ("GET", "/execution?pipeline=%00", 400),
        ("GET", "/execution?pipeline=%FF", 404),
        ("GET", "/ping/%00", 400),
        ("GET", "/lineage/impact?address=%00", 400),
        ("GET", "/alert?state=bad", 422),
    ],
)
def test_bad_requests_are_refused(api, module_watcher, method, path, status):
    answer = api.request(method, path, headers=make_token(module_watcher))
    assert (answer.status_code, set(answer.json())) == (status, {"detail", "message", "code", "details"})


def test_a_database_that_is_away_is_answered_503(api, module_watcher, monkeypatch):
    headers = make_token(module_watcher)

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("the database at 10.0.0.1 is away")

    api.get("/pipeline", headers=headers)
    monkeypatch.setattr(module_watcher, "start_execution", away)
    answer = api.post("/start_pipeline_execution", json={"pipeline_id": 1}, headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "10.0.0.1" not in json.dumps(answer.json())
    monkeypatch.setattr(module_watcher, "_driver_statements", away)
    assert api.get("/pipeline", headers=headers).status_code == 503
    assert api.get("/health/live").status_code == 200


def test_an_error_in_watcher_is_answered_in_the_same_form(api, module_watcher, monkeypatch, caplog):
    monkeypatch.setattr(module_watcher, "pipelines", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # the transport of this test raises what the server logs
        api.get("/pipeline", headers=make_token(module_watcher))
    assert "answered 500" in caplog.text


def test_a_profile_is_a_page_for_who_may_ask(module_watcher, no_tokens):
    app = create_app(module_watcher)
    with serving(app) as api:
        inner = api._transport.app
        api._transport.app = Profiling(inner)
        page = api.get("/pipeline?profile=true")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "pipelines.py" in page.text
        assert api.get("/pipeline").json() == api.get("/pipeline?profile=false").json()
        api.headers["Authorization"] = "Bearer wrong"
        assert api.get("/pipeline?profile=true").status_code == 401


def test_profiling_is_for_this_host_only(module_watcher):
    module_watcher.create_token(f"profile {uuid.uuid4().hex}")
    with pytest.raises(ConfigurationError, match="--profile is for development"):
        serve(module_watcher, host="0.0.0.0", port=1, limits=Limits(), profile=True)
