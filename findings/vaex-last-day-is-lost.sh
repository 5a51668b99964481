#!/usr/bin/env bash
# vaex-core 4.19.0, numpy 2.4.6, pandas 2.3.3
#
# vaex groups times with BinnerTime. Where the newest time is the beginning of a day, as it is in daily data, the
# group of that day is not there: of three days with 1, 2 and 3 orders, two are left with 3 of 6, without an error. A
# second past midnight all three are there. By week and month it is the same: the row of Friday, 1 March, is in no
# month. Weeks begin on Thursdays, as 1 January 1970 was one, so Wednesday, 6 March 2024, is in the week of 29
# February.
# Seen: {2024-03-04: 1, 2024-03-05: 2} of three days; weeks of 2024-02-29 and 2024-03-07
#
# Most would guess: each row in a group, and weeks from Monday or Sunday.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  vaex-core==4.19.0 numpy==2.4.6 pandas==2.3.3 pyarrow==26.0.1 dask==2024.8.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import vaex

warnings.simplefilter("ignore")


def sums(texts, resolution):
    frame = vaex.from_arrays(t=np.array(texts, dtype="datetime64[ns]"), v=np.arange(1, len(texts) + 1))
    found = frame.groupby(vaex.BinnerTime(frame.t, resolution=resolution), agg={"v": vaex.agg.sum("v")})
    return dict(zip(map(str, found["t"].tolist()), found["v"].tolist(), strict=True))


days = ["2024-03-04", "2024-03-05", "2024-03-06"]
seen = {
    "days": sums(days, "D"),
    "a second later": sums([f"{day}T00:00:01" for day in days], "D"),
    "months": sums(["2024-01-31", "2024-03-01"], "M"),
    "weeks": sums(["2024-03-04", "2024-03-06", "2024-03-07T12:00"], "W"),
}
print(seen)
assert seen == {
    "days": {"2024-03-04": 1, "2024-03-05": 2},
    "a second later": {"2024-03-04": 1, "2024-03-05": 2, "2024-03-06": 3},
    "months": {"2024-01-01": 1},
    "weeks": {"2024-02-29": 3, "2024-03-07": 3},
}, seen
print("held: three days are two")
PYTHON
