#!/usr/bin/env bash
# loguru 0.7.3
#
# A log with rotation="8 kb" is rotated at 1000 bytes, one with "8 kB" or "8 KB" at 8000: a small b is a bit. So "100
# mb" are 12.5 million bytes, and "1 gb" is an eighth of one. A k or an M is 1000 or a million in either case.
#
# Most would guess: a file's size is in bytes, in capitals or not, as the documentation has rotation="500 MB".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check loguru==0.7.3
export TMPDIR="$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import tempfile

from loguru import logger

logger.remove()
seen = {}
for size in ("8 kb", "8 kB", "8 KB", "8 Kb"):
    folder = pathlib.Path(tempfile.mkdtemp())
    sink = logger.add(folder / "run.log", rotation=size, format="{message}")
    for _ in range(70):
        logger.info("x" * 99)
    logger.remove(sink)
    seen[size] = len(list(folder.iterdir()))
print("files of 7,000 bytes:", seen)
assert seen == {"8 kb": 7, "8 kB": 1, "8 KB": 1, "8 Kb": 7}, seen
print("held: 8 kb are a thousand bytes")
PYTHON
