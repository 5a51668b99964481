#!/usr/bin/env bash
# chdb 4.4.0
#
# Where the right side of a LEFT JOIN has no row, its columns are not NULL but the default of their type: 0, an empty
# text, 1 January 1970. An average counts them, a minimum is in 1970, and a search for what has no partner finds
# nothing. lag() before the first row and lead() after the last one are 0, too, so that the growth of the first day is
# all there is. Only the setting join_use_nulls, or columns that are Nullable, change that.
# Seen: avg 2.5, min 1970-01-01, 0 rows without a partner; with join_use_nulls 5, 2024-01-01 and 1
#
# Most would guess: 5, 2024-01-01 and 1 row, as in SQL the missing side is NULL.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check chdb==4.4.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import chdb


def ask(query):
    return str(chdb.query(query, "CSV")).strip().replace("\n", "; ").replace("\"", "")



ORDERS = "values('id Int32', (1), (2)) AS orders"
PAID = "values('id Int32, amount Int32, at Date', (1, 5, '2024-01-01')) AS paid"
NUMBERS = f"SELECT avg(paid.amount), min(paid.at) FROM {ORDERS} LEFT JOIN {PAID} USING id"
UNPAID = f"SELECT count() FROM {ORDERS} LEFT JOIN {PAID} USING id WHERE paid.amount IS NULL"
NULLS = " SETTINGS join_use_nulls = 1"

seen = ask(NUMBERS), ask(UNPAID)
print(*seen)
assert seen == ("2.5,1970-01-01", "0"), seen
assert (ask(NUMBERS + NULLS), ask(UNPAID + NULLS)) == ("5,2024-01-01", "1")
growth = ask("SELECT v - lag(v) OVER (ORDER BY d) FROM values('d Int32, v Int32', (1, 100), (2, 101))")
print(growth)
assert growth == "100; 1", growth
print("held: who has paid nothing has paid 0")
PYTHON
