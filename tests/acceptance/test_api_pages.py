"""The documentation of the API in a real Chromium: what it has people try goes to the server that serves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright import sync_api

from tests.http_client import serving
from watcher_core import Watcher
from watcher_core.server import create_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason=f"no browser on the PATH; looked for {', '.join(BROWSERS)}")


@pytest.fixture
def page(module_watcher: Watcher, request: pytest.FixtureRequest) -> Iterator[sync_api.Page]:
    """A page of a browser that finds the API below a path, as a proxy puts it there."""
    below = str(request.param)
    with serving(create_app(module_watcher)) as api, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(base_url="https://watcher.example.com")

        def answer(route: sync_api.Route) -> None:
            path = urlsplit(route.request.url).path
            assert path.startswith(f"{below}/"), f"{route.request.url} is not below {below}"
            answered = api.get(path.removeprefix(below), headers={"Accept-Encoding": "identity"})
            route.fulfill(
                status=answered.status_code, body=answered.content, content_type=answered.headers["Content-Type"]
            )

        page.route("**/*", answer)
        yield page
        browser.close()


@pytest.mark.parametrize(("page", "below"), [("", ""), ("/watcher", "/watcher")], indirect=["page"])
def test_what_is_tried_goes_to_the_server_that_serves_the_page(page: sync_api.Page, below: str) -> None:
    page.goto(f"{below}/docs")
    operation = page.locator("#operations-pipelines-list_pipelines")
    operation.locator(".opblock-summary-control").click()
    operation.locator(".try-out__btn").click()
    operation.locator(".execute").click()
    asked = operation.locator(".request-url pre")
    sync_api.expect(asked).to_have_text(f"https://watcher.example.com{below}/pipeline")
    page.goto(f"{below}/scalar")
    shown = page.get_by_text(f"curl https://watcher.example.com{below}/pipeline").first
    sync_api.expect(shown).to_be_attached(timeout=60_000)
