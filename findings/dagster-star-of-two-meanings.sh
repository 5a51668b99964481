#!/usr/bin/env bash
# dagster 1.13.27
#
# In a selection of assets a star behind a name stands for all assets downstream of it, and behind `key:` and the same
# name for any end of the name. The report, which is downstream, is in the first only; orders_archive, which is not, in
# the second only. `group:` takes a star as `key:` does, `kind:` looks for a kind named "*", and `tag:tier` finds no
# asset with a tag of that name, only one without a value.
# Seen: orders*: orders, report; key:orders*: orders, orders_archive; kind:py*: none
#
# Most would guess: a star has one meaning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg


@dg.asset(group_name="raw", kinds={"python"}, tags={"tier": "1"})
def orders() -> None: ...


@dg.asset(deps=[orders])
def report() -> None: ...


@dg.asset
def orders_archive() -> None: ...


def selected(text):
    keys = dg.AssetSelection.from_string(text).resolve([orders, report, orders_archive])
    return sorted(key.to_user_string() for key in keys)


seen = {text: selected(text) for text in ("orders*", "key:orders*", 'group:"ra*"', 'kind:"py*"', "tag:tier")}
print(seen)
assert seen == {
    "orders*": ["orders", "report"],
    "key:orders*": ["orders", "orders_archive"],
    'group:"ra*"': ["orders"],
    'kind:"py*"': [],
    "tag:tier": [],
}, seen
print("held: a star is a way through the graph, or the end of a name")
PYTHON
