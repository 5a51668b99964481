"""The code location `watcher`: it records every other one, and asks nothing of them."""

from watcher_dagster import build_watcher_definitions

defs = build_watcher_definitions()
