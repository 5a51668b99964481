#!/usr/bin/env bash
# luigi 3.8.1
#
# The command of Luigi exits with 0 where a task has failed, as its codes for failed, missing and other tasks are all
# 0 unless they are set. And a task whose run ends without having written its output is a success: luigi.build is True
# and the summary is ":)", though the target is not there and the next run begins anew.
#
# Most would guess: a failed task makes the command fail, and a task without its output has failed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check luigi==3.8.1
cd "$folder"
cat >tasks.py <<'PYTHON'
import luigi


class Failing(luigi.Task):
    def output(self):
        return luigi.LocalTarget("failing.csv")

    def run(self):
        raise RuntimeError("no such luck")


class Forgetful(luigi.Task):
    def output(self):
        return luigi.LocalTarget("forgetful.csv")

    def run(self):
        pass
PYTHON
export PYTHONPATH=.
luigi="$folder/venv/bin/luigi --module tasks --local-scheduler"

for task in Failing Forgetful; do
    code=0
    $luigi $task >"$task.log" 2>&1 || code=$?
    grep "This progress looks" "$task.log"
    echo "$task: exit code $code"
    if [ $code != 0 ]; then echo "the exit code was 0" && exit 1; fi
done
grep -q "1 failed" Failing.log
grep -q "1 ran successfully" Forgetful.log

"$folder/venv/bin/python" - <<'PYTHON'
import pathlib

import luigi
import tasks

seen = {
    task.__name__: luigi.build([task()], local_scheduler=True, log_level="CRITICAL")
    for task in (tasks.Failing, tasks.Forgetful)
}
print(seen)
assert seen == {"Failing": False, "Forgetful": True}, seen
assert not pathlib.Path("forgetful.csv").exists() and not tasks.Forgetful().complete()
print("held: the command exits with 0 after a failed task, and a task without its output is a success")
PYTHON
