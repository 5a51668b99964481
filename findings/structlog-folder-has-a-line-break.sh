#!/usr/bin/env bash
# structlog 26.1.0
#
# A folder C:\new and a text with a line break are the same in logfmt: path=C:\new. A line break is written as a
# backslash and an n, and a backslash stays one, so who reads the line finds a break in the path. None and an empty text
# are both path=, and what is True is its key alone.
#
# Most would guess: a backslash is written twice, as where a text stands in quotes, so that what is written can be read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check structlog==26.1.0

"$folder/venv/bin/python" - <<'PYTHON'
from structlog.processors import LogfmtRenderer

render = LogfmtRenderer()
values = {
    "folder": "C:\\new",
    "two lines": "C:\new"[:2] + "\new"[:1] + "ew",
    "none": None,
    "empty": "",
    "true": True,
    "text of true": "true",
}
seen = {name: render(None, "info", {"path": value}) for name, value in values.items()}
print(seen)
assert values["folder"] != values["two lines"] and "\n" in values["two lines"]
assert seen["folder"] == seen["two lines"] == "path=C:\\new", seen
assert seen["none"] == seen["empty"] == "path=", seen
assert (seen["true"], seen["text of true"]) == ("path", "path=true"), seen
print("held: a folder and a text with a line break are one text")
PYTHON
