#!/usr/bin/env bash
# pyspark 4.3.0, Java 17
#
# hash() and xxhash64() of Spark, which are used to find rows that have changed and to make keys, leave out what is
# null. A row (1, null) has the hash of (null, 1) and of 1 alone, so a value that moves from one column to the next,
# as a credit that becomes a debit, is no change. Without a null, (1, 2) and (2, 1) differ. sha2 over concat_ws has
# the same hash, too, as that leaves out nulls.
# Seen: hash(null, 1), hash(1, null), hash(1): -559580957 each
#
# Most would guess: another hash, as the columns are other ones.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyspark==4.3.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pyspark.sql import SparkSession

session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
session.sparkContext.setLogLevel("OFF")
query = """
    select hash(null, 1), hash(1, null), hash(1), xxhash64(null, 1), xxhash64(1, null), hash(1, 2) = hash(2, 1),
      sha2(concat_ws('|', null, '1'), 256) = sha2(concat_ws('|', '1', null), 256)
"""
seen = list(session.sql(query).collect()[0])
session.stop()
print(seen)
assert seen[0] == seen[1] == seen[2] == -559580957, seen
assert seen[3] == seen[4] and seen[5:] == [False, True], seen
print("held: a debit has the hash of a credit")
PYTHON
