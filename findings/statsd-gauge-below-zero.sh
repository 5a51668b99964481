#!/usr/bin/env bash
# datadog 0.56.0, statsd 4.0.1, statsd 0.9.0 (npm)
#
# A gauge of -5 that the client of Datadog sends to the StatsD daemon takes 5 away: in StatsD's protocol a sign marks a
# change, and a negative value needs a zero before it. The Python package statsd sends that zero; the client of Datadog
# does not, as Datadog's own agent reads signs as values. So a temperature that falls from 10 to -5 is 5.
# Seen: "x:-5|g": 5; "x:0|g", "x:-5|g": -5
#
# Most would guess: a gauge is set to the value that is sent, whichever client sends it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datadog==0.56.0 statsd==4.0.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts statsd@0.9.0

"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib
import re
import socket
import subprocess
import time

import statsd
from datadog.dogstatsd import DogStatsd

HOST = "127.0.0.1"


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]


def gauges():
    with socket.create_connection((HOST, management), timeout=5) as connection:
        connection.sendall(b"gauges\n")
        text = b""
        while b"END" not in text:
            text += connection.recv(4096)
    return {name: float(value) for name, value in re.findall(r"(\w+)'?: (-?[\d.]+)", text.decode())}


def waits_for(condition):
    for _ in range(100):
        try:
            if condition(gauges()):
                return
        except OSError:
            pass  # the daemon is not up yet
        time.sleep(0.1)
    raise SystemExit("the daemon did not answer")


port, management = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
settings = {"address": HOST, "port": port, "mgmt_address": HOST, "mgmt_port": management, "backends": []}
pathlib.Path("settings.js").write_text(json.dumps(settings))
daemon = subprocess.Popen(["node", "node_modules/statsd/stats.js", "settings.js"], stdout=subprocess.DEVNULL)
try:
    waits_for(lambda seen: True)
    of_datadog, of_statsd = DogStatsd(HOST, port, disable_telemetry=True), statsd.StatsClient(HOST, port)
    for value in (10, -5):
        of_datadog.gauge("datadog", value)
        of_datadog.flush()
        of_statsd.gauge("statsd", value)
    of_statsd.gauge("end", 1)
    waits_for(lambda seen: "end" in seen)
    seen = gauges()
finally:
    daemon.terminate()
    daemon.wait()
print(seen)
assert seen["datadog"] == 5 and seen["statsd"] == -5, seen
print("held: a gauge that falls from 10 to -5 is 5")
PYTHON
