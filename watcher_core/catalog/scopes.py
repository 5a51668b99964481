"""What part of its pipeline an execution is about: a partition, or the selection of a run; nothing for all of it."""

from __future__ import annotations

# How the scope of a run begins that is of a selection of its job, as the recorder makes it; one of all has `all` there.
SELECTION = "^[0-9a-f]{16}(?=/|$)"


def scope_of_all(scope: str) -> str:
    """Return the SQL of the scope of a run of all of a job, which is about each selection of it.

    Args:
        scope: The SQL of the scope of a run of a selection.
    """
    return f"regexp_replace({scope}, '{SELECTION}', 'all')"
