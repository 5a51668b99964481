#!/usr/bin/env bash
# npTDMS 1.13.0, numpy 2.4.6
#
# A file of TDMS, the format of LabVIEW, takes its type from the first value of a list: of the readings 1, 2.5 and 3.9
# it has 1, 2 and 3, while 2.5, 1 and 3.9 stay as they are. A missing time, NaT, is written as the year 294181, and read
# back as such.
#
# Most would guess: the type that holds all values, as NumPy chooses it for the same list, and NaT or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check npTDMS==1.13.0 numpy==2.4.6
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import nptdms
import numpy


def written(values):
    with nptdms.TdmsWriter("readings.tdms") as file:
        file.write_segment([nptdms.ChannelObject("line", "pressure", values)])
    return nptdms.TdmsFile.read("readings.tdms")["line"]["pressure"][:]


seen = {str(values): written(values).tolist() for values in ([1, 2.5, 3.9], [2.5, 1, 3.9])}
times = [str(time)[:13] for time in written(numpy.array(["2024-01-01T12", "NaT"], "datetime64[us]"))]
print(seen, times)
assert seen == {"[1, 2.5, 3.9]": [1, 2, 3], "[2.5, 1, 3.9]": [2.5, 1, 3.9]}, seen
assert times == ["2024-01-01T12", "294181-01-08T"], times
print("held: the first reading gives the type, and a missing time is the year 294181")
PYTHON
