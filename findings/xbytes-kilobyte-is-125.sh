#!/usr/bin/env bash
# xbytes 1.9.1 (npm)
#
# Sizes in words. A small b is a bit: 1kb is 125 bytes, as a kilobit, 1 Mb 125,000, and 1 KB 1,000, where 1 MiB is
# 1,048,576. A number without a unit, 1024, is undefined, as is 1,5 MB. 999,999 bytes are written as 1000.00 KB.
# Seen: 125 of 1kb
#
# Most would guess: 1,000 or 1,024.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional xbytes@1.9.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import xbytes from "xbytes";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

holds("1 KB", xbytes.parseSize("1 KB"), 1000);
holds("1kb", xbytes.parseSize("1kb"), 125);
holds("1 Mb", xbytes.parseSize("1 Mb"), 125000);
holds("1 MiB", xbytes.parseSize("1MiB"), 1048576);
holds("1024", xbytes.parseSize("1024"), undefined);
holds("1,5 MB", xbytes.parseSize("1,5 MB"), undefined);
holds("999999", xbytes(999999), "1000.00 KB");
NODE
TZ=UTC node script.mjs
echo "held: a kilobyte is 125"
