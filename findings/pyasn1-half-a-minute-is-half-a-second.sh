#!/usr/bin/env bash
# pyasn1 0.6.5, asn1crypto 1.5.1
#
# Times of ASN.1, as certificates and meters have them. The time 202401020304.5Z, four minutes and a half past three,
# is half a second past 03:04, where asn1crypto reads 03:04:30. A year of two digits, 50 to 68, is in this century,
# where the standard for certificates has 1950. And the offset of a time half an hour off is written in seconds: 05:30
# is +051800, which pyasn1 itself cannot read.
# Seen: 03:04:00.500000 and 03:04:30 of one text, 2050 and 1950 of another
#
# Most would guess: two readers of one time agree, and a library reads what it writes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyasn1==0.6.5 asn1crypto==1.5.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone

from asn1crypto import core
from pyasn1.codec.der.decoder import decode
from pyasn1.codec.der.encoder import encode
from pyasn1.error import PyAsn1Error
from pyasn1.type import useful


def times(kind, text):
    written = encode(getattr(useful, kind)(text))
    read, _ = decode(written)
    return [str(read.asDateTime), str(getattr(core, kind).load(written).native)]


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


holds("half a second", times("GeneralizedTime", "20240102030405.5Z"), ["2024-01-02 03:04:05.500000+00:00"] * 2)
holds(
    "half a minute",
    times("GeneralizedTime", "202401020304.5Z"),
    ["2024-01-02 03:04:00.500000+00:00", "2024-01-02 03:04:30+00:00"],
)
holds("1949", times("UTCTime", "490102030405Z"), ["2049-01-02 03:04:05+00:00"] * 2)
holds("1950", times("UTCTime", "500102030405Z"), ["2050-01-02 03:04:05+00:00", "1950-01-02 03:04:05+00:00"])
india = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
written = useful.GeneralizedTime.fromDateTime(india)
holds("half an hour off", str(written), "20240102030405+051800")
try:
    written.asDateTime
except PyAsn1Error as error:
    print("read again:", error)
else:
    raise AssertionError("it can be read")
print("held: half a minute is half a second")
PYTHON
