#!/usr/bin/env bash
# datashader 0.19.1, pandas 3.1.1, numpy 2.4.6
#
# By category a row without one is counted in the last: of two rows that are good, one that is late and two of which it
# is not known, three are late, and the amount of them is theirs. Where the category "never" has no row at all, it has
# the two. pandas leaves such rows out, and so does datashader where a number is missing.
# Seen: good 2, late 3; sums 17 and 14
#
# Most would guess: good 2, late 1; sums 17 and 2.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    datashader==0.19.1 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datashader
import pandas

frame = pandas.DataFrame(
    {
        "x": [0.0] * 5,
        "y": [0.0] * 5,
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0],
        "state": pandas.Categorical(["good", "late", None, None, "good"]),
    }
)


def of_states(frame, kind):
    cells = datashader.Canvas(1, 1).points(frame, "x", "y", datashader.by("state", kind))
    return dict(zip(cells.state.values.tolist(), cells.values.ravel().tolist()))


seen = {
    "counts": of_states(frame, datashader.count()),
    "sums": of_states(frame, datashader.sum("amount")),
    "maxima": of_states(frame, datashader.max("amount")),
    "never": of_states(frame.assign(state=frame.state.cat.add_categories(["never"])), datashader.count()),
    "of pandas": frame.groupby("state", observed=False).amount.sum().to_dict(),
}
print(seen)
assert seen == {
    "counts": {"good": 2, "late": 3},
    "sums": {"good": 17, "late": 14},
    "maxima": {"good": 16, "late": 8},
    "never": {"good": 2, "late": 1, "never": 2},
    "of pandas": {"good": 17, "late": 2},
}, seen
print("held: a missing category is the last")
PYTHON
