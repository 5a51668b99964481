#!/usr/bin/env bash
# dagster 1.13.27
#
# get_run_records(limit=2) gives the newest two of five runs, and its cursor is the id of the last run of a page. A cleanup
# deletes the two and asks for the page behind them, with that cursor. It is empty, without an error or a warning: the
# three older runs are never seen, and a loop "until the page is empty" ends after the first page.
# Seen: pages of 2, then 0; 3 runs are left. Without deleting: pages of 2, 2, 1.
#
# Most would guess: the cursor is a place in the list, so that the next page follows; or an error that the run is gone.
# The way out is to read all ids first (get_run_ids), or to ask for the first page again and again.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dagster==1.13.27

"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import logging
import sys

import dagster as dg

logging.disable(logging.CRITICAL)


@dg.op
def work(): ...


@dg.job
def nightly():
    work()


def pages(instance, delete):
    cursor = None
    while True:
        page = [record.dagster_run.run_id for record in instance.get_run_records(limit=2, cursor=cursor)]
        yield len(page)
        if not page:
            return
        for run_id in page if delete else ():
            instance.delete_run(run_id)
        cursor = page[-1]


with dg.DagsterInstance.local_temp(sys.argv[1]) as instance:
    for _ in range(5):
        assert nightly.execute_in_process(instance=instance).success
    kept = list(pages(instance, delete=False))
    deleted = list(pages(instance, delete=True))
    left = len(instance.get_run_records())

print(kept, deleted, left)
assert kept == [2, 2, 1, 0], kept
assert (deleted, left) == ([2, 0], 3), (deleted, left)
print("held: the page behind a deleted run is empty, though three older runs are there")
PYTHON
