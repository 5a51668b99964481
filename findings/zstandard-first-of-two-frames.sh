#!/usr/bin/env bash
# zstandard 0.25.0, pyarrow 26.0.1, pandas 3.1.1, duckdb 2.0.1
#
# A file of Zstandard that was appended to is of several frames, one behind the other. Within one package
# `zstandard.open` and `stream_reader` read all of them, and `decompress` reads the first: two of four rows, without an
# error. pyarrow, pandas and DuckDB read all rows.
#
# Most would guess: all frames, as the format says, or an error for what is left.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  zstandard==0.25.0 pyarrow==26.0.1 pandas==3.1.1 duckdb==2.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io
import pathlib

import duckdb
import pandas
import pyarrow.csv
import zstandard

path = pathlib.Path("rows.csv.zst")
compressor = zstandard.ZstdCompressor()
path.write_bytes(compressor.compress(b"row\n1\n2\n") + compressor.compress(b"3\n4\n"))

decompressor = zstandard.ZstdDecompressor()
seen = {
    "open": zstandard.open(path, "rb").read(),
    "decompress": decompressor.decompress(path.read_bytes()),
    "stream_reader": decompressor.stream_reader(io.BytesIO(path.read_bytes())).read(),
}
rows = {
    "pyarrow": pyarrow.csv.read_csv(path)["row"].to_pylist(),
    "pandas": pandas.read_csv(path)["row"].tolist(),
    "duckdb": [row for (row,) in duckdb.sql(f"FROM '{path}'").fetchall()],
}
print(seen, rows)
assert seen == {"open": b"row\n1\n2\n3\n4\n", "decompress": b"row\n1\n2\n", "stream_reader": b"row\n1\n2\n3\n4\n"}, seen
assert all(one == [1, 2, 3, 4] for one in rows.values()), rows
print("held: of two frames the first is read, by one of three functions of one package")
PYTHON
