"""The board in headless Chromium: pages beside a static copy of the same bytes, and a timeline that is dragged.

A page is loaded with an empty cache, in turns from `watcher serve` and from a plain server that sends the bytes that
`watcher serve` has sent, packed as it packed them; both connections stay open from one file to the next. What is left
between the two is the work of the server. Interactive is the end of `DOMContentLoaded`, when scripts have taken hold.

The timeline is dragged by the mouse for a while, from one side to the other; the times between its frames are set
beside those of the same page at rest, each for as long, in turns.
"""

from __future__ import annotations

import shutil
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import httpx
import psycopg

from benchmarks import deployment
from benchmarks.board import served
from benchmarks.harness import Bench, Result, percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

NAME = "browser"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Under other flags, headless Chromium asks servers of its vendor for news, in the time that is measured.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}

PIPELINES = 500
EXECUTIONS = 50_000
# Eleven days of them have the 5,000 runs that the timeline shows at most.
HOURS = 24 * 11

MOST_TIMES_STATIC = 1.5
MOST_BYTES = 150_000
MOST_TIMES_IDLE = 2
MILLISECONDS = 1_500
# As a mouse reports.
SECONDS_BETWEEN_MOVES = 0.008

PAGES = {
    "Now": "/ui/",
    "Pipeline": "/ui/pipeline?name={name}",
    "Alerts": "/ui/alerts",
    "Report": "/ui/report",
}
INTERACTIVE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
# Looks at frames for so many milliseconds; `looked` becomes the times between them.
FRAMES = """
    milliseconds => {
        window.looked = new Promise((done) => {
            const times = [];
            const look = (now) => {
                times.push(now);
                if (now - times[0] < milliseconds) requestAnimationFrame(look);
                else done(times.slice(1).map((each, index) => each - times[index]));
            };
            requestAnimationFrame(look);
        });
    }
"""
SHOWN = """
    JSON.parse(document.querySelector(".timeline .data").textContent)
        .groups.reduce((sum, each) => sum + each.runs.length, 0)
"""


class Kept(NamedTuple):
    """An answer, as `watcher serve` has sent it."""

    body: bytes
    headers: Mapping[str, str]


def run(bench: Bench) -> Iterator[Result]:
    """Measure the pages and the timeline; where there is no Chromium, say so and measure nothing."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        bench.tell(f"skipped: no browser on the PATH; looked for {', '.join(BROWSERS)}")
        return
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        bench.tell("skipped: Playwright is not installed")
        return
    url = deployment.filled(bench, pipelines=PIPELINES, executions=EXECUTIONS)
    with psycopg.connect(url) as connection:
        [(name,)] = connection.execute("SELECT name FROM watcher.pipeline WHERE name LIKE '%/pipeline_70'").fetchall()
    with served(url) as client, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            for title, address in PAGES.items():
                yield from _page(bench, browser, client, title, address.format(name=name))
            yield from _timeline(bench, browser, str(client.base_url))
        finally:
            browser.close()


def _page(bench: Bench, browser: Browser, client: httpx.Client, title: str, address: str) -> Iterator[Result]:
    ours = str(client.base_url).rstrip("/")
    kept = _kept(browser, client, ours + address)
    with _static(kept) as static:
        sides = {"ours": ours, "raw": static}
        found: dict[str, list[float]] = {side: [] for side in sides}
        for turn in range(bench.choose(full=6, quick=1) + 1):
            for side, origin in sides.items():
                milliseconds = _load(browser, origin + address)
                if turn:  # the first of each warms up
                    found[side].append(milliseconds)
    figure, raw = (statistics.median(found[side]) for side in sides)
    yield Result(
        case=NAME,
        what=f"{title}: until it is interactive",
        size="empty cache",
        figure=figure,
        unit="ms",
        raw=raw,
        raw_is="the same bytes from a static server",
        goal=f"at most {MOST_TIMES_STATIC} × raw",
        met=figure <= MOST_TIMES_STATIC * raw,
        details={"best_ms": min(found["ours"]), "best_raw_ms": min(found["raw"])},
    )
    size = sum(len(each.body) for each in kept.values())
    yield Result(
        case=NAME,
        what=f"{title}: bytes of the first view",
        size=f"{len(kept)} files, compressed",
        figure=size / 1000,
        unit="kB",
        goal=f"below {MOST_BYTES / 1000:.0f} kB",
        met=size < MOST_BYTES,
    )


def _load(browser: Browser, address: str) -> float:
    """Load a page with an empty cache; return the milliseconds until it is interactive."""
    context = browser.new_context(viewport=VIEWPORT)
    try:
        page = context.new_page()
        page.goto(address, wait_until="load")
        return float(page.evaluate(INTERACTIVE))
    finally:
        context.close()


def _kept(browser: Browser, client: httpx.Client, address: str) -> dict[str, Kept]:
    """All that a page loads before it is at rest, by its path, as bytes that are not unpacked."""
    context = browser.new_context(viewport=VIEWPORT)
    asked: list[str] = []
    try:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address, wait_until="networkidle")
    finally:
        context.close()
    kept = {}
    for each in dict.fromkeys(asked):
        with client.stream("GET", each, headers={"Accept-Encoding": "gzip"}) as answer:
            answer.raise_for_status()
            names = ("content-type", "content-encoding", "cache-control", "content-security-policy")
            headers = {key: answer.headers[key] for key in names if key in answer.headers}
            kept[answer.url.raw_path.decode()] = Kept(b"".join(answer.iter_raw()), headers)
    return kept


class _Copy(BaseHTTPRequestHandler):
    """Sends what was kept, and knows nothing else."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, kept: Mapping[str, Kept], *arguments: object) -> None:
        self.kept = kept
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the server gives them

    def do_GET(self) -> None:
        """Answer with the bytes of a path."""
        found = self.kept.get(self.path)
        if found is None:
            self.send_error(404)
            return
        lines = [f"{key}: {value}" for key, value in found.headers.items()]
        lines += [f"Content-Length: {len(found.body)}", "", ""]
        self.wfile.write(("HTTP/1.1 200 OK\r\n" + "\r\n".join(lines)).encode("latin-1") + found.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _static(kept: Mapping[str, Kept]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Copy, kept))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _timeline(bench: Bench, browser: Browser, origin: str) -> Iterator[Result]:
    context = browser.new_context(viewport=VIEWPORT, base_url=origin)
    try:
        page = context.new_page()
        page.goto(f"/ui/timeline?hours={HOURS}", wait_until="networkidle")
        runs = page.evaluate(SHOWN)
        page.locator(".plot").focus()
        page.keyboard.press("+")  # all of the time cannot be moved
        idle, dragged = _frames(page, bench.choose(full=5, quick=1))
    finally:
        context.close()
    size = f"{runs:,} runs, {len(dragged):,} frames"
    for percent, title in ((50, "p50"), (99, "p99"), (100, "longest")):
        figure, raw = percentile(dragged, percent), percentile(idle, percent)
        yield Result(
            case=NAME,
            what=f"timeline dragged: {title} of a frame",
            size=size,
            figure=figure,
            unit="ms",
            raw=raw,
            raw_is="the same page at rest",
            goal=f"at most {MOST_TIMES_IDLE} × raw",
            met=figure <= MOST_TIMES_IDLE * raw,
        )


def _frames(page: Page, rounds: int) -> tuple[list[float], list[float]]:
    """The milliseconds between frames, at rest and dragged, in turns; the first of each warms up."""
    idle: list[float] = []
    dragged: list[float] = []
    for turn in range(rounds + 1):
        before = page.url
        page.evaluate(FRAMES, MILLISECONDS)
        at_rest = page.evaluate("looked")
        page.evaluate(FRAMES, MILLISECONDS)
        _drag(page, MILLISECONDS / 1000, to_the_left=turn % 2 == 0)
        while_dragged = page.evaluate("looked")
        # What is looked at is written into the address once it stays: else the dragging has moved nothing.
        page.wait_for_function("before => location.href !== before", arg=before)
        if turn:
            idle += at_rest
            dragged += while_dragged
    return idle, dragged


def _drag(page: Page, seconds: float, *, to_the_left: bool) -> None:
    """Drag the time with the mouse, to one side over half of the plot, for as long."""
    box = page.locator(".plot").bounding_box()
    assert box is not None
    right, y = box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2
    began = time.perf_counter()
    page.mouse.move(right if to_the_left else right - box["width"] / 2, y)
    page.mouse.down()
    while (passed := (time.perf_counter() - began) / seconds) < 1:
        page.mouse.move(right - box["width"] / 2 * (passed if to_the_left else 1 - passed), y)
        time.sleep(SECONDS_BETWEEN_MOVES)
    page.mouse.up()
