#!/usr/bin/env bash
# @iarna/toml 3.0.0, smol-toml 1.9.1 (npm)
#
# A threshold of 1e-7 is written to TOML as `1e-7.undefined` by @iarna/toml, without an error; it cannot read that file
# itself. 1.5e-7 is written as it is. A list of 1, null and 3 is written as 1 and 3, so what was third is second.
# smol-toml writes 1e-7, and refuses the null.
#
# Most would guess: the number, or an error when it is written.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @iarna/toml@3.0.0 smol-toml@1.9.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import iarna from "@iarna/toml";
import * as smol from "smol-toml";

const written = ({ stringify }) =>
  [1e-7, 1.5e-7, -2e-9, [1, null, 3]].map((threshold) => {
    try {
      return stringify({ threshold }).trim();
    } catch {
      return "refused";
    }
  });
const seen = { iarna: written(iarna), smol: written(smol) };
console.log(seen);
assert.deepStrictEqual(seen, {
  iarna: [
    "threshold = 1e-7.undefined",
    "threshold = 1.5e-7",
    "threshold = -2e-9.undefined",
    "threshold = [ 1, 3 ]",
  ],
  smol: ["threshold = 1e-7", "threshold = 1.5e-7", "threshold = -2e-9", "refused"],
});
assert.throws(() => iarna.parse(seen.iarna[0]));
console.log("held: a threshold of 1e-7 is written as a number and the word undefined");
NODE
