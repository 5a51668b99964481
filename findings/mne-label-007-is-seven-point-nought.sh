#!/usr/bin/env bash
# mne 1.13.2, numpy 2.3.5, pandas 3.0.6
#
# Annotations that were saved as CSV and are read again: labels that look like numbers are numbers in between, so 007 is
# "7.0" and 1e3 is "1000.0", as soon as all labels of the file do; one word beside them keeps all as they are. The file
# of the other format, `.txt`, gives them back. The beginning of the recording is lost, too: times count from the first
# annotation. The index of the time 0.29 at 100 readings a second is 28, as it is cut by default.
# Seen: ['007', '1e3'] -> ['7.0', '1000.0'], onsets [1, 2.5] -> [0, 1.5]
#
# Most would guess: the labels as they were, and 29.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check mne==1.13.2 numpy==2.3.5 pandas==3.0.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import mne
import numpy as np

mne.set_log_level("ERROR")
raw = mne.io.RawArray(np.zeros((1, 1000)), mne.create_info(["C"], 100.0, "eeg"))
raw.set_meas_date(datetime.datetime(2024, 1, 2, 10, tzinfo=datetime.timezone.utc))


def back(name, *labels):
    raw.set_annotations(mne.Annotations([1, 2.5], [1, 1], labels))
    raw.annotations.save(name, overwrite=True)
    read = mne.read_annotations(name)
    return [str(label) for label in read.description], [float(time) for time in read.onset]


seen = back("a.csv", "007", "1e3"), back("a.csv", "007", "blink"), back("a.txt", "007", "1e3")
print(seen)
assert seen == (
    (["7.0", "1000.0"], [0, 1.5]),
    (["007", "blink"], [0, 1.5]),
    (["007", "1e3"], [1, 2.5]),
), seen
index = int(raw.time_as_index(0.29)[0])
assert index == 28 and int(raw.time_as_index(0.29, use_rounding=True)[0]) == 29, index
print("held: the label 007 is 7.0")
PYTHON
