"""Draw the pictures of the board in docs/images: `python -m docs.board_pictures`; needs Chromium.

They show the month of a shop that the tests of the board use, in the database that WATCHER_DATABASE_URL names; it must
be empty.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.board_data import populate
from watcher_core import Watcher

IMAGES = Path(__file__).parent / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1280
SECONDS_TO_START = 60

# The name of each picture, its page, its height and its colours.
PICTURES = (
    ("board-now", "/ui/", 560, "light"),
    ("board-pipeline", "/ui/pipeline?name=shop/events", 1600, "light"),
    ("board-timeline", "/ui/timeline?hours=24&by=owner", 520, "dark"),
    ("board-report", "/ui/report", 900, "light"),
    ("board-lineage", "/ui/lineage", 620, "dark"),
)


def main() -> None:
    """Fill the database, serve the board, and take the pictures."""
    with Watcher() as watcher:
        populate(watcher, now=dt.datetime.now(dt.UTC))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "WATCHER_ENVIRONMENT": "production"}
    server = subprocess.Popen([sys.executable, "-m", "watcher_core", "serve", "--port", str(port)], env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/ready")
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, BROWSERS)))
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for name, address, height, scheme in PICTURES:
                page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme=scheme)
                page.goto(f"http://127.0.0.1:{port}{address}", wait_until="networkidle")
                page.screenshot(path=str(IMAGES / f"{name}.png"))
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310  # our own address
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
