#!/usr/bin/env bash
# superstruct 2.0.2 (npm)
#
# A schema with a rule, such as "the end is not before the start", that gets one more field by assign(), or of which
# fields are picked or left out, or are made optional, has no rule any more: an end before the start is valid, without
# an error when the schema is made. A Map and a date are valid objects without keys, though an array is none.
# Seen: refused by the schema, valid by assign, omit, pick and partial of it
#
# Most would guess: the rule stays where its fields do, or the call is refused.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional superstruct@2.0.2

TZ=UTC node - <<'NODE'
const assert = require("assert");
const s = require("superstruct");

const Span = s.refine(s.object({ start: s.number(), end: s.number() }), "order", ({ start, end }) => start <= end);
const kinds = {
  schema: Span,
  assign: s.assign(Span, s.object({ name: s.optional(s.string()) })),
  omit: s.omit(Span, []),
  pick: s.pick(Span, ["start", "end"]),
  partial: s.partial(Span),
  defaulted: s.defaulted(Span, {}),
};
const entries = Object.entries(kinds).map(([name, kind]) => [name, s.is({ start: 5, end: 1 }, kind)]);
const seen = Object.fromEntries(entries);
const objects = [new Map([["a", 1]]), new Date(0), []].map((value) => s.is(value, s.object({})));
console.log(seen, objects);
assert.deepStrictEqual(seen, {
  schema: false,
  assign: true,
  omit: true,
  pick: true,
  partial: true,
  defaulted: false,
});
assert.deepStrictEqual(objects, [true, true, false]);
console.log("held: an end before its start is valid once a field is added");
NODE
