#!/usr/bin/env bash
# sqlmesh 0.236.4, duckdb 1.5.6
#
# Macros of SQLMesh that make SQL. `@OR()` leaves out conditions that are switched off by `@IF`; when none is left it is
# TRUE, so a filter for no kind of error finds each row. `@GENERATE_SURROGATE_KEY` joins its columns by a vertical bar,
# so the rows ("a|b", "c") and ("a", "b|c") have one key. `@SAFE_SUB` of nothing and 5 is -5, `@SQL('1 + 1') * 2` is 3,
# and `@EVAL(-7 % 3)` is 2 where the database says -1.
# Seen: 3 of 3 rows; 1 distinct key for 2 rows
#
# Most would guess: no rows, as "any of none" is false, and two keys.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlmesh==0.236.4 duckdb==1.5.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
from sqlmesh.core.dialect import parse
from sqlmesh.core.macros import MacroEvaluator

connection = duckdb.connect()
connection.execute("create table checks as select * from (values ('late'), ('empty'), ('good')) as t(kind)")
connection.execute("create table names as select * from (values ('a|b', 'c'), ('a', 'b|c')) as t(first, second)")


def query(sql, **variables):
    evaluator = MacroEvaluator("duckdb")
    evaluator.locals.update(variables)
    (tree,) = parse(sql, default_dialect="duckdb")
    return connection.execute(evaluator.transform(tree).sql("duckdb")).fetchall()


CHECKS = "select count(*) from checks where @OR(@IF(@late, kind = 'late'), @IF(@empty, kind = 'empty'))"
seen = {
    "both": query(CHECKS, late=True, empty=True)[0][0],
    "one": query(CHECKS, late=True, empty=False)[0][0],
    "none": query(CHECKS, late=False, empty=False)[0][0],
    "keys": query("select count(distinct @GENERATE_SURROGATE_KEY(first, second)) from names")[0][0],
    "less": query("select @SAFE_SUB(null::int, 5)")[0][0],
    "twice": query("select @SQL('1 + 1') * 2")[0][0],
    "rest": query("select @EVAL(-7 % 3), -7 % 3")[0],
}
print(seen)
assert seen == {"both": 2, "one": 1, "none": 3, "keys": 1, "less": -5, "twice": 3, "rest": (2, -1)}, seen
print("held: any of none is all")
PYTHON
