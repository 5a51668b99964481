"""E-mail by Apprise, as a mail server gets it."""

from __future__ import annotations

import logging
from dataclasses import replace
from email.message import EmailMessage
from typing import Any, cast

import pytest
from pydantic import SecretStr

from tests.factories import NOON
from tests.mail_server import MailServer, mail_server
from watcher_core import Alert, AlertEvent, AlertKind, AlertLevel, AlertState, DeliveryError, SlackMessage
from watcher_core.alerts.notification import Notification
from watcher_core.alerts.senders import AppriseSender
from watcher_core.alerts.slack import compose

UNKNOWN = {"gone@example.com": "550 5.1.1 no such user"}


def message(*ids: int, event: AlertEvent | None = AlertEvent.OPENED, title: str = "🔴 orders failed") -> SlackMessage:
    given: dict[str, Any] = dict.fromkeys(Alert.__dataclass_fields__)
    given |= {"kind": AlertKind.FAILURE, "level": AlertLevel.ERROR, "state": AlertState.OPEN, "opened_at": NOON}
    pages = {number: f"https://watcher.example.com/ui/alerts/{number}" for number in ids}
    lines = [f"• orders: no file [<{page}|alert {number}>]" for number, page in pages.items()]
    written = compose(header="h", title=title, headline="", context="now", lines=lines, rest="", footer="f")
    about = Notification(
        event=event,
        alerts=tuple(Alert(**{**given, "id": number}) for number in ids),
        sent_at=NOON,
        links={number: {"alert": page} for number, page in pages.items()},
    )
    return replace(written, notification=about)


def send(server: MailServer, sent: SlackMessage, options: str = "") -> None:
    address = f"mailto://127.0.0.1:{server.port}?mode=insecure&from=watcher@example.com&to=team@example.com{options}"
    AppriseSender(SecretStr(address)).send(sent, thread=None)


def text_of(mail: EmailMessage) -> str:
    found = mail.get_body(("plain",))
    assert found is not None
    return cast("str", found.get_content())


@pytest.mark.parametrize(
    ("ids", "page"),
    [((17,), "https://watcher.example.com/ui/alerts/17"), ((17, 18), "https://watcher.example.com/ui/")],
)
def test_who_reads_the_plain_text_of_a_mail_finds_the_page(ids: tuple[int, ...], page: str) -> None:
    """Apprise makes it of the HTML, and leaves the addresses of links out."""
    with mail_server() as server:
        send(server, message(*ids))
    [(recipients, mail)] = server.taken
    assert recipients == ["team@example.com"]
    assert text_of(mail).splitlines()[-1] == f"Watcher: {page}"
    html = mail.get_body(("html",))
    assert html is not None
    assert f'<a href="{page}">{page}</a>' in html.get_content()


def test_names_are_in_the_subject_as_they_are() -> None:
    title = "🔴 Umsätze/Größe täglich, 売上/日次集計 failed: Datei „x\u201c fehlt\r\nBcc: anna@example.com"
    with mail_server() as server:
        send(server, message(17, title=title))
    [(_, mail)] = server.taken
    assert mail["Subject"] == title.replace("\r\n", " ")
    assert mail["Bcc"] is None


@pytest.mark.parametrize("name", ["売上日次集計" * 60, "ü" * 300, "x" * 300, "🔴" * 300])
def test_no_line_of_a_mail_is_longer_than_servers_take(name: str) -> None:
    with mail_server() as server:
        send(server, message(17, title=f"🔴 {name} failed"))
    [(_, mail)] = server.taken
    assert mail["Subject"].startswith(f"🔴 {name[:70]}")
    assert server.longest_line <= 998


def test_who_gets_a_mail_does_not_get_it_again_because_another_is_unknown(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server(UNKNOWN) as server:
        send(server, message(17), "&cc=gone@example.com")
        assert "E-Mail took an alert, but not for all: SMTP recipient " in caplog.text
        assert "5.1.1 no such user" in caplog.text
        with pytest.raises(DeliveryError, match=r"was refused: 550 .*no such user"):  # a test is to say so
            send(server, message(event=None), "&cc=gone@example.com")
    assert len(server.taken) == 2


def test_a_mail_that_nobody_gets_is_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    refused = {"team@example.com": "450 4.2.0 greylisted"}
    with mail_server(refused) as server, pytest.raises(DeliveryError, match=r"the mail server: .*4\.2\.0 greylisted"):
        send(server, message(17))
    assert server.taken == []
    assert caplog.text == ""
