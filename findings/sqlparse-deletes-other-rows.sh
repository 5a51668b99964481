#!/usr/bin/env bash
# sqlparse 0.6.1, @electric-sql/pglite 0.5.17 (npm, PostgreSQL 18.7)
#
# A DELETE whose comments were stripped by sqlparse deletes other rows. In PostgreSQL "#" is an operator, exclusive or;
# sqlparse takes it, with what is left of the line, for a comment. The condition "flags = 4 # 1 AND id = 3", which is
# true of one row with the flags 5, becomes "flags = 4", so that row stays and the two others are gone.
# Seen: the rows 1 and 2 are left as written, the row 3 after stripping comments
#
# Most would guess: a text without a comment comes back as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlparse==0.6.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import sqlparse

QUERY = "DELETE FROM runs WHERE flags = 4 # 1 AND id = 3"
stripped = sqlparse.format(QUERY, strip_comments=True)
print(stripped)
assert stripped == "DELETE FROM runs WHERE flags = 4", stripped
pathlib.Path("written.sql").write_text(QUERY)
pathlib.Path("stripped.sql").write_text(stripped)
PYTHON
node --input-type=module - <<'NODE'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";

const left = async (file) => {
  const database = new PGlite();
  await database.exec("CREATE TABLE runs (id int, flags int); INSERT INTO runs VALUES (1, 4), (2, 4), (3, 5)");
  await database.exec(readFileSync(file, "utf8"));
  return (await database.query("SELECT id FROM runs ORDER BY id")).rows.map((row) => row.id);
};
const seen = { written: await left("written.sql"), stripped: await left("stripped.sql") };
console.log(seen);
assert.deepStrictEqual(seen, { written: [1, 2], stripped: [3] });
console.log("held: without its comments a DELETE deletes other rows");
NODE
