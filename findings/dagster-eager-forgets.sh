#!/usr/bin/env bash
# dagster 1.13.27
#
# revenue follows orders by AutomationCondition.eager(), which looks every 30 seconds. A run of revenue ends, and after that
# orders is updated again. Where a look falls between the two, revenue is run again. Where both come between two looks, it
# never is: the update of orders, the newer of the two, is forgotten for good.
# Seen: requests with a look in between: [1, 0] / without: [0, 0]
#
# Most would guess: [1, 0] in both cases. The order of the events is the same, and what is newer should be noticed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg

orders = dg.AssetSpec("orders")


@dg.asset(deps=[orders], automation_condition=dg.AutomationCondition.eager())
def revenue() -> None: ...


definitions = dg.Definitions(assets=[orders, revenue])


def requests(*, looks_in_between: bool) -> list[int]:
    """revenue is requested, its run ends, orders is updated: what automation then requests at two looks."""
    cursor = None
    with dg.DagsterInstance.ephemeral() as instance:

        def made(key: str) -> None:
            instance.report_runless_asset_event(dg.AssetMaterialization(key))

        def look() -> int:
            nonlocal cursor
            result = dg.evaluate_automation_conditions(definitions, instance, cursor=cursor)
            cursor = result.cursor
            return result.total_requested

        look()
        made("orders")
        assert look() == 1
        made("revenue")
        if looks_in_between:
            assert look() == 0
        made("orders")
        return [look(), look()]


with_look, without = requests(looks_in_between=True), requests(looks_in_between=False)
print("requests with a look in between:", with_look, "/ without:", without)
assert with_look == [1, 0], with_look
assert without == [0, 0], without
print("held: an update that comes after a run, but before automation has looked at that run, is forgotten")
PYTHON
