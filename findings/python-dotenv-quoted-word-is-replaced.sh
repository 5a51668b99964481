#!/usr/bin/env bash
# python-dotenv 1.2.4
#
# A value in single quotes has no escapes, as in a shell: '\n' stays two signs. But names in braces behind a dollar are
# replaced in it: of a password 'a${b}c' the middle is gone, since there is no variable b, without a warning; with one
# of that name it is another password. A dollar without braces stays, in all kinds of quotes. A shell that reads the
# same file has the whole password; only interpolate=False has it here.
# Seen: PASSWORD='a${b}c' -> ac; '\n' stays; "$b" stays
#
# Most would guess: a${b}c, as single quotes turn replacing off in a shell and in other readers of such files.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-dotenv==1.2.4

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import io
import subprocess

from dotenv import dotenv_values

FILE = """PASSWORD='a${b}c'
LINE='x\\ny'
PLAIN="a$b"
"""
seen = dict(dotenv_values(stream=io.StringIO(FILE)))
print(seen)
assert seen == {"PASSWORD": "ac", "LINE": "x\\ny", "PLAIN": "a$b"}, seen
shell = subprocess.run(["bash", "-c", FILE + 'printf %s "$PASSWORD"'], capture_output=True, text=True, check=True)
assert shell.stdout == "a${b}c", shell.stdout
assert dotenv_values(stream=io.StringIO(FILE), interpolate=False)["PASSWORD"] == "a${b}c"
print("held: a password loses its middle")
PYTHON
