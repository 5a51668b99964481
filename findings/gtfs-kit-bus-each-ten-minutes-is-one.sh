#!/usr/bin/env bash
# gtfs-kit 13.0.1, partridge 1.1.2
#
# In a timetable in GTFS a bus that leaves each ten minutes is one trip and a line in frequencies.txt. gtfs-kit and
# partridge do not look at that file: for 72 departures a day they count one trip, gtfs-kit with the distance and the
# hours of one, and at noon no trip is under way. A trip that leaves at 23:50 and arrives at 24:30 is not under way at
# 00:15 of the next day, nor in its statistics.
# Seen: trips 1 of 72, kilometres 11.1 of 800.6; no trip at 12:00 and at 00:15
#
# Most would guess: the trips that there are, as gtfs-kit reads the file and writes it again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check gtfs-kit==13.0.1 partridge==1.1.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import warnings

import gtfs_kit
import partridge

warnings.simplefilter("ignore")
FILES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://a.example,Europe/Berlin",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\n1,Here,52.5,13.4\n2,There,52.6,13.4",
    "routes": "route_id,agency_id,route_short_name,route_type\nbus,A,7,3\nnight,A,N7,3",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "all,1,1,1,1,1,1,1,20240101,20240114",
    "trips": "route_id,service_id,trip_id,direction_id\nbus,all,day,0\nnight,all,late,0",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
    "day,08:00:00,08:00:00,1,1,0\nday,08:20:00,08:20:00,2,2,11.119\n"
    "late,23:50:00,23:50:00,1,1,0\nlate,24:30:00,24:30:00,2,2,11.119",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nday,08:00:00,20:00:00,600",
}
folder = pathlib.Path("feed")
folder.mkdir()
for name, text in FILES.items():
    (folder / f"{name}.txt").write_text(text + "\n")

feed = gtfs_kit.read_feed(folder, dist_units="km")
bus = gtfs_kit.compute_route_stats(feed, ["20240108"]).set_index("route_id").loc["bus"]
seen = {
    "trips": int(bus["num_trips"]),
    "kilometres": round(float(bus["service_distance"]), 1),
    "at noon": gtfs_kit.get_trips(feed, "20240108", "12:00:00")["trip_id"].tolist(),
    "at 8:10": gtfs_kit.get_trips(feed, "20240108", "08:10:00")["trip_id"].tolist(),
    "at 0:15": gtfs_kit.get_trips(feed, "20240109", "00:15:00")["trip_id"].tolist(),
    "partridge": set(partridge.read_trip_counts_by_date("feed").values()),
    "lines of frequencies": len(feed.frequencies),
}
print(seen)
assert seen == {
    "trips": 1,
    "kilometres": 11.1,
    "at noon": [],
    "at 8:10": ["day"],
    "at 0:15": [],
    "partridge": {2},
    "lines of frequencies": 1,
}, seen
print("held: 72 buses are one")
PYTHON
