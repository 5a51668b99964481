#!/usr/bin/env bash
# pyspark 4.3.0, Java 17, pyarrow 26.0.1
#
# A column of texts that a Parquet table is partitioned by goes into the names of folders, and comes back as what
# these look like to Java: the seats 5d and 7f are the numbers 5.0 and 7.0, as d and f are Java's suffixes of a double
# and a float; seat 5a beside them keeps all of them texts. The releases 1.10 and 1.1 are both 1.1, so two keys are
# one. An empty text is null. pyarrow reads 5d and 7f as texts from the same folders.
# Seen: 5d, 7f -> 5.0, 7.0; 1.10, 1.1 -> 1.1, 1.1
#
# Most would guess: the texts that were written, or at most whole numbers for digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyspark==4.3.0 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow.dataset
from pyspark.sql import SparkSession

builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
session.sparkContext.setLogLevel("OFF")


def read_back(folder, keys):
    frame = session.createDataFrame(list(enumerate(keys)), "n int, k string")
    frame.write.partitionBy("k").parquet(folder)
    return [row["k"] for row in session.read.parquet(folder).sort("n").collect()]


seen = {
    "seats": read_back("seats", ["5d", "7f"]),
    "with 5a": read_back("more", ["5d", "7f", "5a"]),
    "releases": read_back("releases", ["1.10", "1.1"]),
    "empty": read_back("empty", ["x", ""]),
}
session.stop()
seen["pyarrow"] = sorted(pyarrow.dataset.dataset("seats", partitioning="hive").to_table()["k"].to_pylist())
print(seen)
assert seen == {
    "seats": [5.0, 7.0],
    "with 5a": ["5d", "7f", "5a"],
    "releases": [1.1, 1.1],
    "empty": ["x", None],
    "pyarrow": ["5d", "7f"],
}, seen
print("held: seats are numbers")
PYTHON
