#!/usr/bin/env bash
# tdigest 0.5.2.2, numpy 2.4.6
#
# 99 runs of 0 seconds and one of 1,000: the digest still holds 0 and 1,000 as two exact points, and yet puts the 90th
# percentile at 810 and the median at 10, on a line between them. numpy says 0 for both.
# Seen: tdigest p50 10.0, p90 810.0, p99 990.0 / numpy p50 0.0, p90 0.0, p99 10.0
#
# Most would guess: 0; a sketch that is known for its accuracy at the tails, and has all the data, finds the bulk.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check tdigest==0.5.2.2 numpy==2.4.6 'setuptools==80.9.0'

"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import tdigest

seconds = [0] * 99 + [1_000]
digest = tdigest.TDigest()
digest.batch_update(seconds)
sketched = [round(digest.percentile(percent), 3) for percent in (50, 90, 99)]
exact = [round(float(numpy.percentile(seconds, percent)), 3) for percent in (50, 90, 99)]
print("tdigest", sketched, "/ numpy", exact)
assert sketched == [10.0, 810.0, 990.0], sketched
assert exact == [0.0, 0.0, 10.0], exact
print("held: with 99 zeros and one 1,000 the digest puts the 90th percentile at 810")
PYTHON
