#!/usr/bin/env bash
# syslog-rfc5424-parser 0.3.2
#
# RFC 5424 allows a parameter more than once and has an origin with two addresses as an example. Of two addresses the
# last is left. The process 0012, a name, is the number 12. What is missing ("-") is None for the process and the
# message's id, and the text "-" for the host, the application and the time.
# Seen: {'origin': {'ip': '192.0.2.129'}} of ip="192.0.2.1" ip="192.0.2.129"
#
# Most would guess: both addresses are there, and what is missing is None.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check syslog-rfc5424-parser==0.3.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from syslog_rfc5424_parser import SyslogMessage

two = SyslogMessage.parse(
    '<34>1 2024-01-31T12:00:00Z web loader 0012 ID [origin ip="192.0.2.1" ip="192.0.2.129"] started'
).as_dict()
nothing = SyslogMessage.parse("<34>1 - - - - - - ").as_dict()
print(two, nothing)
assert two["sd"] == {"origin": {"ip": "192.0.2.129"}}, two
assert two["procid"] == 12, two
assert nothing["procid"] is None and nothing["msgid"] is None, nothing
assert nothing["hostname"] == nothing["appname"] == nothing["timestamp"] == "-", nothing
print("held: of two addresses one is left")
PYTHON
