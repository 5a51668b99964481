#!/usr/bin/env bash
# influxdb3-python 0.21.0, influxdb-client 1.50.0, line-protocol-parser 2.0.1
#
# A point with the tag folder = C:\data\ is read as one of "C:\data ", with a space for its last backslash, and so are
# all points of that folder: the writer adds a space, as a backslash would escape what follows. A measurement that ends
# in a backslash takes its tags into its name. A line break in a tag is the same as a backslash and an n.
#
# Most would guess: a tag is read as it was written, as is the same text in a field.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check influxdb3-python==0.21.0 \
    influxdb-client==1.50.0 line-protocol-parser==2.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import influxdb_client
import influxdb_client_3
from line_protocol_parser import parse_line

folder = "C:\\data\\"
seen = {}
for name, point in (("3", influxdb_client_3.Point), ("2", influxdb_client.Point)):
    line = point("loads").tag("folder", folder).field("path", folder).to_line_protocol()
    read = parse_line(line)
    tags_of_measurement = parse_line(point(folder).tag("host", "a").field("rows", 5).to_line_protocol())
    breaks = {point("loads").tag("text", text).field("rows", 5).to_line_protocol() for text in ("a\nb", "a\\nb")}
    seen[name] = (
        read["tags"]["folder"],
        read["fields"]["path"],
        tags_of_measurement["measurement"],
        tags_of_measurement["tags"],
        len(breaks),
    )
print(seen)
expected = ("C:\\data ", folder, "C:\\data,host=a", {}, 1)
assert seen == {"3": expected, "2": expected}, seen
print("held: a folder in a tag ends in a space")
PYTHON
