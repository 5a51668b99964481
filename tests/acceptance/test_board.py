"""The board in a real Chromium: every page, in light, dark and narrow, by mouse and by keyboard."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright import sync_api

from tests.board_data import DAYS, HOSTILE, populate
from tests.factories import unique
from watcher_core import ExecutionSource, ExecutionState, Watcher
from watcher_core.values import ExecutionRecord

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser on the PATH; looked for {', '.join(BROWSERS)}")

PAGES = (
    "/ui/",
    "/ui/alerts",
    "/ui/alerts?state=resolved",
    "/ui/pipelines",
    "/ui/pipeline?name=shop/orders",
    f"/ui/pipeline?name={quote(HOSTILE)}",
    "/ui/timeline?hours=24",
    "/ui/failures",
    "/ui/lineage",
    "/ui/report",
    "/ui/report?by=owner&days=7",
    "/ui/diagnostics",
    "/ui/search?q=shop",
    "/ui/login",
)
SECONDS_BETWEEN_LOOKS = 10  # of board.js, for news
LOOKS: dict[str, tuple[Literal["light", "dark"], int]] = {
    "light": ("light", 1440),
    "dark": ("dark", 1440),
    "narrow": ("light", 360),
}
# In dark, the same elements are at the same places: only what axe says of colours can differ.
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
RULES_OF_COLOURS = ALL_RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
WIDE_PAGES = ("/ui/", "/ui/alerts", "/ui/pipelines", "/ui/pipeline?name=shop/orders", "/ui/lineage", "/ui/report")


@pytest.fixture(scope="module")
def address(module_watcher: Watcher, module_database_url: str) -> Iterator[str]:
    """The address of a board that shows the deployment."""
    populate(module_watcher, now=dt.datetime.now(dt.UTC), hostile=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WATCHER_DATABASE_URL": module_database_url}
    command = [sys.executable, "-m", "watcher_core", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
        assert client.get(f"{url}/health/ready").status_code == 200
    yield url
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)
    assert "Traceback" not in log


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    """The browser."""
    with sync_api.sync_playwright() as playwright:
        # As root, Chromium has no sandbox of its own.
        yield playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])


class Reader:
    """Someone at the board. Whatever the console says, they see it at the end."""

    def __init__(self, browser: sync_api.Browser, address: str, look: str = "light", **options: Any) -> None:
        scheme, width = LOOKS[look]
        self.context = browser.new_context(
            base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900}, **options
        )
        self.page = self.context.new_page()
        self.has_scripts = options.get("java_script_enabled", True)
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def open(self, path: str) -> sync_api.Page:
        """Open a page; wait until it is drawn."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.drawn()
        return self.page

    def hear(self, selector: str) -> None:
        """Wait until news are on the page, whose time goes by faster; the server asks for them every few seconds."""
        for _ in range(60):
            self.page.clock.run_for(SECONDS_BETWEEN_LOOKS * 1_000)
            with suppress(sync_api.TimeoutError):
                self.page.wait_for_selector(selector, timeout=1_000)
                return
        raise AssertionError(f"no news: {selector}")

    def drawn(self) -> None:
        """Wait until scripts have done what they do by themselves: the last is to ask for the version of the board."""
        if self.has_scripts:
            self.page.wait_for_function("() => !document.body.dataset.live || window.boardVersion !== null")
            self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_works_for_everybody(address, browser, look):
    """No error in the console, no violation that axe finds, nothing wider than the window."""
    problems: list[object] = []
    rules = RULES_OF_COLOURS if look == "dark" else ALL_RULES
    with Reader(browser, address, look) as reader:
        for path in PAGES:
            page = reader.open(path)
            found = Axe().run(page, options=rules).response["violations"]
            problems += [(path, each["id"], each["nodes"][0]["html"][:200]) for each in found]
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            problems += [(path, "wider than the window", wider)] if wider > 0 else []
        problems += reader.said
    assert not problems, "\n".join(map(str, problems))


def test_a_wide_window_is_used(address, browser):
    """At 2,560 px the cards reach the right edge, nothing reaches beyond it, and what stands beside is beside."""
    with Reader(browser, address) as reader:
        reader.page.set_viewport_size({"width": 2560, "height": 1440})
        for path in WIDE_PAGES:
            reader.page.goto(path)
            edges = reader.page.evaluate(
                """[document.documentElement.scrollWidth, Math.max(...Array.from(
                    document.querySelectorAll("main .card, main .lineage"), (each) => each.getBoundingClientRect().right
                ))]"""
            )
            assert edges[0] <= 2560, path
            assert 2400 < edges[1] <= 2560, path
        box, beside = (
            reader.open("/ui/").locator(part).first.bounding_box() for part in ("section.card", "aside .card")
        )
        assert reader.said == []
    assert box is not None
    assert beside is not None
    assert box["x"] + box["width"] < beside["x"]


def test_without_scripts_the_pages_still_say_all(address, browser):
    with Reader(browser, address, java_script_enabled=False) as reader:
        assert "shop/orders failed" in reader.open("/ui/").inner_text("main")
        assert "UniqueViolation" in reader.open("/ui/pipeline?name=shop/orders").inner_text("main")
        assert "shop/orders" in (reader.open("/ui/timeline?hours=24").text_content("main") or "")


def test_a_name_that_is_a_script_is_a_name(address, browser):
    with Reader(browser, address) as reader:
        page = reader.open(f"/ui/pipeline?name={quote(HOSTILE)}")
        assert page.locator("img").count() == 0
        assert "<img src=x" in page.inner_text("h1")


def test_what_is_wrong_comes_first_and_is_acknowledged_with_a_click(address, browser, module_watcher):
    with Reader(browser, address) as reader:
        page = reader.open("/ui/")
        first = page.locator(".incident").first
        assert "shop/orders failed" in first.inner_text()
        first.get_by_role("button", name="Acknowledge").click()
        page.locator(".incident", has_text="shop/orders failed").filter(
            has_text="acknowledged by local user"
        ).wait_for()
    [alert] = module_watcher.alerts(pipeline="shop/orders", kind="failure", state="acknowledged")
    assert alert.acknowledged_by == "local user"


def test_an_alert_is_snoozed_and_resolved_with_a_note(address, browser, module_watcher):
    [alert] = module_watcher.alerts(pipeline="shop/events", kind="anomaly")
    with Reader(browser, address) as reader:
        page = reader.open(f"/ui/alerts/{alert.id}")
        page.get_by_label("Note, for all who see the alert").fill("the tracker was off for an hour")
        page.get_by_label("Quiet for").select_option("4 hours")
        page.get_by_role("button", name="Snooze").click()
        page.locator("main", has_text="snoozed until").wait_for()
        quiet = module_watcher.alert(alert.id)
        assert (quiet.state, quiet.note) == ("snoozed", "the tracker was off for an hour")
        page.get_by_label("Note, for all who see the alert").fill("asked the web team\nthey look")
        page.get_by_role("button", name="Add the note").click()
        page.locator("#actions", has_text="asked the web team").wait_for()
        assert module_watcher.alert(alert.id).note == "asked the web team\nthey look"
        assert "asked the web team\nthey look" in page.locator("#actions").inner_text()
        page.get_by_role("button", name="Resolve").click()
        page.locator("main", has_text="It is over").wait_for()
        page.get_by_label("Note, for all who see the alert").fill("it was a full disk")
        page.get_by_role("button", name="Add the note").click()
        page.locator("#actions", has_text="it was a full disk").wait_for()
        done = [" ".join(each.split()) for each in page.locator("#actions li").all_inner_texts()]
    assert [each.partition(" local user ")[2] for each in done][1:] == [
        "noted asked the web team they look",
        "resolved it",
        "noted it was a full disk",
    ]
    assert "the tracker was off for an hour" in done[0]
    assert module_watcher.alert(alert.id).resolved_by == "local user"


def test_slash_searches_and_arrows_walk_through_what_is_found(address, browser):
    with Reader(browser, address) as reader:
        page = reader.open("/ui/report")
        page.keyboard.press("/")
        page.keyboard.type("revenue")
        page.wait_for_selector("#found a")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ui/pipeline?name=*revenue*")


def test_filters_are_addresses(address, browser):
    with Reader(browser, address) as reader:
        page = reader.open("/ui/")
        page.get_by_label("Owner").select_option("team:shop")
        page.wait_for_url("**/ui/?*owner=team%3Ashop*")
        assert {"team:shop"} == set(page.locator(".incident a[href*='owner=']").all_inner_texts())


def test_what_the_timeline_shows_is_an_address(address, browser):
    """Zooming is in the address: sending it, loading it again and going back lead to what was seen."""
    with Reader(browser, address) as reader:
        page = reader.open("/ui/timeline?hours=24&by=owner")
        plot, said = page.locator(".plot"), page.locator(".zoom output")
        assert said.inner_text() == ""
        plot.focus()
        page.keyboard.press("+")
        page.wait_for_url("**/ui/timeline?*view=*")
        first, first_said = page.url, said.inner_text()
        assert "hours" not in first
        # One at a time: whether two keys are one step back depends on the pause between them.
        addresses = [first]
        for key in ("+", "ArrowLeft"):
            page.keyboard.press(key)
            page.wait_for_function("address => location.href !== address", arg=addresses[-1])
            addresses.append(page.url)
        assert said.inner_text() != first_said
        for _ in range(2):
            page.go_back()
        page.wait_for_function("said => document.querySelector('.zoom output').textContent === said", arg=first_said)
        page.reload()
        reader.drawn()
        assert said.inner_text() == first_said
        page.get_by_label("Owner").select_option("team:shop")
        page.wait_for_url("**/ui/timeline?*owner=team%3Ashop*")
        assert said.inner_text() == first_said
        page.keyboard.press("Tab")
        plot.focus()
        page.keyboard.press("0")
        page.wait_for_function("() => !location.search.includes('view=')")
        assert reader.said == []


def test_a_timeline_that_begins_before_history_shows_what_there_is(address, browser):
    """On the first day, what ran in a few minutes is not a line at the edge of an empty night."""
    first = dt.datetime.now(dt.UTC) - dt.timedelta(days=DAYS)
    since, until = (f"{first + dt.timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (-20, 2))
    with Reader(browser, address) as reader:
        page = reader.open(f"/ui/timeline?from={since}&to={until}")
        assert page.locator(".zoom output").inner_text()
        page.get_by_role("button", name="All").click()
        page.wait_for_function("() => !document.querySelector('.zoom output').textContent")
        assert reader.said == []


def test_last_night_begins_in_the_evening_of_the_reader(address, browser):
    with Reader(browser, address, timezone_id="Asia/Tokyo") as reader:
        page = reader.open("/ui/pipelines")
        page.get_by_role("navigation", name="Pages").get_by_text("Last night").click()
        page.wait_for_url("**/ui/timeline?from=*")
        reader.drawn()
        assert page.locator("h1").inner_text() == "Last night"
        [begin] = parse_qs(urlsplit(page.url).query)["from"]
        assert begin.endswith("T09:00:00Z")  # 18:00 there
        assert page.locator("#main [data-last-night]").get_attribute("aria-current") == "true"


def test_the_timeline_is_used_by_keyboard(address, browser):
    with Reader(browser, address) as reader:
        page = reader.open("/ui/timeline?hours=24")
        tip = page.locator(".timeline .tip")
        page.locator(".plot").focus()
        page.keyboard.press("n")
        tip.wait_for(state="visible")
        first = tip.inner_text()
        page.keyboard.press("n")
        assert tip.inner_text() != first
        page.keyboard.press("p")
        assert tip.locator(".name").first.inner_text() in first
        page.keyboard.press("Escape")
        tip.wait_for(state="hidden")
        page.keyboard.press("f")
        assert "failed" in tip.inner_text()
        name = tip.locator(".name").first.inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/ui/pipeline?name={quote(name, safe='')}")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_timeline_is_filtered_by_forms(address, browser, scripts):
    with Reader(browser, address, java_script_enabled=scripts) as reader:
        page = reader.open("/ui/timeline?hours=24")
        page.get_by_label("Type").select_option("model")
        if not scripts:
            page.get_by_role("button", name="Filter").click()
        page.wait_for_url("**/ui/timeline?*type=model*")
        rows = page.locator("#timeline-table tbody tr td:first-child a")
        rows.first.wait_for(state="attached")
        assert set(rows.all_text_contents()) == {"ml/churn", "ml/forecast"}
        page.get_by_role("link", name="Clear").click()
        page.wait_for_url(re.compile(r"/ui/timeline\?(?!.*type=model).*hours=24"))


def test_metrics_are_drawn_and_are_a_table_too(address, browser):
    with Reader(browser, address) as reader:
        page = reader.open("/ui/pipeline?name=shop/events")
        figures = page.locator("figure.series")
        assert figures.count() == 3  # the duration, the rows, and what a rule judges
        for figure in figures.all():
            drawn = figure.locator("canvas").evaluate(
                """canvas => {
                    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                    return pixels.some((value) => value > 0);
                }"""
            )
            assert drawn
            figure.locator("summary").click()
            assert figure.locator("tbody tr").count() > 20
        figures.first.scroll_into_view_if_needed()
        box = figures.first.locator(".u-over").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert re.search(r"\d (min|h)$", figures.first.locator("output").inner_text())


# The columns of a canvas, as parts of its width, that have a colour of the page.
COLUMNS_OF_A_COLOUR = """(canvas, name) => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const paint = document.createElement("canvas").getContext("2d");
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const wanted = paint.getImageData(0, 0, 1, 1).data;
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if ([0, 1, 2, 3].every((part) => data[at + part] === wanted[part])) found.add((at / 4) % width / width);
    }
    return [...found];
}"""


def test_one_run_alone_is_drawn_beside_what_is_usual_for_it(address, browser, module_watcher):
    name = unique("monthly")
    for month in range(9, -1, -1):
        start = dt.datetime.now(dt.UTC) - dt.timedelta(days=31 * month, hours=2)
        if month == 0:
            module_watcher.get_or_create_anomaly_rule(name, metric_field="total_rows", minimum_executions=5)
        record = ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.PYTHON,
            external_id=f"{name}/{month}",
            state=ExecutionState.SUCCEEDED,
            start_date=start,
            end_date=start + dt.timedelta(minutes=5),
            total_rows=1_000 if month else 10,
        )
        module_watcher.record([record])
    module_watcher.detect_pending_anomalies()
    with Reader(browser, address) as reader:
        for path, where in ((f"/ui/pipeline?name={name}", 0.9), (f"/ui/pipeline?name={name}&days=7", 0.5)):
            canvas = reader.open(path).locator("figure.series", has_text="Rows").locator("canvas")
            for colour in ("--strange", "--band"):
                columns = canvas.evaluate(COLUMNS_OF_A_COLOUR, colour)
                assert columns, (path, colour)
                assert abs(sum(columns) / len(columns) - where) < 0.1, (path, colour, columns)


def test_times_are_in_the_zone_of_the_reader(address, browser, module_watcher):
    [alert] = module_watcher.alerts(pipeline="shop/orders", kind="failure")
    with Reader(browser, address, timezone_id="Asia/Kolkata", locale="en-GB") as reader:
        page = reader.open(f"/ui/alerts/{alert.id}")
        moment = page.locator("dt:text-is('Opened') + dd time[data-style=clock]")
        there = alert.opened_at.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
        assert there.strftime("%H:%M") in moment.inner_text()
        assert re.search("Asia/(Kolkata|Calcutta)", moment.get_attribute("title") or "")
        assert re.search("times are in Asia/(Kolkata|Calcutta)", page.inner_text("footer"))


@pytest.mark.parametrize("hours", [-5, 3])
def test_how_long_ago_goes_by_the_clock_of_the_server(address, browser, module_watcher, hours):
    """The computer of who is on call may be hours off."""
    fail(module_watcher, name := f"wrong_clock_{hours + 5}")
    [alert] = module_watcher.alerts(pipeline=name)
    with Reader(browser, address) as reader:
        reader.page.clock.install(time=dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours))
        page = reader.page
        page.goto(f"/ui/alerts/{alert.id}")
        page.wait_for_function(
            "() => /^[0-9]+ (s|min) ago$/.test(document.querySelector('main time[data-style=ago]')?.textContent)"
        )


def test_after_an_upgrade_of_the_server_the_page_is_loaded_as_a_whole(address, browser, module_watcher):
    """A page that is open for days must not show a new main part in old styles."""

    def upgraded(route: sync_api.Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("board.css?v=", "board.css?v=0"))

    with Reader(browser, address) as reader:
        reader.page.clock.install()
        page = reader.open("/ui/")
        page.evaluate("window.isOld = true")
        page.route("**/ui/", upgraded)
        fail(module_watcher, "upgraded_meanwhile")
        reader.hear(".incident:has-text('upgraded_meanwhile')")
        assert page.evaluate("window.isOld === undefined")
        page.wait_for_function("() => window.boardVersion !== null")


def fail(watcher: Watcher, name: str) -> None:
    """Let a pipeline fail now, and a check see it."""
    now = dt.datetime.now(dt.UTC)
    watcher.record(
        [
            ExecutionRecord(
                pipeline_name=name,
                source=ExecutionSource.PYTHON,
                external_id=f"{name}/1",
                state=ExecutionState.FAILED,
                start_date=now,
                end_date=now,
            )
        ]
    )
    watcher.check_failures()


@pytest.mark.parametrize("look", ["light", "narrow"])
def test_the_day_of_a_row_of_hours_stands_on_one_line(address, browser, module_watcher, look):
    now = dt.datetime.now(dt.UTC)
    hours = [
        ExecutionRecord(
            pipeline_name="by_hour",
            source=ExecutionSource.PYTHON,
            external_id=f"by_hour/{day}",
            state=ExecutionState.SUCCEEDED,
            start_date=now,
            end_date=now,
            scope=f"2026-01-{day}-03:00",
        )
        for day in (30, 31)
    ]
    module_watcher.get_or_create_pipeline("by_hour", pipeline_metadata={"partitions": "hourly"})
    module_watcher.record(hours)
    with Reader(browser, address, look) as reader:
        days = reader.open("/ui/pipeline?name=by_hour").locator(".partitions .common").all()
        assert [day.inner_text() for day in days] == ["2026-01-30", "2026-01-31"]
        assert all(day.evaluate("each => each.getClientRects()[0].height") < 20 for day in days)


def test_news_leave_the_keys_where_they_are(address, browser, module_watcher):
    """Who walks through the page by keys goes on from there when the page is fetched anew."""
    fail(module_watcher, "known_to_keys")
    with Reader(browser, address) as reader:
        reader.page.clock.install()
        page = reader.open("/ui/")
        focused = page.locator("form[action$='/acknowledge'] button").first
        focused.focus()
        action = focused.evaluate("button => button.form.getAttribute('action')")
        fail(module_watcher, "news_for_keys")
        reader.hear(".incident:has-text('news_for_keys')")
        page.wait_for_function("action => document.activeElement.form?.getAttribute('action') === action", arg=action)


def test_news_do_not_move_what_is_about_to_be_clicked(address, browser, module_watcher):
    fail(module_watcher, "known_to_mice")
    with Reader(browser, address) as reader:
        reader.page.clock.install()
        page = reader.open("/ui/")
        page.locator("form[action$='/acknowledge'] button").first.hover()
        fail(module_watcher, "news_for_mice")
        reader.hear("#live:has-text('there is news')")
        assert "news_for_mice" not in page.inner_text("main .rows")
        page.mouse.move(0, 0)
        reader.hear(".incident:has-text('news_for_mice')")


def test_news_do_not_take_away_a_note_that_is_being_written(address, browser, module_watcher):
    fail(module_watcher, "noted")
    [alert] = module_watcher.alerts(pipeline="noted")
    with Reader(browser, address) as reader:
        reader.page.clock.install()
        page = reader.open(f"/ui/alerts/{alert.id}")
        page.fill("#note", "I restart the loader, and")
        page.locator("h1").click()  # to read on
        fail(module_watcher, "news_for_writers")
        reader.hear("#live:has-text('there is news')")
        assert page.input_value("#note") == "I restart the loader, and"


def test_news_arrive_by_themselves(address, browser, module_watcher):
    with Reader(browser, address) as reader:
        reader.page.clock.install()
        page = reader.open("/ui/")
        assert "late_news" not in page.inner_text("main")
        folded = page.locator("details#unwatched-1")
        was_open = folded.get_attribute("open") is not None
        folded.locator("summary").click()
        fail(module_watcher, "late_news")
        reader.hear(".incident:has-text('late_news')")
        # What the reader folded stays so: `late_news` has no freshness threshold, and is in that list.
        page.wait_for_function("open => document.getElementById('unwatched-1').open !== open", arg=was_open)
        assert "late_news" in (folded.text_content() or "")
