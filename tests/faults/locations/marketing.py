"""A code location that does not load while its switch is on."""

import os
from pathlib import Path

import dagster as dg

if (Path(os.environ["FAULTS_SWITCHES"]) / "marketing").exists():
    import not_installed  # noqa: F401 # this is the fault

defs = dg.Definitions()
