#!/usr/bin/env bash
# fuse.js 7.5.0 (npm)
#
# A fuzzy search looks at the beginning of a text: what stands 60 characters or more behind it is as far from a match as
# a word of other letters. The name of a table is found in a message where it comes first, and not where it comes after
# a hundred characters, though it is there letter by letter. A name with a wrong letter at the beginning is found.
# Seen: the message that begins with the name, and the misspelt one; not the one that ends with it
#
# Most would guess: what is there exactly is found before all that is like it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fuse.js@7.5.0

node - <<'NODE'
const assert = require("assert");

import("fuse.js").then(({ default: Fuse }) => {
  const early = "orders_daily was not loaded";
  const late = `${"The run of last night has failed because of a table. ".repeat(2)}It was orders_daily`;
  const misspelt = "ordesr_daily";
  const seen = new Fuse([late, early, misspelt]).search("orders_daily").map((each) => each.item);
  console.log(seen, late.indexOf("orders_daily"));
  assert.deepStrictEqual(seen, [early, misspelt]);
  assert(late.includes("orders_daily"));
  const anywhere = new Fuse([late], { ignoreLocation: true }).search("orders_daily");
  assert.strictEqual(anywhere.length, 1);
  console.log("held: a word that is there is not found, and a misspelt one is");
});
NODE
