#!/usr/bin/env bash
# datafusion 55.0.0, pyarrow 26.0.1, duckdb 2.0.1
#
# Sums of the SQL of DataFusion. 9223372036854775807 and 1 are negative together, as a sum, in a window and by +, where
# DuckDB has a sum of more bits or an error; the mean is right. 100 and 100 of eight bits are -56 by +. A cast that
# does not fit is an error, though. And SIMILAR TO looks anywhere in the text, as ~ does, where the standard compares
# the whole of it: 'ab' is similar to 'a', and not to 'a%'.
# Seen: -9223372036854775808 of sum(x), and true of 'ab' SIMILAR TO 'a'
#
# Most would guess: an error or 9223372036854775808, and false.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  datafusion==55.0.0 pyarrow==26.0.1 duckdb==2.0.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datafusion
import duckdb


def holds(query, expected, other):
    (seen,) = (column[0] for column in datafusion.SessionContext().sql("SELECT " + query).to_pydict().values())
    try:
        (beside,) = duckdb.connect().execute("SELECT " + query).fetchone()
    except duckdb.Error as error:
        beside = type(error).__name__
    print(f"{query}: {seen}, {beside}")
    assert (seen, beside) == (expected, other), query


ROWS = "FROM (VALUES (9223372036854775807), (1)) AS v(x)"
holds(f"sum(x) {ROWS}", -9223372036854775808, 9223372036854775808)
holds(f"sum(x) OVER () {ROWS} LIMIT 1", -9223372036854775808, 9223372036854775808)
holds(f"avg(x) {ROWS}", 4.611686018427388e18, 4.611686018427388e18)
holds("9223372036854775807 + 1", -9223372036854775808, "OutOfRangeException")
holds("CAST(100 AS TINYINT) + CAST(100 AS TINYINT)", -56, "OutOfRangeException")
holds("'ab' SIMILAR TO 'a'", True, False)
holds("'a' SIMILAR TO 'a'", True, True)
print("held: a sum of large numbers is negative")
PYTHON
