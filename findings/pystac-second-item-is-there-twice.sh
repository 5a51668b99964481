#!/usr/bin/env bash
# pystac 1.15.2
#
# A catalog takes two items of one id without a word, and saves both in one file: when it is read again the first is
# lost and the second there twice, so that a count is right and a sum is not. Links that are made relative lose their
# query, fragment and double slashes: the signature of a download, and the key of an object.
# Seen: amounts 1 and 2 -> 2 and 2; orders.tif?version=7 -> ./orders.tif, day#2.tif -> ./day, s3://bucket/a//b.tif ->
# s3://bucket/a/b.tif
#
# Most would guess: an error, or the last one once; and that a relative link leads to what the absolute one did.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pystac==1.15.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import pystac


def item(name="run", **properties):
    moment = datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)
    return pystac.Item(name, geometry=None, bbox=None, datetime=moment, properties=properties)


catalog = pystac.Catalog("runs", "All runs")
catalog.add_items([item(amount=1), item(amount=2)])
before = sorted(one.properties["amount"] for one in catalog.get_items())
catalog.normalize_hrefs("runs")
catalog.save(pystac.CatalogType.SELF_CONTAINED)
after = [one.properties["amount"] for one in pystac.Catalog.from_file("runs/catalog.json").get_items()]
print(before, after)
assert (before, after) == ([1, 2], [2, 2]), (before, after)


def relative(asset, own):
    one = item()
    one.add_asset("data", pystac.Asset(asset))
    one.set_self_href(own)
    one.make_asset_hrefs_relative()
    return one.assets["data"].href, one.assets["data"].get_absolute_href()


seen = [
    relative("https://example.org/a/orders.tif?version=7", "https://example.org/a/item.json"),
    relative("/data/day#2.tif", "/data/item.json"),
    relative("s3://bucket/a//b.tif", "s3://bucket/item.json"),
]
print(seen)
assert seen == [
    ("./orders.tif", "https://example.org/a/orders.tif"),
    ("./day", "/data/day"),
    ("./a/b.tif", "s3://bucket/a/b.tif"),
], seen
print("held: the second item is there twice")
PYTHON
