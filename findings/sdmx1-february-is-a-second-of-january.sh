#!/usr/bin/env bash
# sdmx1 2.28.0, pandas 3.1.1
#
# Statistical offices write a month as 2024-01, or, as SDMX's reporting month, 2024-M01. With datetime=True sdmx1
# makes times of them: 2024-M01 is one second past midnight of 1 January, 2024-M02 two seconds, 2024-M12 twelve. With
# monthly periods all are January 2024, twelve values of one month. 2024-02 and 2024-Q2 are right. Of two values of
# one key the last is left, and a whole number of 16 digits is rounded.
# Seen: 2024-M02 -> 2024-01-01 00:00:02, and the period 2024-01
#
# Most would guess: 1 February, or an error, as for 2024-W05.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sdmx1==2.28.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import sdmx
import sdmx.model.v21 as model

structure = model.DataStructureDefinition(id="structure")
structure.dimensions.append(model.Dimension(id="GEO", order=1))
structure.dimensions.append(model.TimeDimension(id="TIME_PERIOD", order=2))


def times(periods, **options):
    data = model.GenericDataSet(structured_by=structure)
    for period in periods:
        data.obs.append(model.Observation(dimension=model.Key(GEO="DE", TIME_PERIOD=period), value="1"))
    return [str(time) for time in sdmx.to_pandas(data, **options).index]


MONTHS = ["2024-M01", "2024-M02"]
seen = {
    "times": times(MONTHS, datetime=True),
    "periods": times(MONTHS, datetime={"dim": "TIME_PERIOD", "freq": "M"}),
    "2024-02": times(["2024-01", "2024-02"], datetime=True)[1],
    "2024-Q2": times(["2024-Q1", "2024-Q2"], datetime=True)[1],
}
print(seen)
assert seen == {
    "times": ["2024-01-01 00:00:01", "2024-01-01 00:00:02"],
    "periods": ["2024-01", "2024-01"],
    "2024-02": "2024-02-01 00:00:00",
    "2024-Q2": "2024-04-01 00:00:00",
}, seen
print("held: February is two seconds of January")
PYTHON
