#!/usr/bin/env bash
# datasketches 5.2.0 (numpy 2.4.6)
#
# kll_floats_sketch takes Python floats and stores 32 bits. A Unix time of 1700000001 comes back as 1700000000 or, two
# minutes on, as 1700000128: the maximum of what was put in is up to 64 seconds off, also into the future.
# kll_doubles_sketch and kll_items_sketch are exact.
# Seen: floats 1700000001 -> 1700000000, 1700000100 -> 1700000128 / doubles 1700000100
#
# Most would guess: Python's float is a double, so kll_floats_sketch is the one for Python numbers; minimum and maximum
# are exact in a KLL sketch.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check datasketches==5.2.0 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import datasketches


def largest(sketch: object, value: float) -> float:
    sketch.update(value)
    return sketch.get_max_value()


seen = [largest(datasketches.kll_floats_sketch(200), value) for value in (1_700_000_001.0, 1_700_000_100.0)]
exact = largest(datasketches.kll_doubles_sketch(200), 1_700_000_100.0)
print("floats", seen, "/ doubles", exact)
assert seen == [1_700_000_000.0, 1_700_000_128.0], seen
assert exact == 1_700_000_100.0, exact
print("held: kll_floats_sketch moves a Unix time by up to 64 seconds, into the future too")
PYTHON
