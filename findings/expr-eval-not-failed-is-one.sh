#!/usr/bin/env bash
# expr-eval 2.0.2 (npm)
#
# `!failed` is 1 whether it failed or not: an exclamation mark in front is a factorial, as one behind, and the
# factorials of 0 and 1 are 1. So `!failed ? "ok" : "alert"` is "ok" after a failure. `late || failed` joins two texts:
# of two that are false it makes "falsefalse", which counts as true. `not` and `or` do what is meant.
# Seen: "ok" of a run that failed, and "alert" of one that neither failed nor was late
#
# Most would guess: a negation, as `!=` is there, too, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional expr-eval@2.0.2

node - <<'NODE'
const assert = require("assert");
const { Parser } = require("expr-eval");

const seen = [
  Parser.evaluate('!failed ? "ok" : "alert"', { failed: true }),
  Parser.evaluate("!failed", { failed: true }),
  Parser.evaluate("!failed", { failed: false }),
  Parser.evaluate('late || failed ? "alert" : "ok"', { late: false, failed: false }),
  Parser.evaluate("late || failed", { late: false, failed: false }),
  Parser.evaluate('not failed ? "ok" : "alert"', { failed: true }),
  Parser.evaluate('late or failed ? "alert" : "ok"', { late: false, failed: false }),
];
console.log(seen);
assert.deepStrictEqual(seen, ["ok", 1, 1, "alert", "falsefalse", "alert", "ok"]);
console.log("held: what has failed is ok");
NODE
