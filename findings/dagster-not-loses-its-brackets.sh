#!/usr/bin/env bash
# dagster 1.13.27
#
# The text of a selection, str(), by the syntax that from_string() and the search of the web page take, leaves out the brackets
# behind a "not". All but a and b is written as `not key:"a" or key:"b"`, which is read as all but a, or b. So the text of all
# but a and b selects b, and that of all but what lies before d selects other assets than the selection did.
# Seen: of a, b, c, d: all but (a or b): cd, its text: bcd; all but (a less b): bcd, its text: cd; all but (a and b): abcd, its
#       text: b; all but the two before d: ad, its text: a
#
# Most would guess: `not (key:"a" or key:"b")`, which from_string() reads, and so the assets that were selected.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import dagster as dg


def asset(name: str, *before: str) -> dg.AssetsDefinition:
    @dg.asset(name=name, deps=list(before))
    def compute() -> None: ...

    return compute


assets = [asset("a"), asset("b", "a"), asset("c", "b"), asset("d", "c")]
a, b, d = (dg.AssetSelection.assets(name) for name in "abd")
everything = dg.AssetSelection.all()


def names(selection: dg.AssetSelection) -> str:
    return "".join(sorted(key.to_user_string() for key in selection.resolve(assets)))


seen = {}
for selection in (
    everything - (a | b),
    everything - (a - b),
    everything - (a & b),
    everything - d.upstream(depth=2, include_self=False),
    d | (everything - a),
):
    text = str(selection)
    seen[text] = names(selection), names(dg.AssetSelection.from_string(text))
print(*seen.items(), sep="\n")
assert seen == {
    'not key:"a" or key:"b"': ("cd", "bcd"),
    'not key:"a" and not key:"b"': ("bcd", "cd"),
    'not key:"a" and key:"b"': ("abcd", "b"),
    'not 2+key:"d" and not key:"d"': ("ad", "a"),
    'key:"d" or (not key:"a")': ("bcd", "bcd"),
}, seen
bracketed = names(dg.AssetSelection.from_string('not (key:"a" or key:"b")'))
assert bracketed == "cd", bracketed
print("held: the text of all but a and b selects b")
PYTHON
