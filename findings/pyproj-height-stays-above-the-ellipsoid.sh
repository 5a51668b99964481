#!/usr/bin/env bash
# pyproj 3.7.2
#
# A height from a satellite is turned into one above the sea by the geoid, which differs by up to 100 m, in Berlin by
# about 40. Without the file of the geoid, which a wheel does not have, 100 m stay 100 m: a transformation that does
# nothing takes its place. `only_best=True`, which is to refuse a worse one, lets it pass. `allow_ballpark=False`
# raises, and only the description of the transformation says the word.
# Seen: (52.5, 13.4, 100), also with only_best=True
#
# Most would guess: about 60 m, or an error that a file is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyproj==3.7.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pyproj

ELLIPSOID, SEA = "EPSG:4979", "EPSG:4326+5773"


def height(**options):
    return pyproj.Transformer.from_crs(ELLIPSOID, SEA, **options).transform(52.5, 13.4, 100)


seen = [height(), height(only_best=True)]
print(seen, pyproj.Transformer.from_crs(ELLIPSOID, SEA).description)
assert seen == [(52.5, 13.4, 100), (52.5, 13.4, 100)], seen
assert "ballpark" in pyproj.Transformer.from_crs(ELLIPSOID, SEA).description
group = pyproj.transformer.TransformerGroup(ELLIPSOID, SEA)
assert not group.best_available and group.unavailable_operations
try:
    height(allow_ballpark=False)
except pyproj.exceptions.ProjError as error:
    print("without ballpark:", error)
else:
    raise AssertionError("a ballpark transformation was allowed")
print("held: 100 m above the ellipsoid are 100 m above the sea")
PYTHON
