"""The version of the schema that this version of Watcher works with."""

from __future__ import annotations

# The newest revision in migrations/versions; a test holds it against the files.
SCHEMA_VERSION = "0014"
