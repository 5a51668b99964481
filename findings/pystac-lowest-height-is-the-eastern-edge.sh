#!/usr/bin/env bash
# pystac 1.15.2
#
# The box of an item in three dimensions has six numbers: west, south, lowest, east, north, highest. The extent of a
# collection that is made of its items takes the third and fourth for the edges in the east and north: a scan from 13 to
# 14 degrees east and 52 to 53 degrees north, from 30 to 100 m high, lies from 13 to 30 east and 52 to 14 north. One
# item without heights beside it hides that: then the edges look right or not by the numbers. No items at all have an
# extent from infinity to minus infinity, which JSON does not have.
# Seen: [13, 52, 30, 14], and [9, 48, 30, 49] with an item from 9 to 10 east and 48 to 49 north
#
# Most would guess: 13, 52, 14, 53, or the box with its heights, which STAC allows in an extent.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pystac==1.15.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import pystac


def item(name, box):
    moment = datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)
    return pystac.Item(name, geometry=None, bbox=box, datetime=moment, properties={})


def extent(*boxes):
    items = [item(str(number), box) for number, box in enumerate(boxes)]
    return pystac.Extent.from_items(items).to_dict()["spatial"]["bbox"][0]


scan = [13, 52, 30, 14, 53, 100]
seen = {
    "flat": extent([13, 52, 14, 53]),
    "scan": extent(scan),
    "beside": extent(scan, [9, 48, 10, 49]),
    "none": extent(),
}
print(seen)
assert seen == {
    "flat": [13, 52, 14, 53],
    "scan": [13, 52, 30, 14],
    "beside": [9, 48, 30, 49],
    "none": [float("inf"), float("inf"), float("-inf"), float("-inf")],
}, seen
print("held: the lowest height is the eastern edge")
PYTHON
