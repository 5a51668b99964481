#!/usr/bin/env bash
# movingpandas 0.23.0, geopandas 1.2.0
#
# TemporalSplitter cuts a trajectory into days, or hours, months and years. Each part but the last gets the first point
# of the next one too, so that the line has no gap. It is no matter how far away that is: where a vehicle was not heard
# of for two days, the part of 1 January ends on 3 January, has the 136 km between them, and its duration is two days.
# A point is in two parts; the sum of their lengths is that of the whole.
# Seen: 1 January: 3 points, until 2024-01-03 08:00, 143 km; 3 January: 2 points, 7 km
#
# Most would guess: 1 January has its 2 points and 7 km, as what is of a day is in its part.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check movingpandas==0.23.0 geopandas==1.2.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt
import warnings

warnings.simplefilter("ignore")
import geopandas as gpd
import movingpandas as mpd
import pandas as pd

times = pd.to_datetime(["2024-01-01 08:00", "2024-01-01 09:00", "2024-01-03 08:00", "2024-01-03 09:00"])
points = gpd.points_from_xy([10.0, 10.1, 12.0, 12.1], [50.0] * 4)
trip = mpd.Trajectory(gpd.GeoDataFrame({"t": times}, geometry=points, crs=4326).set_index("t"), 1)

parts = mpd.TemporalSplitter(trip).split(mode="day")
seen = [(len(part.df), str(part.get_end_time()), round(part.get_length(units="km"))) for part in parts]
print(seen)
assert seen == [(3, "2024-01-03 08:00:00", 143), (2, "2024-01-03 09:00:00", 7)], seen
# By the gap, it is as one would guess.
gaps = mpd.ObservationGapSplitter(trip).split(gap=dt.timedelta(hours=2))
assert [round(part.get_length(units="km")) for part in gaps] == [7, 7]
print("held: the first of January ends on the third")
PYTHON
