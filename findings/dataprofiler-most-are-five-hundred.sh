#!/usr/bin/env bash
# DataProfiler 0.14.0, pandas 2.3.3, numpy 2.4.6
#
# Of five zeros and a million the profile has 500 as the most frequent value, 600 as the median and 300 as the lower
# quartile, none of which is in the data. A single outlier is enough: seconds of the same midnight and one of the next
# have a mode 43.2 seconds after it. The middle of a bin of a histogram stands for the values in it, and the bins reach
# from the least to the largest value. Minimum, mean and sum are exact.
#
# Most would guess: 0 for all three, as a mode is one of the values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  DataProfiler==0.14.0 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

import pandas

warnings.simplefilter("ignore")
import dataprofiler

logging.disable()


def profile(*values):
    options = dataprofiler.ProfilerOptions()
    options.set({"data_labeler.is_enabled": False, "multiprocess.is_enabled": False})
    report = dataprofiler.Profiler(pandas.DataFrame({"rows": values}), options=options).report()
    return report["data_stats"][0]["statistics"]


zeros, times = profile(0, 0, 0, 0, 0, 1_000_000), profile(*[1704067200] * 5, 1704153600)
seen = {"mode": zeros["mode"], "median": zeros["median"], "quartile": zeros["quantiles"][0], "sum": zeros["sum"]}
print(seen, times["mode"])
assert seen == {"mode": [500], "median": 600, "quartile": 300, "sum": 1_000_000}, seen
assert [round(time - 1704067200, 1) for time in times["mode"]] == [43.2], times["mode"]
print("held: the most frequent value of five zeros and a million is 500")
PYTHON
