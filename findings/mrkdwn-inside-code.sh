#!/usr/bin/env bash
# markdown-to-mrkdwn 0.3.3
#
# Made for messages to Slack, it takes blocks of code as they are, but not code within a line: of two stars there it
# makes underscores, so a statement with two count(*) arrives as another one, and __init__ loses its underscores.
#
# Most would guess: code is left as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check markdown-to-mrkdwn==0.3.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from markdown_to_mrkdwn import SlackMarkdownConverter

texts = [
    "`SELECT count(*), sum(x) FROM a HAVING count(*) > 1`",
    "`__init__`",
    "```\nSELECT count(*), sum(x) FROM a HAVING count(*) > 1\n```",
]
seen = [SlackMarkdownConverter().convert(text) for text in texts]
print(seen)
assert seen[0] == "`SELECT count(_), sum(x) FROM a HAVING count(_) > 1`", seen
assert seen[1] == "`*init*`", seen
assert seen[2] == texts[2], seen
print("held: code within a line is changed, a block of code is not")
PYTHON
