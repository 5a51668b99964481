#!/usr/bin/env bash
# gpxpy 1.6.2
#
# Heights are smoothed before they are added up, with their neighbours on both sides, though the points lie a hundred
# metres apart: up and down four hills of 100 m is 100 m uphill and 100 m downhill, and one hill is 40. The length in
# space of the same track has all of the heights. It leaves out the height where one of two points has none: 500 m up
# over a gap are as long as the flat way.
# Seen: four hills: uphill=100.0, downhill=100.0; one hill: uphill=40.0
#
# Most would guess: 400 m up, as there is nothing between two points that the heights of both do not say.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check gpxpy==1.6.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from gpxpy.gpx import GPXTrackPoint, GPXTrackSegment

START = datetime(2024, 1, 1, tzinfo=timezone.utc)


def track(*heights):
    segment = GPXTrackSegment()
    for number, height in enumerate(heights):
        time = START + timedelta(minutes=number)
        segment.points.append(GPXTrackPoint(0, number * 0.001, elevation=height, time=time))
    return segment


hills = track(0, 100, 0, 100, 0, 100, 0, 100, 0).get_uphill_downhill()
lengths = [round(track(*heights).length_3d()) for heights in ((0, 250, 500), (0, None, 500), (0, 0, 0))]
one = track(0, 100, 0).get_uphill_downhill()
print(hills, one, lengths)
assert (hills.uphill, hills.downhill) == (100.0, 100.0), hills
assert lengths == [547, 223, 223], lengths
assert one.uphill == 40.0, one
print("held: four hills of 100 m are one")
PYTHON
