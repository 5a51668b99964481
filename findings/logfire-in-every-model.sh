#!/usr/bin/env bash
# logfire 5.2.0, pydantic 2.14.3
#
# Installing logfire changes every program of the environment that uses pydantic, whether it imports logfire or not: the
# first model loads logfire as a plugin of pydantic, and with it OpenTelemetry and rich. Nothing is sent and nothing said;
# the program starts later and is larger. PYDANTIC_DISABLE_PLUGINS=logfire-plugin turns it off.
# Seen: 743 modules in place of 216
#
# Most would guess: a library that is never imported is not loaded.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check logfire==5.2.0 pydantic==2.14.3

cat >"$folder/model.py" <<'PYTHON'
import sys

from pydantic import BaseModel


class Order(BaseModel):
    number: int


assert Order(number=1).number == 1
print(len(sys.modules), *[name for name in ("logfire", "opentelemetry", "rich") if name in sys.modules])
PYTHON
with=$("$folder/venv/bin/python" "$folder/model.py")
without=$(PYDANTIC_DISABLE_PLUGINS=logfire-plugin "$folder/venv/bin/python" "$folder/model.py")
echo "with logfire installed: $with"
echo "with its plugin off:    $without"
case $with in *logfire*opentelemetry*) ;; *) echo "a model no longer loads logfire"; exit 1 ;; esac
case $without in *logfire*) echo "the variable no longer turns it off"; exit 1 ;; esac
[ "${with%% *}" -gt $((${without%% *} * 2)) ] || { echo "it loads fewer than twice the modules now"; exit 1; }
echo "held: a model of pydantic loads logfire, which the program never imports"
