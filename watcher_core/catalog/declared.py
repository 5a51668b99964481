"""The SQL of what the metadata of a pipeline declare, with `pipeline` in reach. People write anything in them."""

from __future__ import annotations

from typing import Final

from watcher_core import database

# As `text.parse_owners` reads them: an array of JSON with texts alone.
OWNERS: Final = """jsonb_path_query_array(
                   CASE jsonb_typeof(pipeline.pipeline_metadata -> 'owners')
                        WHEN 'array' THEN pipeline.pipeline_metadata -> 'owners'
                        WHEN 'string' THEN jsonb_build_array(pipeline.pipeline_metadata -> 'owners')
                        ELSE '[]' END,
                   'strict $[*] ? (@.type() == "string" && @ != "")')"""

RUNBOOK: Final = database.json_of_type("pipeline.pipeline_metadata -> 'runbook'", "string") + " #>> '{}'"
