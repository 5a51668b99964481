#!/usr/bin/env bash
# datadog 0.56.0, statsd 4.0.1
#
# A load of a fifth of a second, timed by the client of Datadog, is sent as "0.2...|ms": seconds, with the unit of
# milliseconds beside them, so a thousandth of what it took. The timer of the client statsd sends "200...|ms" for the
# same. Datadog's own timing() beside it takes milliseconds. A timedelta of 2 seconds is sent as the text
# "0:00:02|ms", which is no number; statsd sends 2000. use_ms=True makes it milliseconds.
#
# Most would guess: a timer sends milliseconds, as its packet says and as the StatsD protocol has it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datadog==0.56.0 statsd==4.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import socket
import time

import statsd
from datadog.dogstatsd import DogStatsd

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
server.settimeout(10)
host, port = server.getsockname()
of_datadog = DogStatsd(host, port, disable_telemetry=True, disable_buffering=True)
of_statsd = statsd.StatsClient(host, port)


def sent(timer):
    with timer:
        time.sleep(0.2)
    return received()


def received():
    name, _, value = server.recv(1000).decode().strip().partition(":")
    return value


seen = {
    "datadog": sent(of_datadog.timed("load")),
    "datadog, use_ms": sent(of_datadog.timed("load", use_ms=True)),
    "statsd": sent(of_statsd.timer("load")),
}
of_datadog.timing("load", datetime.timedelta(seconds=2))
seen["datadog, timedelta"] = received()
of_statsd.timing("load", datetime.timedelta(seconds=2))
seen["statsd, timedelta"] = received()
print(seen)
values = {name: float(value.removesuffix("|ms")) for name, value in seen.items() if name != "datadog, timedelta"}
assert all(value.endswith("|ms") for value in seen.values()), seen
assert 0.2 <= values["datadog"] < 20 <= 200 <= values["statsd"] and values["datadog, use_ms"] >= 200, seen
assert seen["datadog, timedelta"] == "0:00:02|ms" and values["statsd, timedelta"] == 2000, seen
print("held: the timer of Datadog sends seconds as milliseconds")
PYTHON
