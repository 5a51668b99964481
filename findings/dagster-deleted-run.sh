#!/usr/bin/env bash
# dagster 1.13.27
#
# After instance.delete_run(run_id) the asset still has a latest materialization, with the deleted run's id, while
# fetch_materializations finds none. The event is deleted from the event log; the copy that the asset's own row keeps is not.
# Seen: has run: False / latest: yes, of the deleted run / fetched: 0
#
# Most would guess: both are gone (the run's events are deleted), or both remain.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - <<'PYTHON'
import dagster as dg


@dg.asset
def orders() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 1})


with dg.DagsterInstance.ephemeral() as instance:
    run_id = dg.materialize([orders], instance=instance).run_id
    instance.delete_run(run_id)
    latest = instance.get_latest_materialization_event(orders.key)
    fetched = instance.fetch_materializations(orders.key, limit=9).records
    print("has run:", instance.has_run(run_id), "/ latest:", latest and latest.run_id == run_id, "/ fetched:", len(fetched))
    assert not instance.has_run(run_id)
    assert latest is not None and latest.run_id == run_id
    assert fetched == []
print("held: the latest materialization names a run that was deleted, and no listing of materializations has it")
PYTHON
