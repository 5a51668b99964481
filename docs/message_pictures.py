"""Draw the pictures of messages in docs/images: `python -m docs.message_pictures`; needs Chromium.

The messages are those that a delivery sends, of pipelines that fail in a database of their own. Slack cannot be asked
for a picture, so their blocks are laid out here as Slack lays them out.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from watcher_core import Address, ExecutionRecord, ExecutionSource, ExecutionState, Settings, SlackMessage, Watcher

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 760, 900
NIGHT = dt.datetime(2026, 11, 26, 6, 12, tzinfo=dt.UTC)

PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 16px 20px; background: #fff; color: #1d1c1d; }
body { font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; }
article { display: grid; grid-template-columns: 36px 1fr; gap: 0 10px; padding: 8px 0; }
.face { width: 36px; height: 36px; border-radius: 8px; background: #e8eef7; display: grid; place-items: center; }
.who { font-weight: 700; } .app { font: 10px sans-serif; background: #eee; padding: 1px 4px; margin: 0 6px; }
.at, small { color: #616061; font-size: 12px; } h2 { font-size: 17px; margin: 4px 0; } p { margin: 4px 0 8px; }
a { color: #1264a3; text-decoration: none; } time { white-space: nowrap; }
</style>"""


@dataclass
class Place:
    """A destination that keeps what it gets."""

    messages: list[SlackMessage] = field(default_factory=list)

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:  # noqa: ARG002 - what a sender takes
        self.messages.append(message)
        return None


def messages() -> Iterator[tuple[str, SlackMessage]]:
    """An upstream fails, finance's tables are stale, and it is fixed: the name of each picture and its message."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(
            home=Path(directory),
            routes=_routes(Path(directory)),
            slack_token=SecretStr("xoxb-picture"),
            slack_webhook_url=SecretStr("https://hooks.slack.com/services/picture"),
            dagster_url="https://dagster.example.com",
            environment="prod",
        )
        with Watcher(settings=settings) as watcher:
            watcher.upgrade()
            yield from _of_an_incident(watcher)


def _of_an_incident(watcher: Watcher) -> Iterator[tuple[str, SlackMessage]]:
    default, finance = Place(), Place()
    senders: Mapping[str, Any] = {"default": default, "#finance": finance}
    runbook = "https://wiki.example.com/orders"
    watcher.get_or_create_pipeline("orders", pipeline_metadata={"owners": ["team:sales"], "runbook": runbook})
    watcher.create_lineage("orders", sources=[_table("shop")], targets=[_table("orders")])
    rule = {"freshness_number": 12, "freshness_datepart": "hour"}
    for name, source in (("customers", "orders"), ("revenue", "customers"), ("margin", "revenue")):
        owner = "sales" if name == "customers" else "finance"
        watcher.get_or_create_pipeline(name, pipeline_metadata={"owners": [f"team:{owner}"]}, **rule)
        watcher.create_lineage(name, sources=[_table(source)], targets=[_table(name)])
    for day in range(6, 0, -1):
        for number, name in enumerate(("orders", "customers", "revenue", "margin")):
            _ran(watcher, name, NIGHT - dt.timedelta(days=day) + dt.timedelta(minutes=10 * number))
    error = {"type": "UniqueViolation", "message": "duplicate key 8123 in stg_orders"}
    _ran(watcher, "orders", NIGHT, error=error)
    now = NIGHT + dt.timedelta(minutes=3)
    watcher.check_failures(now=now)
    watcher.check_freshness(now=now)
    watcher.deliver_alerts(senders, now=now)
    yield "message-incident", default.messages.pop()
    yield "message-held-up", finance.messages.pop()
    now = NIGHT + dt.timedelta(minutes=48)
    _ran(watcher, "orders", now - dt.timedelta(minutes=4))
    watcher.check_failures(now=now)
    watcher.deliver_alerts(senders, now=now)
    yield "message-recovery", default.messages.pop()


def _ran(watcher: Watcher, name: str, started: dt.datetime, *, error: dict[str, str] | None = None) -> None:
    record = ExecutionRecord(
        pipeline_name=name,
        source=ExecutionSource.DAGSTER,
        external_id=f"{name}/{started:%Y%m%d%H%M}",
        state=ExecutionState.SUCCEEDED if error is None else ExecutionState.FAILED,
        start_date=started,
        end_date=started + dt.timedelta(minutes=2),
        inserts=120 if error is None else None,
        execution_metadata={} if error is None else {"error": error},
    )
    watcher.record([record])


def _table(name: str) -> Address:
    return Address(name, "postgresql", "database")


def _routes(directory: Path) -> Path:
    path = directory / "routes.toml"
    path.write_text('[[routes]]\nowner = "team:finance"\nchannel = "#finance"\n')
    return path


# Pictures


def as_html(message: SlackMessage) -> str:
    """Lay out the blocks of a message."""
    parts = []
    for block in message.blocks:
        if block["type"] == "header":
            parts.append(f"<h2>{html.escape(block['text']['text'])}</h2>")
        elif block["type"] == "section":
            parts.append(f"<p>{_marked(block['text']['text'])}</p>")
        else:
            parts.append(f"<small>{' '.join(_marked(each['text']) for each in block['elements'])}</small>")
    who = '<div class="who">Watcher<span class="app">APP</span></div>'
    return f'<article><div class="face">🔭</div><div>{who}{"".join(parts)}</div></article>'


def _marked(text: str) -> str:
    """HTML for Slack's markup; what users wrote is escaped in it already."""
    text = re.sub(r"<!date\^(\d+)\^[^|>]*\|[^>]*>", _time, text)
    text = re.sub(r"<(https?:[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*", r"<b>\1</b>", text)
    return re.sub(r"(?<!\w)`([^`\n]+)`", r"<code>\1</code>", text).replace("\n", "<br>")


def _time(found: re.Match[str]) -> str:
    moment = dt.datetime.fromtimestamp(int(found[1]), dt.UTC)
    return f"<time>{moment:%b} {moment.day} {moment:%H:%M}</time>"


def main() -> None:
    """Draw all of them."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no chromium here: install it, and try again")
    for name, message in messages():
        with tempfile.TemporaryDirectory() as directory:
            page = Path(directory) / "page.html"
            page.write_text(PAGE + as_html(message), encoding="utf-8")
            picture = IMAGES / f"{name}.png"
            options = [f"--window-size={WIDTH},{HEIGHT}", "--hide-scrollbars", "--force-device-scale-factor=2"]
            command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", *options]
            subprocess.run([*command, f"--screenshot={picture}", page.as_uri()], check=True, timeout=120)
        _crop(picture)


def _crop(path: Path) -> None:
    """Cut away what is white below and beside the message."""
    from matplotlib import image

    drawn = image.imread(path)
    inked = (drawn[..., :3] < 1).any(axis=2)
    rows, columns = inked.any(axis=1).nonzero()[0], inked.any(axis=0).nonzero()[0]
    edge = 24
    image.imsave(path, drawn[: rows[-1] + edge, : columns[-1] + edge])


if __name__ == "__main__":
    main()
