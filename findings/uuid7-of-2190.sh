#!/usr/bin/env bash
# uuid7 0.1.0, uuid-utils 1.2.0
#
# The package uuid7 lays out its identifiers by an early draft of version 7, in seconds and fractions of them; the
# standard, RFC 9562, came out with milliseconds. Both mark them as version 7. So an identifier of November 2023 that it
# has made is one of August 2190 for a library that follows the standard, and sorts behind everything that others make
# now.
# Seen: 06553f10-0000-7..., version 7: 2190-08-27
#
# Most would guess: what says that it is version 7 holds its time where the standard has it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check uuid7==0.1.0 uuid-utils==1.2.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import uuid

import uuid_extensions
import uuid_utils

MADE = datetime.datetime(2023, 11, 14, tzinfo=datetime.timezone.utc)

made = uuid_extensions.uuid7(int(MADE.timestamp()) * 10**9)
standard = uuid_utils.uuid7(nanoseconds=int(MADE.timestamp()) * 10**9)
seen = [
    datetime.datetime.fromtimestamp(uuid_utils.UUID(str(one)).timestamp / 1000, tz=datetime.timezone.utc)
    for one in (made, standard)
]
print(made, [str(time) for time in seen])
assert isinstance(made, uuid.UUID) and made.version == 7 and uuid_utils.UUID(str(standard)).version == 7
assert seen[1] == MADE and seen[0].year == 2190, seen
assert str(made) > str(uuid_utils.uuid7()), "it sorts behind one of this moment"
print("held: an identifier of 2023 is one of 2190")
PYTHON
