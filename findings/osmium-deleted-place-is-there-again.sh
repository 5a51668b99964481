#!/usr/bin/env bash
# osmium 4.3.2
#
# In a history of OpenStreetMap a place that was removed has a last version that is not visible. A part of it that is
# written to a file whose name ends in .osm.pbf, or .osm, says of that version nothing, so when it is read the place is
# visible, in its newest version, at no position. Where the name ends in .osh.pbf, .osh or .opl it is deleted.
# Seen: .osm.pbf: version 2 visible; .osh.pbf: version 2 not visible
#
# Most would guess: what was deleted is deleted, or left out, or an error; the ending tells the format.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check osmium==4.3.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import osmium

HISTORY = """<osm version="0.6">
<node id="1" version="1" timestamp="2023-01-05T10:30:00Z" visible="true" lat="52.1" lon="13.1">
<tag k="amenity" v="cafe"/></node>
<node id="1" version="2" timestamp="2024-01-05T10:30:00Z" visible="false"/>
</osm>
"""

with open("history.osh", "w") as file:
    file.write(HISTORY)
seen = {}
for name in ("part.osm.pbf", "part.osm", "part.osh.pbf", "part.osm.opl"):
    with osmium.SimpleWriter(name) as writer:
        for version in osmium.FileProcessor("history.osh"):
            writer.add(version)
    seen[name] = [(node.version, node.visible, node.location.valid()) for node in osmium.FileProcessor(name)]
print(*seen.items(), sep="\n")
there, removed = [(1, True, True), (2, True, False)], [(1, True, True), (2, False, False)]
assert seen == {"part.osm.pbf": there, "part.osm": there, "part.osh.pbf": removed, "part.osm.opl": removed}, seen
print("held: a place that was deleted is visible again")
PYTHON
