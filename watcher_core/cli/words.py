"""Texts that several commands share, without what prints them."""

from __future__ import annotations

NONE_YET = "no pipelines yet: run a job in Dagster, or wrap one of cron: watcher run --pipeline NAME -- COMMAND"


def examples(*commands: str) -> str:
    """The end of a command's help."""
    return "\b\n" + "\n".join([f"Example{'s' if len(commands) > 1 else ''}:", *(f"  {each}" for each in commands)])
