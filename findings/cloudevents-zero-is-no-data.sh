#!/usr/bin/env bash
# cloudevents 10.0.0 (npm)
#
# An event whose data is 0 or false, sent as one JSON document, arrives without data; 1 and true arrive. Sent with its
# attributes in headers 0 arrives, 1 is refused, and null arrives as the text "null". The text of an object is an
# object by headers, and a text in a document. Of an array of 32-bit numbers each is cut to its last byte.
# Seen: undefined for 0 and false in a document; 'null' for null by headers; 300 is 44
#
# Most would guess: one event has the same data in both forms, or is refused in both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional cloudevents@10.0.0

TZ=UTC node - <<'NODE'
const assert = require("assert");
const { CloudEvent, HTTP } = require("cloudevents");

const arrived = (data, form) => {
  const event = { id: "1", source: "/runs", type: "ended", data, datacontenttype: "application/json" };
  try {
    return HTTP.toEvent(HTTP[form](new CloudEvent(event))).data;
  } catch (error) {
    return error.message;
  }
};
const DATA = [0, false, 1, true, null, '{"a":1}'];
const seen = {
  structured: DATA.map((data) => arrived(data, "structured")),
  binary: DATA.map((data) => arrived(data, "binary")),
  bytes: HTTP.toEvent(
    HTTP.structured(new CloudEvent({ id: "1", source: "/runs", type: "t", data: new Uint32Array([300, 1]) })),
  ).data,
};
console.log(seen);
const refused = "invalid payload type, allowed are: string or object";
assert.deepStrictEqual(seen, {
  structured: [undefined, undefined, 1, true, undefined, '{"a":1}'],
  binary: [0, false, refused, refused, "null", { a: 1 }],
  bytes: new Uint32Array([44, 1]),
});
console.log("held: data of 0 is no data");
NODE
