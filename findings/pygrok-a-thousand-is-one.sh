#!/usr/bin/env bash
# pygrok 1.0.0
#
# The pattern NUMBER is looked for anywhere in a line, and takes as many characters as it knows: digits and one decimal
# point. Of a number with an exponent, as many programs log durations and sizes, it takes what stands before the e; of
# one with thousands what stands before the comma. The rest of the line is ignored, so that the line matches, and
# :float makes a plausible number of it.
# Seen: took 1e3 ms -> 1.0, took 2.5e-05 s -> 2.5, sent 1,234 bytes -> 1
#
# Most would guess: 1000.0 and 0.000025, and no match for 1,234.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pygrok==1.0.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from pygrok import Grok

grok = Grok("%{WORD} %{NUMBER:value:float}")
seen = {line: grok.match(line)["value"] for line in ("took 1e3 ms", "took 2.5e-05 s", "sent 1,234 bytes")}
print(seen)
assert seen == {"took 1e3 ms": 1.0, "took 2.5e-05 s": 2.5, "sent 1,234 bytes": 1.0}, seen
# With what follows in the pattern the line does not match any more.
assert Grok("took %{NUMBER:value:float} ms").match("took 1e3 ms") is None
assert Grok("took %{NUMBER:value:float} ms").match("took 1000 ms") == {"value": 1000.0}
print("held: a thousand is one")
PYTHON
