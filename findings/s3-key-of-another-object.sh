#!/usr/bin/env bash
# s3path 0.6.5, cloudpathlib 0.26.0, smart-open 9.0.2
#
# In S3 a key is any text, and a//c, a/./c and a/../c are three objects besides a/c. s3path reads the addresses of the
# three as a/c, a/c and c, and that of "a%20c", which is such a key, as "a c". cloudpathlib leaves them as they are,
# until one takes the folder and the name of a path and puts them together again: then they are a/c, a/c and c, too.
# smart_open has the keys as written. What a job reports as its input may so be an object that it has not read.
#
# Most would guess: an address of an object is split into bucket and key, and the key stays as it is.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check s3path==0.6.5 cloudpathlib==0.26.0 \
    smart-open==9.0.2 boto3==1.44.8

"$folder/venv/bin/python" - <<'PYTHON'
import cloudpathlib
import s3path
import smart_open

KEYS = ["a//c", "a/./c", "a/../c", "a%20c"]
client = cloudpathlib.S3Client(no_sign_request=True)

seen = {"s3path": [], "cloudpathlib": [], "put together": [], "smart_open": []}
for key in KEYS:
    address = f"s3://bucket/{key}"
    path = client.CloudPath(address)
    seen["s3path"].append(s3path.PureS3Path.from_uri(address).key)
    seen["cloudpathlib"].append(path.key)
    seen["put together"].append((path.parent / path.name).key)
    seen["smart_open"].append(smart_open.parse_uri(address).key_id)
print(seen)
assert seen == {
    "s3path": ["a/c", "a/c", "c", "a c"],
    "cloudpathlib": KEYS,
    "put together": ["a/c", "a/c", "c", "a%20c"],
    "smart_open": KEYS,
}, seen
print("held: the key a//c becomes a/c, which is another object")
PYTHON
