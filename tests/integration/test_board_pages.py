"""What the pages of the board say, as a browser without scripts gets them."""

from __future__ import annotations

import datetime as dt
import html
import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from tests.board_data import HOSTILE, populate
from tests.factories import at, record
from tests.http_client import Client, serving
from watcher_core import (
    Address,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    HealthFact,
    Settings,
    Watcher,
    health,
)
from watcher_core.cli import main
from watcher_core.server import create_app
from watcher_core.values import HealthReport


@pytest.fixture(scope="module")
def board(module_watcher: Watcher) -> Iterator[Client]:
    """The board of the shop."""
    populate(module_watcher, now=dt.datetime.now(dt.UTC), hostile=True)
    with serving(create_app(module_watcher)) as client:
        yield client


def text_of(board: Client, path: str, *, status: int = 200) -> str:
    """What a page says, without its markup."""
    answer = board.get(path)
    assert answer.status_code == status, path
    main = answer.text[answer.text.index('<main id="main"') :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_now_says_the_worst_first_and_what_is_behind_it(board):
    said = text_of(board, "/ui/")
    assert "3 incidents" in said
    assert said.index("shop/orders failed: duplicate key") < said.index("shop/events is unusual")
    assert re.search(r"3 pipelines behind it: reports/finance , warehouse/orders_by_day , warehouse/revenue", said)
    assert "acknowledged by ann" in said
    assert "a bigger disk comes today" in said


def test_what_is_wrong_is_called_as_the_kind_of_its_alert(watcher):
    """As the command line, the page of the alert and routes call it."""
    now = watcher.clock()
    watcher.record([record("failed", start=0, state=ExecutionState.FAILED)])
    for name in ("stale", "late"):
        rule = "freshness" if name == "stale" else "timeliness"
        watcher.get_or_create_pipeline(name, **{f"{rule}_number": 1, f"{rule}_datepart": "minute"})
    watcher.start_execution(pipeline_id=watcher.pipeline("late").id, start_date=now - dt.timedelta(hours=1))
    for check in (watcher.check_failures, watcher.check_freshness, watcher.check_timeliness):
        check(now=now + dt.timedelta(hours=2))
    kinds = {alert.kind.value for alert in watcher.alerts()}
    assert kinds == {"failure", "freshness", "timeliness"}
    with serving(create_app(watcher)) as board:
        source = source_of(board, "/ui/")
        chips = set(re.findall(r">(\w+) <b>1</b></a>", source))
        badges = set(re.findall(r'<span class="badge \w+">(\w+)</span>', source))
        assert chips == kinds
        assert kinds <= badges, "as on the page of the alert"
        for alert in watcher.alerts():
            assert f'<span class="badge {alert.kind.value}">{alert.kind.value}</span>' in source_of(
                board, f"/ui/alerts/{alert.id}"
            )


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("problem=strange", "shop/events is unusual", "shop/orders failed"),
        ("state=acknowledged", "ml/churn failed", "shop/orders failed"),
        ("owner=team:ml", "ml/churn failed", "shop/orders failed"),
        ("type=extraction", "shop/orders failed", "ml/churn failed"),
        ("q=churn", "ml/churn failed", "shop/orders failed"),
    ],
)
def test_each_filter_is_an_address(board, query, shown, hidden):
    said = text_of(board, f"/ui/?{query}")
    assert shown in said
    assert hidden not in said


def test_a_pipeline_says_why_it_is_stale_what_failed_and_what_is_next_to_it(board):
    said = text_of(board, "/ui/pipeline?name=shop/orders")
    assert re.search(r"Stale: due .*, data of .*, because a change is expected within 30 hours", said)
    assert 'duplicate key value violates unique constraint "orders_pkey"' in said
    # The reader's own frame is there before those of libraries, which are folded.
    assert said.index("/srv/shop/assets/orders.py") < said.index("calls in libraries")
    for expected in ("crm/export", "warehouse/orders_by_day", "team:shop", "30 hours", "of this pipeline"):
        assert expected in said


def test_what_is_next_to_a_pipeline_is_one_step_away_on_a_phone(board):
    """There it stands below all else of the pipeline."""
    page = board.get("/ui/pipeline?name=shop/orders").text
    for title in ("upstream", "downstream"):
        assert f'href="#all-{title}">1 {title}</a>' in page
        assert f'id="all-{title}"' in page


def test_the_alerts_of_a_pipeline_stand_beside_its_state(board):
    heads = re.findall(r"<th[^>]*>(?:<a[^>]*>)?([^<]+)", board.get("/ui/pipelines").text)
    assert heads[:3] == ["Pipeline", "Last run", "Alerts"]


def test_owners_have_a_column_where_there_are_any(board, watcher: Watcher):
    watcher.get_or_create_pipeline("mine")
    with serving(create_app(watcher)) as others:
        without = others.get("/ui/pipelines").text
    with_owners = board.get("/ui/pipelines").text
    assert ">Owner<" in with_owners
    assert ">Owner<" not in without
    assert without.count("<td") == without.count("<th ") == with_owners.count("<th ") - 1


def test_a_pipeline_shows_numbers_against_what_is_usual_without_scripts_too(board):
    said = text_of(board, "/ui/pipeline?name=shop/events")
    assert "values as a table" in said
    assert "unusual inserts" in said


def test_a_pipeline_that_nothing_is_known_of_is_named(board):
    said = text_of(board, "/ui/pipeline?name=nowhere", status=404)
    assert "nowhere" in said


@pytest.mark.parametrize("path", ["/ui/pipeline?name={}", "/ui/pipelines", "/ui/?all=true", "/ui/search?q=onerror"])
def test_a_hostile_name_is_text(board, path):
    page = board.get(path.format(quote(HOSTILE))).text
    assert "&lt;img src=x onerror" in page
    assert "<img" not in page


def test_an_error_of_a_megabyte_is_cut(board, module_watcher):
    now = dt.datetime.now(dt.UTC)
    module_watcher.record(
        [
            ExecutionRecord(
                pipeline_name="huge",
                source=ExecutionSource.PYTHON,
                external_id="1",
                state=ExecutionState.FAILED,
                start_date=now,
                end_date=now,
                execution_metadata={"error": {"class": "E" * 1000, "message": "<b>" + "x" * 1_000_000}},
            )
        ]
    )
    answer = board.get("/ui/pipeline?name=huge")
    assert answer.status_code == 200
    assert len(answer.text) < 200_000
    assert "<b>x" not in answer.text


def test_more_alerts_are_an_address(board):
    rows = re.compile(r'<a class="title" href="/ui/alerts/')
    count = len(rows.findall(board.get("/ui/alerts").text))
    assert 1 < count < 50
    first = board.get("/ui/alerts?shown=1").text
    assert len(rows.findall(first)) == 1
    [more] = re.findall(r'<a href="(/ui/alerts\?[^"]*shown=\d+)"', first)
    following = board.get(html.unescape(more)).text
    assert len(rows.findall(following)) == count
    assert "Show more" not in following
    assert board.get("/ui/alerts?shown=1001").status_code == 422


def test_pipelines_are_sorted_and_filtered_by_their_address(board):
    said = text_of(board, "/ui/pipelines?q=warehouse")
    assert "4 pipelines" in said
    assert "shop/orders" not in said


def test_the_report_of_a_spreadsheet_has_all_groups(board):
    answer = board.get("/ui/report.csv?by=owner")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "team:shop" in answer.text


def test_search_finds_by_any_part(board):
    said = text_of(board, "/ui/search?q=revenue")
    assert "warehouse/revenue" in said
    assert "mart.revenue" in said


def test_diagnostics_say_that_the_checks_ran(board):
    said = text_of(board, "/ui/diagnostics")
    assert "freshness last succeeded" in said
    assert "pipeline_execution" in said


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/ui/?problem=nonsense", "nonsense"),
        ("/ui/alerts?state=nonsense", "nonsense"),
        ("/ui/alerts?kind=nonsense", "nonsense"),
        ("/ui/report?days=0", "0"),
        ("/ui/report?by=nonsense", "nonsense"),
    ],
)
def test_a_wrong_filter_is_named(board, path, named):
    assert named in text_of(board, path, status=400)


def test_a_page_is_small(board):
    """The first view, compressed, with all that it loads: below 150 KB."""
    page = board.get("/ui/")
    sizes = {path: board.get(path) for path in set(re.findall(r'(?:src|href)="(/ui/static/[^"]+)"', page.text))}
    assert len(sizes) >= 5
    packed = [int(each.headers["content-length"]) for each in (page, *sizes.values())]
    assert sum(packed) < 150_000


def test_no_page_takes_two_connections(board, module_database_url, module_watcher):
    """The server has no more than it may have: a page that waits for a second one would wait for another page."""
    alert = module_watcher.alerts(limit=1)[0]
    with Watcher(module_database_url) as watcher:
        watcher.pool_size, watcher.pool_overflow = 1, 0
        with serving(create_app(watcher)) as client:
            for path in (
                *("/ui/", "/ui/alerts", f"/ui/alerts/{alert.id}", "/ui/pipelines", "/ui/pipeline?name=shop/orders"),
                *("/ui/timeline", "/ui/failures", "/ui/lineage", "/ui/report", "/ui/report.csv", "/ui/diagnostics"),
                *("/ui/search?q=shop", "/ui/version", f"/ui/executions/{alert.pipeline_execution_id or 1}"),
            ):
                assert client.get(path).status_code == 200, path


def title_of(board: Client, path: str) -> str:
    found = re.search("<title>(.*?)</title>", board.get(path).text, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_a_tab_says_what_is_in_it(board, module_watcher):
    [alert] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    assert title_of(board, f"/ui/alerts/{alert.id}").startswith("shop/orders failed: duplicate key")
    assert title_of(board, f"/ui/executions/{alert.pipeline_execution_id}") == "shop/orders, failed · Watcher"
    hostile = title_of(board, f"/ui/pipeline?name={quote(HOSTILE)}")
    assert hostile.startswith("<img src=x onerror=alert(1)>··long_name")
    assert hostile.endswith("_… · Watcher")


def test_an_alert_of_an_anomaly_has_the_numbers_and_leads_to_the_curves(board, module_watcher):
    [alert] = module_watcher.alerts(kind="anomaly")
    said = text_of(board, f"/ui/alerts/{alert.id}")
    assert re.search(r"Inserts 3,[\d,]+ 9,[\d,]+ 7,[\d,]+ to 11,[\d,]+ less than usual", said)
    assert 'href="/ui/pipeline?name=shop%2Fevents#series"' in board.get(f"/ui/alerts/{alert.id}").text


def test_an_alert_says_whose_it_is_and_what_to_do(board, module_watcher):
    [alert] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    page = f"/ui/alerts/{alert.id}"
    assert 'href="/ui/pipelines?owner=team%3Ashop"' in board.get(page).text
    assert "Runbook" not in text_of(board, page)

    module_watcher.update_pipeline("shop/orders", pipeline_metadata={"runbook": "https://wiki.example.com/orders"})
    assert '<a class="button" href="https://wiki.example.com/orders" rel="noreferrer">' in board.get(page).text
    module_watcher.update_pipeline("shop/orders", pipeline_metadata={"runbook": "javascript:<b>restart</b> it"})
    assert "Runbook javascript:<b>restart</b> it" in text_of(board, page)
    assert 'href="javascript' not in board.get(page).text


def test_an_alert_says_why_nobody_was_notified(board, module_watcher):
    [cause] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    [behind] = module_watcher.alerts(pipeline="reports/finance", state="open")
    assert "watcher alerts deliver --dry-run says what goes where" in text_of(board, f"/ui/alerts/{cause.id}")
    assert "its cause says all" in text_of(board, f"/ui/alerts/{behind.id}")


def test_an_alert_names_what_is_behind_it(board, module_watcher):
    [cause] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    [behind] = module_watcher.alerts(pipeline="reports/finance", state="open")
    page = board.get(f"/ui/alerts/{cause.id}").text
    listed, _, _ = page[page.index('id="behind"') :].partition("</section>")
    assert f'href="/ui/alerts/{behind.id}"' in listed
    assert f'href="/ui/alerts/{cause.id}"' not in listed  # no way back to the same page
    assert 'id="behind"' not in board.get(f"/ui/alerts/{behind.id}").text


def test_an_alert_about_dagster_leads_to_its_page_there(watcher):
    page = ("locations", "r@sales", "sensors", "inbox")
    fact = HealthFact("problem", "sensor", "its last tick failed", key="dagster/test", page=page)
    with watcher._transaction() as (session, now):
        health.update_alerts(session, HealthReport(facts=(fact,), examined=("dagster/",)), now=now)
    [alert] = watcher.alerts()
    url, settings = (
        watcher.url.render_as_string(hide_password=False),
        Settings(dagster_url="https://dagster.example.com/"),
    )
    with Watcher(url, settings=settings) as linking, serving(create_app(linking)) as board:
        shown = board.get(f"/ui/alerts/{alert.id}").text
    assert 'href="https://dagster.example.com/locations/r@sales/sensors/inbox"' in shown
    assert "<dt>page" not in shown


def test_a_board_without_pipelines_says_how_to_record_some(watcher):
    with serving(create_app(watcher)) as board:
        for path in ("/ui/", "/ui/pipelines"):
            said = text_of(board, path)
            assert "watcher run --pipeline NAME -- COMMAND" in said
            assert "Load the code location watcher_dagster.definitions in Dagster" in said


def test_what_nobody_watches_comes_with_how_to_watch_it(watcher):
    watcher.get_or_create_pipeline("plain")
    with serving(create_app(watcher)) as board:
        assert "watcher check suggest" in text_of(board, "/ui/")
        watcher.update_pipeline("plain", freshness_number=1, freshness_datepart="day", mute_failure_check=True)
        said = text_of(board, "/ui/")
    assert "failures are muted" in said
    assert "watcher check suggest" not in said


def test_what_was_blocked_took_no_time(watcher):
    now = dt.datetime.now(dt.UTC)
    for name, state, parent in (("run", ExecutionState.FAILED, None), ("step", ExecutionState.BLOCKED, "run")):
        watcher.record(
            [
                ExecutionRecord(
                    pipeline_name=name,
                    source=ExecutionSource.DAGSTER,
                    external_id=name,
                    parent_external_id=parent,
                    state=state,
                    start_date=now - dt.timedelta(seconds=53),
                    end_date=now,
                )
            ]
        )
    [blocked], [failed] = (watcher.executions(pipeline=name) for name in ("step", "run"))
    with serving(create_app(watcher)) as board:
        of_step = (f"/ui/executions/{blocked.id}", "/ui/pipeline?name=step", "/ui/pipelines?q=step")
        for path in of_step:
            assert "53.0 s" not in text_of(board, path)
        for path in (f"/ui/executions/{failed.id}", "/ui/timeline"):  # of which the step was a part
            assert "blocked" in text_of(board, path)
            assert text_of(board, path).count("53.0 s") == 1


def test_a_failure_names_what_its_run_has_blocked_until_that_has_run(watcher, database_url, monkeypatch, capsys):
    now = dt.datetime.now(dt.UTC)

    def record(name, state, minutes_ago, *, is_step=True):
        start = now - dt.timedelta(minutes=minutes_ago)
        execution = ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.DAGSTER,
            external_id=f"{name} {minutes_ago}",
            parent_external_id=f"run {minutes_ago}" if is_step else None,
            state=ExecutionState(state),
            start_date=start,
            end_date=start + dt.timedelta(minutes=1),
        )
        watcher.record([execution])

    record("run", "failed", 30, is_step=False)
    for name, state in (("load", "failed"), ("join", "blocked"), ("chart", "blocked"), ("other", "succeeded")):
        record(name, state, 30)
    watcher.check_failures()
    [alert] = watcher.alerts(pipeline="load")
    assert watcher.alert_context(alert).blocked == ("chart", "join")
    record("chart", "succeeded", 20, is_step=False)
    assert watcher.alert_context(alert).blocked == ("join",)
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    with pytest.raises(SystemExit):
        main(["alerts", "show", str(alert.id)])
    assert capsys.readouterr().out.endswith("Blocked by it\njoin\n")
    with serving(create_app(watcher)) as board:
        page = board.get(f"/ui/alerts/{alert.id}").text
    blocked, _, _ = page[page.index('id="blocked"') :].partition("</section>")
    assert "1 pipeline blocked by it" in blocked
    assert 'href="/ui/pipeline?name=join"' in blocked
    watcher.resolve_alert(alert.id)
    assert watcher.alert_context(watcher.alert(alert.id)).blocked == ()


def test_of_two_failures_of_a_run_each_names_what_it_has_blocked(watcher):
    def record(name, state, error=None):
        execution = ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.DAGSTER,
            external_id=name,
            parent_external_id=None if name == "run" else "run",
            state=ExecutionState(state),
            start_date=now,
            end_date=now,
            execution_metadata={"run_id": "run", **({"error": {"message": error}} if error else {})},
        )
        watcher.record([execution])

    def sql(statement):
        with watcher._transaction() as (session, _):
            session.execute(sa.text(statement))

    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
    reads = {"trips": ["trips_file"], "zones": ["zones_file"], "map": ["trips", "zones"], "report": ["trips"]}
    for name in (*reads, "trips_file", "zones_file", "unknown"):
        watcher.get_or_create_pipeline(name)
    for name, sources in reads.items():
        watcher.create_lineage(name, [Address(each, "asset", "asset") for each in sources], [Address(name, "asset")])
    sql("UPDATE watcher.pipeline SET address_id = address.id FROM watcher.address WHERE address.name = pipeline.name")
    record("run", "failed")
    record("trips_file", "failed", "no such host")
    record("zones_file", "failed", "permission denied")
    for name in (*reads, "unknown"):
        record(name, "blocked")
    watcher.check_failures()
    trips, zones = (watcher.alerts(pipeline=name)[0] for name in ("trips_file", "zones_file"))
    assert watcher.alert_context(trips).blocked == ("map", "report", "trips", "unknown")
    assert watcher.alert_context(zones).blocked == ("map", "unknown", "zones")
    behind = {each.pipeline_name: each.behind_names for each in watcher.now().incidents}
    assert behind == {"trips_file": ("map", "report", "run", "trips", "unknown"), "zones_file": ("zones",)}
    # What is behind an alert is told with it.
    sql(f"UPDATE watcher.alert SET cause_alert_id = {trips.id} WHERE id = {zones.id}")
    assert watcher.alert_context(trips).blocked == ("map", "report", "trips", "unknown", "zones")
    assert watcher.alert_context(zones).blocked == ("map", "unknown", "zones")
    # The run has blocked what any of them has.
    sql(f"""UPDATE watcher.alert SET pipeline_id = run.id, pipeline_execution_id = execution.parent_id
              FROM watcher.pipeline AS run, watcher.pipeline_execution AS execution
             WHERE run.name = 'run' AND execution.id = alert.pipeline_execution_id AND alert.id = {zones.id}""")
    assert watcher.alert_context(zones).blocked == ("map", "report", "trips", "unknown", "zones")


def test_what_to_do_about_an_alert_comes_before_all_that_is_known_of_it(board, module_watcher):
    [alert] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    said = text_of(board, f"/ui/alerts/{alert.id}")
    assert said.index("What you do about it") < said.index("The error")


def test_a_command_can_be_pasted_whatever_the_name(board):
    said = text_of(board, f"/ui/pipeline?name={quote(HOSTILE)}")
    assert f"watcher run --pipeline {shlex.quote(HOSTILE)} -- COMMAND" in said
    assert f"watcher anomalies rules create {shlex.quote(HOSTILE)} duration_seconds" in said


def test_an_empty_board_does_not_say_that_all_is_well(watcher):
    with serving(create_app(watcher)) as empty:
        said = text_of(empty, "/ui/")
        assert said.startswith("Nothing is watched yet")
        assert "All is well" not in said
        assert "watcher run --pipeline NAME" in said


def test_an_alert_leads_to_its_run_in_dagster_and_to_its_execution(watcher, database_url):
    settings = watcher.settings.model_copy(update={"dagster_url": "https://dagster.example.com/"})
    with Watcher(database_url, settings=settings) as linked, serving(create_app(linked)) as board:
        now = dt.datetime.now(dt.UTC)
        for source, metadata in ((ExecutionSource.DAGSTER, {"run_id": "abc"}), (ExecutionSource.PYTHON, {})):
            linked.record(
                [
                    ExecutionRecord(
                        pipeline_name=source.value,
                        source=source,
                        external_id="abc/step",
                        state=ExecutionState.FAILED,
                        start_date=now,
                        end_date=now,
                        execution_metadata=metadata,
                    )
                ]
            )
        linked.check_failures()
        [inside], [outside] = (linked.alerts(pipeline=name) for name in ("dagster", "python"))
        page = board.get(f"/ui/alerts/{inside.id}").text
        assert 'href="https://dagster.example.com/runs/abc"' in page
        assert f'href="/ui/executions/{inside.pipeline_execution_id}"' in page
        assert "/runs/" not in board.get(f"/ui/alerts/{outside.id}").text


def source_of(board: Client, path: str) -> str:
    return html.unescape(board.get(path).text)


def test_what_is_critical_is_said_so_and_each_button_says_of_what_it_is(watcher):
    watcher.get_or_create_pipeline("loud", alert_level="critical")
    watcher.record([record("loud", start=0, state=ExecutionState.FAILED)])
    watcher.check_failures(now=at(2))
    [alert] = watcher.alerts()
    with serving(create_app(watcher)) as board:
        for path in ("/ui/", "/ui/alerts", f"/ui/alerts/{alert.id}"):
            assert '<span class="badge critical">critical</span>' in source_of(board, path), path
        assert 'aria-label="Acknowledge: loud failed' in source_of(board, "/ui/")
        assert 'aria-label="Acknowledge: loud failed' in source_of(board, "/ui/alerts")


def test_of_thousands_of_notes_the_page_of_an_alert_has_the_last(watcher):
    """As of a script that notes each of its tries."""
    watcher.record([record("a", start=0, state=ExecutionState.FAILED)])
    watcher.check_failures(now=at(2))
    [alert] = watcher.alerts()
    with watcher._transaction() as (session, _):
        session.execute(
            sa.text("""
                INSERT INTO watcher.alert_action (alert_id, kind, acted_at, acted_by, note)
                SELECT :id, 'noted', now(), 'script', 'try ' || number FROM generate_series(1, 5000) AS number
            """),
            {"id": alert.id},
        )
    with serving(create_app(watcher)) as board:
        source, said = source_of(board, f"/ui/alerts/{alert.id}"), text_of(board, f"/ui/alerts/{alert.id}")
    assert f"4,900 earlier actions not shown; all are in: watcher alerts show {alert.id}" in said
    assert [int(each) for each in re.findall(r"try (\d+)", said)] == [*range(4901, 5001)]
    assert len(source) < 100_000


def test_what_people_have_said_stands_at_the_top_and_the_main_button_is_of_what_is_open(watcher):
    watcher.record([record("a", start=0, state=ExecutionState.FAILED)])
    watcher.check_failures(now=at(2))
    [alert] = watcher.alerts()
    note = "asking the platform team, " * 20
    with serving(create_app(watcher)) as board:
        assert '<button class="primary">Acknowledge</button>' in source_of(board, f"/ui/alerts/{alert.id}")
        watcher.acknowledge_alert(alert.id, by="ann", note=note)
        page = source_of(board, f"/ui/alerts/{alert.id}")
        assert page.index(note.strip()) < page.index("What you do about it"), "whole, and before all else"
        assert "primary" not in page
        assert "<button>Take it over</button>" in page
        watcher.acknowledge_alert(alert.id, by="local user")
        mine = source_of(board, f"/ui/alerts/{alert.id}")
        assert "Take it over" not in mine
        assert f'<button formaction="/ui/alerts/{alert.id}/note">Add the note</button>' in mine
        watcher.note_alert(alert.id, "the <loader> hangs", by="eve")
        said = text_of(board, f"/ui/alerts/{alert.id}")
        assert "eve : “ the <loader> hangs ”" in said
        did = said[said.index("What people did") : said.index("Facts")]
        assert re.sub(r"20\S+ \S+ UTC · ", "", did) == (
            f"What people did ann acknowledged it {note.strip()} local user acknowledged it "
            "eve noted the <loader> hangs "
        )
        for path in ("/ui/", "/ui/alerts"):
            assert "eve : “ the <loader> hangs ”" in text_of(board, path), path
        watcher.snooze_alert(alert.id, until=watcher.clock() + dt.timedelta(hours=1), by="ann")
        assert "<button>Acknowledge</button>" in source_of(board, f"/ui/alerts/{alert.id}")
