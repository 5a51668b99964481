#!/usr/bin/env bash
# sqllineage 1.5.9 (sqlfluff 4.5.0)
#
# A script that fills b from a, and then a from b, has no source, no target and no lineage of columns: both tables count as
# intermediate, and a path of columns is only followed from one that nothing feeds. A third statement into c gets a target, and
# still no path of columns. Inserting a table into itself does have it as source and target.
# Seen: a to b and back: sources [], targets [], intermediate [a, b], columns []; with c: targets [c], columns []
#
# Most would guess: both tables are sources and targets, and each column has a path.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqllineage==1.5.9 sqlfluff==4.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from sqllineage.runner import LineageRunner


def lineage(sql: str) -> tuple[list[str], list[str], list[str], int]:
    runner = LineageRunner(sql, dialect="ansi")
    tables = runner.source_tables, runner.target_tables, runner.intermediate_tables
    return *(sorted(table.raw_name for table in part) for part in tables), len(runner.get_column_lineage())


one_way = "INSERT INTO b SELECT x FROM a;"
and_back = one_way + "INSERT INTO a SELECT x FROM b;"
seen = (
    lineage(one_way),
    lineage(and_back),
    lineage(and_back + "INSERT INTO c SELECT x FROM b;"),
    lineage("INSERT INTO a SELECT x FROM a;"),
)
for row in seen:
    print("sources, targets, intermediate, paths of columns:", *row)
assert seen[0] == (["a"], ["b"], [], 1), seen[0]
assert seen[1] == ([], [], ["a", "b"], 0), seen[1]
assert seen[2] == ([], ["c"], ["a", "b"], 0), seen[2]
assert seen[3][:3] == (["a"], ["a"], []), seen[3]
print("held: two tables that feed each other have no source, no target and no lineage of columns")
PYTHON
