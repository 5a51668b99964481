"""Texts of the help, without what prints the rest."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """The end of a command's help."""
    return "\b\n" + "\n".join([f"Example{'s' if len(commands) > 1 else ''}:", *(f"  {each}" for each in commands)])
