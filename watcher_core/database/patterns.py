"""Names as patterns of LIKE: what people type, and what a token is for."""

from __future__ import annotations

import re
from typing import Final

# What is about a pipeline that has such a name, or had it before, whose id stands there.
OF_NAMES: Final = """{} IN (SELECT id FROM watcher.pipeline WHERE name LIKE %(names)s
                UNION ALL
               SELECT pipeline_id FROM watcher.pipeline_alias WHERE name LIKE %(names)s)"""


def taken_literally(typed: str) -> str:
    """Return the pattern that a text alone matches."""
    return re.sub(r"([\\%_])", r"\\\1", typed)


def pattern_of_names(names: str | None) -> str | None:
    """Return the pattern of a pipeline's name, or of the names that begin as it does before its `*`."""
    if names is None:
        return None
    return f"{taken_literally(names[:-1])}%" if names.endswith("*") else taken_literally(names)
