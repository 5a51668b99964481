"""A code location that cannot be imported while one switch is on, and takes its time while another is."""

import os
import time
from pathlib import Path

import dagster as dg

SWITCHES = Path(os.environ["FAULTS_SWITCHES"])

if (SWITCHES / "ledger").exists():
    raise ModuleNotFoundError("No module named 'ledger'")
if (SWITCHES / "books").exists():
    (SWITCHES / "books.pid").write_text(str(os.getpid()))
while (SWITCHES / "books").exists():
    time.sleep(0.2)


@dg.op
def work() -> None: ...


@dg.job
def ledger() -> None:
    work()


@dg.job
def books() -> None:
    work()


defs = dg.Definitions(jobs=[ledger, books], executor=dg.in_process_executor)
