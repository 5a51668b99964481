#!/usr/bin/env bash
# python-decouple 3.8, python-dotenv 1.2.4
#
# One .env file has two meanings. `export PORT=5433`, as a shell reads it, is a setting with the name "export PORT" for
# decouple, so PORT has its default, without an error. What follows a # on a line is part of the value, so the host is "db #
# the replica". A password in quotes that has a \n, or a name as ${USER}, is taken as it is, where dotenv reads a line break
# and puts the name's value in. A list leaves out its empty parts, so the third of a,,c is the second.
# Seen (decouple, dotenv): PORT: 5432, 5433; HOST: "db # the replica", "db"; PASSWORD: 6 letters, 5; PLACE:
#       "${ROOT}/in", "/data/in"; a,,c: ["a", "c"]
#
# Most would guess: one meaning, or an error for a line that is not understood.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-decouple==3.8 python-dotenv==1.2.4

cd "$folder"
cat > .env <<'ENV'
export PORT=5433
HOST=db # the replica
PASSWORD="ab\ncd"
ROOT=/data
PLACE=${ROOT}/in
COLUMNS_READ=a,,c
ENV
env -u PORT -u HOST -u PASSWORD -u ROOT -u PLACE -u COLUMNS_READ "$folder/venv/bin/python" - <<'PYTHON'
import decouple
import dotenv

config = decouple.Config(decouple.RepositoryEnv(".env"))
by_decouple = (
    config("PORT", default=5432, cast=int),
    config("HOST"),
    len(config("PASSWORD")),
    config("PLACE"),
    config("COLUMNS_READ", cast=decouple.Csv()),
)
values = dotenv.dotenv_values(".env")
by_dotenv = int(values["PORT"]), values["HOST"], len(values["PASSWORD"]), values["PLACE"], values["COLUMNS_READ"].split(",")
print(by_decouple, by_dotenv)
assert by_decouple == (5432, "db # the replica", 6, "${ROOT}/in", ["a", "c"]), by_decouple
assert by_dotenv == (5433, "db", 5, "/data/in", ["a", "", "c"]), by_dotenv
print("held: an exported port is the default")
PYTHON
