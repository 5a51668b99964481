#!/usr/bin/env bash
# datasets 5.2.0, pandas 2.3.3
#
# A table of Hugging Face that is written and read again. By JSON a float has nine digits behind its point, so that
# 0.1234567890123456 is 0.123456789, and a decimal of 22 digits is 1.23456789e+19. A time and a duration are integers,
# of seconds with this pandas, beside a date, which is one of milliseconds. By CSV a list is the text "[1 2]", the text
# "NA" is missing and "007" is 7. By Parquet all of them stay as they were.
# Seen: {"at":1704164645,"day":1704153600000,"x":0.123456789}
#
# Most would guess: the float and the text that were written, and one unit for a time and a date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datasets==5.2.0 pandas==2.3.3

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import os

os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=os.path.abspath("home"))
from datetime import date, datetime, timedelta
from decimal import Decimal

import datasets

datasets.disable_progress_bars()


def written(form, **columns):
    table = datasets.Dataset.from_dict({name: [value] for name, value in columns.items()})
    getattr(table, "to_" + form)("rows")
    return datasets.load_dataset(form, data_files="rows", split="train")[0]


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert repr(seen) == repr(expected), text


row = {"at": datetime(2024, 1, 2, 3, 4, 5, 678901), "day": date(2024, 1, 2), "x": 0.1234567890123456}
holds("JSON", written("json", **row), {"at": 1704164645, "day": 1704153600000, "x": 0.123456789})
holds("a duration", written("json", took=timedelta(hours=36)), {"took": 129600})
holds("a decimal", written("json", amount=Decimal("12345678901234567890.12")), {"amount": 1.23456789e19})
holds("Parquet", written("parquet", **row), row)
texts = {"key": "007", "country": "NA", "parts": [1, 2]}
holds("CSV", written("csv", **texts), {"key": 7, "country": None, "parts": "[1 2]"})
holds("Parquet", written("parquet", **texts), texts)
print("held: an amount has nine digits")
PYTHON
