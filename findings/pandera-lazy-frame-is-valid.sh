#!/usr/bin/env bash
# pandera 0.35.0, polars 2.1.0
#
# A schema of pandera for a column above 0, unique and not null refuses a DataFrame of Polars with -1, with 1 twice and
# with a null. It accepts a LazyFrame with the same values, each time, before and after it is collected: for a LazyFrame
# only names and types are compared, of what is checked nothing runs. There is no error and no warning.
#
# Most would guess: the checks run when the frame is collected, as all else of a LazyFrame.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandera==0.35.0 polars==2.1.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandera.polars as pandera
import polars

SCHEMA = pandera.DataFrameSchema({"rows": pandera.Column(float, pandera.Check.gt(0), unique=True, nullable=False)})
WRONG = {"check": [-1.0], "unique": [1.0, 1.0], "null": [1.0, None]}


def passes(frame):
    try:
        SCHEMA.validate(frame).lazy().collect()
    except pandera.errors.SchemaError:
        return False
    return True


with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    seen = {
        kind.__name__: [passes(kind({"rows": rows})) for rows in WRONG.values()]
        for kind in (polars.DataFrame, polars.LazyFrame)
    }
    of_texts = passes(polars.LazyFrame({"rows": ["a"]}))
print(seen, of_texts, len(warned))
assert seen == {"DataFrame": [False] * 3, "LazyFrame": [True] * 3}, seen
assert not of_texts and not warned, (of_texts, warned)
print("held: what is not allowed in a DataFrame is valid in a LazyFrame")
PYTHON
