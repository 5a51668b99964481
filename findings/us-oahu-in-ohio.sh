#!/usr/bin/env bash
# us 4.0.0, jellyfish 1.3.0
#
# `us.states.lookup` looks for a name of a state that sounds like the text, not only for one that is it. So Oahu, an
# island of Hawaii, is in Ohio, the town of Moon is in Maine, and a column named "taxes" is Texas. Nothing tells such an
# answer from that for "Ohio".
# Seen: Oahu: Ohio; Moon: Maine; Main: Maine; taxes: Texas; Tokyo: None
#
# Most would guess: None for what is neither a name nor an abbreviation of a state.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check us==4.0.0 jellyfish==1.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import us

seen = {text: str(us.states.lookup(text)) for text in ("Ohio", "OH", "Oahu", "Moon", "Main", "taxes", "Tokyo")}
print(seen)
assert seen == {
    "Ohio": "Ohio",
    "OH": "Ohio",
    "Oahu": "Ohio",
    "Moon": "Maine",
    "Main": "Maine",
    "taxes": "Texas",
    "Tokyo": "None",
}, seen
print("held: Oahu is in Ohio")
PYTHON
