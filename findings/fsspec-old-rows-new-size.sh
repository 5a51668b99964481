#!/usr/bin/env bash
# fsspec 2026.9.0
#
# A file is read through a cache of fsspec, "filecache" or "simplecache", grows, and is read again through it: the
# rows are the old ones, while its size, and so what a run reports of it, is the new one. Neither looks whether the
# file has changed unless it is told to (check_files), and the second cannot be told. A file that was deleted is read
# on, too, where its size is an error.
#
# Most would guess: a cache that knows the size of the file notices that it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fsspec==2026.9.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import fsspec

file = pathlib.Path("rows.csv").absolute()


def after_a_change(protocol, **options):
    file.write_text("1\n")
    cache = fsspec.filesystem(protocol, target_protocol="file", cache_storage=f"{protocol}-{len(options)}", **options)
    before = cache.cat(str(file))
    file.write_text("1\n2\n3\n")
    seen = before, cache.cat(str(file)), cache.size(str(file))
    file.unlink()
    return *seen, cache.cat(str(file)) if not options else None


seen = {protocol: after_a_change(protocol) for protocol in ("filecache", "simplecache")}
checked = after_a_change("filecache", check_files=True)
print(seen, checked)
assert set(seen.values()) == {(b"1\n", b"1\n", 6, b"1\n")}, seen
assert checked[1:3] == (b"1\n2\n3\n", 6), checked
print("held: a cache returns the old rows and the new size of a file")
PYTHON
