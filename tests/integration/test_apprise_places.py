"""What of a message arrives at places of Apprise whose servers refuse what is too long, or no markup of theirs."""

from __future__ import annotations

import html
import re

import pytest
from pydantic import SecretStr

from tests.http_server import Failure, http_server
from watcher_core import SlackMessage
from watcher_core.alerts.senders import AppriseSender
from watcher_core.alerts.slack import INVISIBLE, compose

MOST_OF_DISCORD = 2_000
# With 200; a server that takes a message later, with 202, is none of these.
TAKES_IT = Failure(200, "{}", takes_it=True)
ERROR = "TypeError: <class 'int'> is </i> no <a href='https://example.com'>number</a> < 3"


def message(title: str, lines: list[str]) -> SlackMessage:
    return compose(header="h", title=title, headline="", context="now", lines=lines, rest="", footer="f")


@pytest.mark.parametrize("options", ["", "?format=markdown"])
def test_discord_gets_no_more_than_it_takes(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    """Apprise writes the title into the text, and leaves no room for it."""
    with http_server() as server:
        server.fail(TAKES_IT)
        monkeypatch.setattr("apprise.plugins.discord.NotifyDiscord.notify_url", server.url)
        lines = [f"• orders_{number}: {'no such file ' * 20} [alert {number}]" for number in range(20)]
        AppriseSender(SecretStr(f"discord://{'1' * 18}/{'x' * 68}/{options}")).send(
            message("🔴 orders failed: " + "no such file " * 30, lines), thread=None
        )
    [request] = server.taken
    text = request.json.get("content") or request.json["embeds"][0]["description"]
    assert len(text) <= MOST_OF_DISCORD
    assert re.search(r"… \d+ more lines$", text)


def test_an_error_with_tags_in_it_is_whole_in_the_title_of_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise leaves out of a title what looks like a tag, or hands it to Telegram as one."""
    with http_server() as server:
        server.fail(TAKES_IT)
        monkeypatch.setattr("apprise.plugins.telegram.NotifyTelegram.notify_url", f"{server.url}/bot")
        AppriseSender(SecretStr("tgram://123456789:abcdefg_hijklmnop/12315544/")).send(
            message(f"🔴 orders failed: {ERROR}", ["• orders: x"]), thread=None
        )
    [request] = server.taken
    title = request.json["text"].splitlines()[0]
    assert re.findall("<[^>]*>", title) == ["<b>", "</b>"]
    shown = html.unescape(re.sub("<[^>]*>", "", title)).replace(INVISIBLE, "")
    assert "".join(shown.split()) == "".join(f"🔴 orders failed: {ERROR}".split())
