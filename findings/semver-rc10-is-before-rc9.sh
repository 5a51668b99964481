#!/usr/bin/env bash
# semver 7.8.6, compare-versions 6.1.1 (npm), packaging 26.4
#
# 1.0.0-rc10 is before 1.0.0-rc9 in JavaScript, as rc10 is one word that is compared letter by letter; with a point,
# rc.10, it is after it. packaging has it after it in Python. 1.5.0 does not satisfy `>1`, and is `<=1`, since 1 stands
# for all that begins with it. A build of 20240115 is version 20240115.0.0. For compare-versions 1.x and 1.5 are the
# same.
# Seen: rc10 above rc9: false; rc.10 above rc.9: true; 1.5.0 >1: false, <=1: true
#
# Most would guess: the tenth candidate is the newest, and 1.5.0 is above 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check packaging==26.4
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional semver@7.8.6 compare-versions@6.1.1

node - <<'NODE'
const assert = require("assert");
const semver = require("semver");
const { compareVersions } = require("compare-versions");

const seen = {
  candidates: [semver.gt("1.0.0-rc10", "1.0.0-rc9"), semver.gt("1.0.0-rc.10", "1.0.0-rc.9")],
  compared: compareVersions("1.0.0-rc10", "1.0.0-rc9"),
  aboveOne: semver.satisfies("1.5.0", ">1"),
  upToOne: semver.satisfies("1.5.0", "<=1"),
  build: semver.coerce("build 20240115").version,
  any: compareVersions("1.x", "1.5"),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  candidates: [false, true],
  compared: -1,
  aboveOne: false,
  upToOne: true,
  build: "20240115.0.0",
  any: 0,
});
NODE
"$folder/venv/bin/python" - <<'PYTHON'
from packaging.version import Version

assert Version("1.0.0rc10") > Version("1.0.0rc9")
print("held: candidate 10 is before candidate 9 in JavaScript, and after it in Python")
PYTHON
