#!/usr/bin/env bash
# adbc-driver-sqlite 1.13.0, pyarrow 26.0.1, CPython's sqlite3
#
# A column of SQLite that has numbers and one text, as "n/a", is read through ADBC as texts in which numbers have seven digits:
# 123456789.25 is 1.234568e+08, and two amounts that differ by 12 are one text. Without the text among them they are exact. On the
# way in, an instant of Berlin is written as the time of UTC without a mark of it, so that it is another when read as local time.
# Seen: n/a, 123456789.25, 123456801.5 and 1.5: n/a, 1.234568e+08 twice, 1.500000e+00; 12:00 in Berlin: 2024-01-01T11:00:00
#
# Most would guess: 123456789.25, as SQLite itself makes text of it, and an offset or a Z.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check adbc-driver-sqlite==1.13.0 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import sqlite3
import zoneinfo

import adbc_driver_sqlite.dbapi
import pyarrow

ROWS = "select 'n/a' as amount union all select 123456789.25 union all select 123456801.5 union all select 1.5"
with adbc_driver_sqlite.dbapi.connect() as connection, connection.cursor() as cursor:
    cursor.execute(ROWS)
    with_text = cursor.fetch_arrow_table()["amount"].to_pylist()
    cursor.execute("select 1.5 as amount union all select 123456789.25")
    numbers = cursor.fetch_arrow_table()["amount"].to_pylist()
    noon = datetime.datetime(2024, 1, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    cursor.adbc_ingest("runs", pyarrow.table({"at": pyarrow.array([noon], pyarrow.timestamp("s", "Europe/Berlin"))}))
    cursor.execute("select at from runs")
    (stored,) = cursor.fetchone()
(by_sqlite,) = sqlite3.connect(":memory:").execute("select cast(123456789.25 as text)").fetchone()
print(with_text, numbers, stored, by_sqlite)
assert with_text == ["n/a", "1.234568e+08", "1.234568e+08", "1.500000e+00"], with_text
assert numbers == [1.5, 123456789.25], numbers
assert stored == "2024-01-01T11:00:00", stored
assert by_sqlite == "123456789.25", by_sqlite
print("held: beside a text an amount has seven digits")
PYTHON
