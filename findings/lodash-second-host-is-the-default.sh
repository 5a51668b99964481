#!/usr/bin/env bash
# lodash 4.18.1 (npm)
#
# Defaults are filled in item by item: of one host that a user has set, and two that are the default, the result has the
# user's and the second default. An empty list that was set gets all defaults. A filter for runs whose list of steps is
# empty finds all that have a list, and one for an empty object all objects.
# Seen: ["mine", "spare"]; [] becomes ["main", "spare"]; three of three runs
#
# Most would guess: the user's list, as it was set; runs without steps.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional lodash@4.18.1

node - <<'NODE'
const assert = require("assert");
const _ = require("lodash");

const DEFAULTS = { hosts: ["main", "spare"] };
const runs = [{ steps: ["load"] }, { steps: [] }, { steps: ["load", "check"] }];
const seen = {
  one: _.defaultsDeep({ hosts: ["mine"] }, DEFAULTS).hosts,
  none: _.defaultsDeep({ hosts: [] }, DEFAULTS).hosts,
  without: _.filter(runs, { steps: [] }).length,
};
console.log(seen);
assert.deepStrictEqual(seen, { one: ["mine", "spare"], none: ["main", "spare"], without: 3 });
console.log("held: a list that was set gets the rest of the default");
NODE
