#!/usr/bin/env bash
# ruamel.yaml 0.19.1
#
# A file is read, changed and written with its comments. The comment above a deleted key stays, and now stands above the
# next key, whose own comment is gone. In a list that is reversed the comments stay at their places, so each is at
# another value; in one that is sorted they move along. A list that is filtered into itself has none.
# Seen: # ceiling stands above port, whose own comment is gone; after reverse() `- 3 # one`
#
# Most would guess: a comment goes with its line, or is lost.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ruamel.yaml==0.19.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io

from ruamel.yaml import YAML


def changed(text, change):
    document = YAML().load(text)
    change(document)
    written = io.StringIO()
    YAML().dump(document, written)
    return written.getvalue()


settings = "a: 1\n# ceiling\nlimit: 2\n# of the test server\nport: 3\n"
steps = "steps:\n- 1 # one\n- 2 # two\n- 3 # three\n"
seen = {
    "deleted": changed(settings, lambda document: document.pop("limit")),
    "reversed": changed(steps, lambda document: document["steps"].reverse()),
    "sorted": changed(steps, lambda document: document["steps"].sort(reverse=True)),
}
print(*seen.values(), sep="\n")
assert seen["deleted"] == "a: 1\n# ceiling\nport: 3\n", seen
assert seen["reversed"] == "steps:\n- 3 # one\n- 2 # two\n- 1 # three\n", seen
assert seen["sorted"] == "steps:\n- 3 # three\n- 2 # two\n- 1 # one\n", seen
print("held: a comment stays where it was, and is another key's")
PYTHON
