#!/usr/bin/env bash
# joi 18.3.2, yup 1.7.1, zod 4.6.7, ajv 8.20.0, ajv-formats 3.0.1 (npm)
#
# Three validators take 30 February for valid and return 1 March, joi also where the date has to be in ISO form. A null
# is a date of 1970 for zod, and 0 where a number is due, for zod and ajv, so what is missing is a measurement of zero.
# An empty list is 0 for zod. zod's own form for ISO dates, and ajv's, refuse 30 February.
# Seen: 2024-02-30: 2024-03-01 by joi, yup and zod; null: 1970-01-01 by zod, 0 by zod and ajv
#
# Most would guess: a refusal: to check the form of a date is what it is for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    joi@18.3.2 yup@1.7.1 zod@4.6.7 ajv@8.20.0 ajv-formats@3.0.1

TZ=UTC node - <<'NODE'
const assert = require("assert");
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats");
const joi = require("joi");
const yup = require("yup");
const { z } = require("zod");

const ajv = addFormats(new Ajv({ coerceTypes: true }));
const byAjv = (schema, value) => {
  const data = { value };
  return ajv.validate({ type: "object", properties: { value: schema } }, data) ? data.value : "refused";
};
const day = "2024-02-30";
const seen = {
  joi: joi.date().iso().validate(day).value.toISOString(),
  yup: yup.date().validateSync(day).toISOString(),
  zod: z.coerce.date().parse(day).toISOString(),
  nullDate: z.coerce.date().parse(null).toISOString(),
  nullNumbers: [z.coerce.number().parse(null), byAjv({ type: "number" }, null), z.coerce.number().parse([])],
};
console.log(seen);
const march = "2024-03-01T00:00:00.000Z";
assert.deepStrictEqual(seen, {
  joi: march,
  yup: march,
  zod: march,
  nullDate: "1970-01-01T00:00:00.000Z",
  nullNumbers: [0, 0, 0],
});
assert(!z.iso.date().safeParse(day).success && byAjv({ type: "string", format: "date" }, day) === "refused");
assert(joi.number().validate(null).error);
console.log("held: 30 February is valid, and null is a number");
NODE
