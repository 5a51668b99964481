#!/usr/bin/env bash
# pyformance 0.4
#
# Sizes of 5 and 6 GB, in bytes, have a minimum of 2.1 GB, below all that was recorded, as a histogram begins with
# 2147483647. Changes of -5 and -6 GB have a maximum of -2.1 GB. Without a value minimum and maximum are 2147483647
# and -2147483647, the least above the largest, beside an average of 0.
# Seen: min 2147483647.0 of 5e9 and 6e9; max -2147483647.0 of -5e9 and -6e9
#
# Most would guess: 5 GB and -5 GB, as the percentiles say, and nothing, or 0, where nothing was recorded.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyformance==0.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from pyformance import MetricsRegistry

registry = MetricsRegistry()
for name, values in {"sizes": (5e9, 6e9), "changes": (-5e9, -6e9), "nothing": ()}.items():
    histogram = registry.histogram(name)
    for value in values:
        histogram.add(value)
seen = {name: (one["min"], one["avg"], one["max"]) for name, one in registry.dump_metrics().items()}
print(seen)
assert seen == {
    "sizes": (2147483647.0, 5.5e9, 6e9),
    "changes": (-6e9, -5.5e9, -2147483647.0),
    "nothing": (2147483647.0, 0, -2147483647.0),
}, seen
assert registry.histogram("sizes").get_snapshot().get_percentile(0) == 5e9
print("held: the minimum of 5 and 6 GB is 2.1 GB")
PYTHON
