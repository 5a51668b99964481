"""A code location that does not load while its switch is on."""

import importlib
import os
from pathlib import Path

import dagster as dg

if (Path(os.environ["FAULTS_SWITCHES"]) / "marketing").exists():
    importlib.import_module("not_installed")

defs = dg.Definitions()
