#!/usr/bin/env bash
# dictdiffer 0.10.0, jsondiff 2.2.1, jsonpatch 1.48
#
# A setting changes from 1 to true, from 0 to false or from 1 to 1.0. dictdiffer and jsondiff find no change, as
# Python has them equal, and the second does so when it is given the two as texts of JSON, too. jsonpatch has a
# replacement for each. For "retries: 1" and "retries: true", or a column whose default was 0 and is false, a watch of
# changes sees nothing.
#
# Most would guess: a number and a true or false differ in JSON, so the change is in the difference.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dictdiffer==0.10.0 \
    jsondiff==2.2.1 jsonpatch==1.48

"$folder/venv/bin/python" - <<'PYTHON'
import json

import dictdiffer
import jsondiff
import jsonpatch

for old, new in ((1, True), (0, False), (1, 1.0), ([1, 2], [True, 2])):
    before, after = {"setting": old}, {"setting": new}
    of_dictdiffer = list(dictdiffer.diff(before, after))
    of_jsondiff = json.loads(jsondiff.diff(json.dumps(before), json.dumps(after), load=True, dump=True))
    of_jsonpatch = list(jsonpatch.make_patch(before, after))
    print(old, new, of_dictdiffer, of_jsondiff, of_jsonpatch)
    assert of_dictdiffer == [] and of_jsondiff == {}, (of_dictdiffer, of_jsondiff)
    assert [one["op"] for one in of_jsonpatch] == ["replace"], of_jsonpatch
assert list(dictdiffer.diff({"setting": 1}, {"setting": 2})) == [("change", "setting", (1, 2))]
print("held: dictdiffer and jsondiff see no change from 1 to true, jsonpatch does")
PYTHON
