"""A code location of one job, whose code cannot be imported, or takes its time, while the job's switch is on."""

import os
import time
from pathlib import Path

import dagster as dg

SWITCHES = Path(os.environ["FAULTS_SWITCHES"])
NAME = os.environ["FAULTS_JOB"]

if (SWITCHES / NAME).exists():
    if NAME == "ledger":
        raise ModuleNotFoundError("No module named 'ledger'")
    (SWITCHES / f"{NAME}.pid").write_text(str(os.getpid()))
while (SWITCHES / NAME).exists():
    time.sleep(0.2)


@dg.op
def work() -> None: ...


@dg.job(name=NAME)
def job() -> None:
    work()


defs = dg.Definitions(jobs=[job], executor=dg.in_process_executor)
