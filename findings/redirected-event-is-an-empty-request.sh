#!/usr/bin/env bash
# openlineage-python 1.54.0, apprise 2.3.0, slack-sdk 3.48.0
#
# A server of lineage, or a webhook, has moved, as from http to https, and its old address answers 301 or 302. OpenLineage's
# client, Apprise and Slack's webhook client then ask the new address with GET and without the event or the message. What
# answers that GET with 200, as most pages do, counts as delivered: no error, SUCCESS and 200. With 307 and 308 the first
# two send the body again; Slack's returns 307 and 308, for which it has no handler.
# Seen for 301: OpenLineage no error, Apprise true, Slack 200; at the new address each time GET with 0 bytes
#
# Most would guess: the event is sent to the new address, or the call fails.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    openlineage-python==1.54.0 apprise==2.3.0 slack-sdk==3.48.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.uuid import generate_new_uuid
from slack_sdk.webhook import WebhookClient

arrived = []


class Moved(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_new = self.path.startswith("/new/")
        if is_new:
            arrived.append((self.command, len(body) > 0))
        self.send_response(200 if is_new else status)
        if not is_new:
            self.send_header("Location", f"{address}/new{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Moved)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"


def sent_by_openlineage():
    client = OpenLineageClient(config={"transport": {"type": "http", "url": address}})
    client.emit(
        RunEvent(
            eventType=RunState.COMPLETE,
            eventTime=dt.datetime.now(dt.UTC).isoformat(),
            run=Run(runId=str(generate_new_uuid())),
            job=Job("pipelines", "orders"),
            producer="https://example.com/pipelines",
        )
    )
    return "no error"


def sent_by_apprise():
    notifier = apprise.Apprise()
    notifier.add(f"{address.replace('http://', 'json://')}/hook")
    return bool(notifier.notify(title="orders", body="failed"))


def sent_by_slack():
    return WebhookClient(f"{address}/hook").send(text="orders failed").status_code


def answers():
    found = {}
    for send in (sent_by_openlineage, sent_by_apprise, sent_by_slack):
        arrived.clear()
        found[send.__name__.removeprefix("sent_by_")] = (send(), list(arrived))
    print(status, found)
    return found


EMPTY, WHOLE = [("GET", False)], [("POST", True)]
for status in (301, 302):
    assert answers() == {"openlineage": ("no error", EMPTY), "apprise": (True, EMPTY), "slack": (200, EMPTY)}
for status in (307, 308):
    assert answers() == {"openlineage": ("no error", WHOLE), "apprise": (True, WHOLE), "slack": (status, [])}
server.shutdown()
print("held: after 301 and 302 an empty request is taken for the delivery of an event or a message")
PYTHON
