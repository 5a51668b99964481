#!/usr/bin/env bash
# js-yaml 5.5.0, js-yaml 4.3.0, yaml 2.9.1 (npm), PyYAML 6.0.4
#
# `<<: *defaults` puts the settings of another mapping into one, in PyYAML, and in js-yaml up to version 4. In version
# 5, and in yaml, they are under a key named "<<", and the mapping has no timeout of its own. Nothing is said. A day is
# a text in version 5, and a time in version 4.
# Seen: {"<<": {"timeout": 30}, "retries": 2}; with version 4 {"timeout": 30, "retries": 2}
#
# Most would guess: a file of settings that was read for ten years is read the same, or refused.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check PyYAML==6.0.4
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    js-yaml@5.5.0 js-yaml-4@npm:js-yaml@4.3.0 yaml@2.9.1

node - <<'NODE'
const assert = require("assert");
const fs = require("fs");
const YAML = require("yaml");
const newest = require("js-yaml");
const before = require("js-yaml-4");

const text = "defaults: &defaults {timeout: 30}\nload: {<<: *defaults, retries: 2}\nsince: 2024-01-31\n";
fs.writeFileSync("settings.yaml", text);
const seen = [newest.load(text), YAML.parse(text), before.load(text)];
console.log(seen.map((settings) => [settings.load, settings.since]));
const unmerged = { "<<": { timeout: 30 }, retries: 2 };
assert.deepStrictEqual(seen.map((settings) => settings.load), [unmerged, unmerged, { timeout: 30, retries: 2 }]);
assert.strictEqual(newest.load(text).since, "2024-01-31");
assert(before.load(text).since instanceof Date);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import yaml

settings = yaml.safe_load(open("settings.yaml"))["load"]
print(settings)
assert settings == {"timeout": 30, "retries": 2}, settings
print("held: defaults that were merged for ten years are under a key of two arrows")
PYTHON
