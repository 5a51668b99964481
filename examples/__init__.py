"""Projects to read and to copy from: Watcher beside a Dagster project, and without Dagster."""
