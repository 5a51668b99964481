#!/usr/bin/env bash
# backoff 2.2.1, tenacity 9.2.1
#
# A function that always fails, with retries set to none: backoff with max_tries=0 calls it for ever (a hundred calls
# here, then the function gives up itself), tenacity with stop_after_attempt(0) calls it once. A setting of 0 that is
# passed through switches retries off with the one and never stops with the other.
#
# Most would guess: one call, or an error that 0 is no number of tries.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check backoff==2.2.1 tenacity==9.2.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import backoff
import tenacity

calls = []


def fails():
    calls.append(1)
    if len(calls) == 100:
        raise KeyError("enough")
    raise ValueError


def count(decorate):
    calls.clear()
    try:
        decorate(fails)()
    except (ValueError, KeyError):
        return len(calls)


seen = (
    count(backoff.on_exception(backoff.constant, ValueError, max_tries=0, interval=0)),
    count(tenacity.retry(stop=tenacity.stop_after_attempt(0), reraise=True)),
)
print(seen)
assert seen == (100, 1), seen
print("held: zero tries are endless with backoff and one with tenacity")
PYTHON
