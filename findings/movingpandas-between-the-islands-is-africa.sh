#!/usr/bin/env bash
# movingpandas 0.23.0, geopandas 1.2.0
#
# The length and the speed of a trajectory in longitudes and latitudes are those on the globe: 22 km from 179.9 east to
# 179.9 west. Its position between two points is one on the straight line in degrees, which goes the other way round:
# half way it is at longitude 0, off Africa, 20,000 km away. What is resampled, or joined with others by time, gets
# that point without a warning.
# Seen: 22 km in 10 minutes; after 5 minutes: POINT (0 0)
#
# Most would guess: POINT (180 0), as the length shows that it knows the globe.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check movingpandas==0.23.0 geopandas==1.2.0

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
import geopandas as gpd
import movingpandas as mpd
import pandas as pd

times = pd.to_datetime(["2024-01-01 00:00", "2024-01-01 00:10"])
points = gpd.points_from_xy([179.9, -179.9], [0.0, 0.0])
trip = mpd.Trajectory(gpd.GeoDataFrame({"t": times}, geometry=points, crs=4326).set_index("t"), 1)

length = round(trip.get_length(units="km"))
half_way = trip.get_position_at(pd.Timestamp("2024-01-01 00:05"), "interpolated")
print(length, "km; half way:", half_way)
assert length == 22, length
assert half_way.distance(gpd.points_from_xy([0], [0])[0]) < 1e-6, half_way
print("held: a ship between two islands is off Africa")
PYTHON
