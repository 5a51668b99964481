#!/usr/bin/env bash
# hot-shots 17.1.1 (npm)
#
# Metrics of StatsD. A count that is a text or a large integer is one: increment() of "5", "2.5" and 5n is 1 each, that
# of "0" and null, too, and decrement() of "5" is -1, without an error. A gauge of the same "5" and 5n is 5, and one of
# true is the text true. A list, [5], is a tag.
# Seen: rows:1|c of "5"
#
# Most would guess: 5, as of the gauge, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hot-shots@17.1.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import StatsD from "hot-shots";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const client = new StatsD({ mock: true });
function sent(method, value) {
  client[method]("rows", value);
  return client.mockBuffer.pop();
}

holds("5", sent("increment", 5), "rows:5|c");
for (const value of ["5", "2.5", "0", 5n, null]) {
  holds(`increment, ${typeof value} ${value}`, sent("increment", value), "rows:1|c");
}
holds("decrement", sent("decrement", "5"), "rows:-1|c");
holds("zero", sent("increment", 0), "rows:0|c");
for (const value of ["5", 5n]) {
  holds(`gauge, ${typeof value} ${value}`, sent("gauge", value), "rows:5|g");
}
holds("true", sent("gauge", true), "rows:true|g");
holds("list", sent("increment", [5]), "rows:1|c|#5");
NODE
TZ=UTC node script.mjs
echo "held: five rows are one"
