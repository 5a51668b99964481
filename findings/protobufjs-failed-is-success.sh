#!/usr/bin/env bash
# protobufjs 8.8.1 (npm), protobuf 7.36.2
#
# A report with the state "TIMED_OUT", which the receiver's schema does not have yet, becomes one with the first state
# of the schema, here SUCCESS, when protobufjs makes a message of the object. The text "false" is true, the text "12
# rows" are 0 rows, and 3,000,000,000 rows are -1,294,967,296. Nothing is said; only `verify`, which has to be called
# before, knows of the first three. The JSON reader of Google's library for Python refuses all of them.
#
# Most would guess: an error, or at least not the state of success.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional protobufjs@8.8.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check protobuf==7.36.2

node --input-type=module - <<'NODE'
import assert from "node:assert";
import protobuf from "protobufjs";

const { root } = protobuf.parse(`syntax = "proto3";
  enum State { SUCCESS = 0; FAILURE = 1; }
  message Report { State state = 1; bool partial = 2; int32 rows = 3; }`);
const Report = root.lookupType("Report");
const sent = (report) =>
  Report.toObject(Report.decode(Report.encode(Report.fromObject(report)).finish()), { enums: String, defaults: true });
const seen = [
  sent({ state: "TIMED_OUT" }).state,
  sent({ partial: "false" }).partial,
  sent({ rows: "12 rows" }).rows,
  sent({ rows: 3e9 }).rows,
];
console.log(seen);
assert.deepStrictEqual(seen, ["SUCCESS", true, 0, -1294967296]);
assert.strictEqual(Report.verify({ rows: 3e9 }), null);
for (const report of [{ state: "TIMED_OUT" }, { partial: "false" }, { rows: "12 rows" }]) {
  assert.ok(Report.verify(report), report);
}
NODE
"$folder/venv/bin/python" - <<'PYTHON'
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto
file = descriptor_pb2.FileDescriptorProto(name="report.proto", syntax="proto3")
state = file.enum_type.add(name="State")
state.value.add(name="SUCCESS", number=0)
state.value.add(name="FAILURE", number=1)
report = file.message_type.add(name="Report")
report.field.add(name="state", number=1, type=FIELD.TYPE_ENUM, type_name=".State", label=FIELD.LABEL_OPTIONAL)
report.field.add(name="partial", number=2, type=FIELD.TYPE_BOOL, label=FIELD.LABEL_OPTIONAL)
report.field.add(name="rows", number=3, type=FIELD.TYPE_INT32, label=FIELD.LABEL_OPTIONAL)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Report = message_factory.GetMessageClass(pool.FindMessageTypeByName("Report"))
for value in ({"state": "TIMED_OUT"}, {"partial": "false"}, {"rows": "12 rows"}, {"rows": 3_000_000_000}):
    try:
        json_format.ParseDict(value, Report())
    except json_format.ParseError:
        continue
    raise SystemExit(f"Python takes {value} now")
print("held: a state that is not known is success, and false is true")
PYTHON
