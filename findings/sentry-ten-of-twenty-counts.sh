#!/usr/bin/env bash
# sentry-sdk 2.75.0
#
# Of the row counts of twenty tables, given as an extra or with a breadcrumb, an event of Sentry has the first ten; of
# a list of twenty, too. What lies five levels deep is text. Nothing is logged; beside an extra a note has how many
# there were. The same counts as a context are all there. A count named "session" or "auth" is "[Filtered]".
#
# Most would guess: what is too large is cut with a mark where it is cut, and twenty numbers are not too large.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sentry-sdk==2.75.0

"$folder/venv/bin/python" - <<'PYTHON'
import sentry_sdk
from sentry_sdk.transport import Transport

COUNTS = {f"table_{number}": number for number in range(20)}
events = []


class Kept(Transport):
    def capture_envelope(self, envelope):
        events.append(envelope.get_event())


sentry_sdk.init(dsn="http://key@localhost/1", transport=Kept)
with sentry_sdk.new_scope() as scope:
    scope.set_extra("row_counts", COUNTS)
    scope.set_extra("sizes", list(COUNTS.values()))
    scope.set_extra("session", 5)
    scope.set_extra("deep", {"a": {"b": {"c": {"d": {"e": 1}}}}})
    scope.set_context("row_counts", COUNTS)
    scope.add_breadcrumb(message="loaded", data=COUNTS)
    scope.capture_message("done")
(event,) = events
extra, crumb = event["extra"], event["breadcrumbs"]["values"][0]["data"]
print(extra, len(crumb), len(event["contexts"]["row_counts"]))
ten = dict(list(COUNTS.items())[:10])
assert extra["row_counts"] == crumb == ten and extra["sizes"] == list(range(10)), (extra, crumb)
assert COUNTS.items() <= event["contexts"]["row_counts"].items(), event["contexts"]
assert extra["session"] == "[Filtered]" and extra["deep"]["a"]["b"]["c"]["d"] == "{'e': 1}", extra
print("held: of twenty row counts in an extra the event has ten, and in a context all")
PYTHON
