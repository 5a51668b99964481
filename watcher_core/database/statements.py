"""How statements are sent."""

from __future__ import annotations


def unindented(statement: str) -> str:
    """Return a statement without the spaces at the beginning of its lines.

    The driver remembers how a statement is read, but for one of more than 4,096 characters; spaces count.
    """
    return "\n".join(line.lstrip() for line in statement.splitlines())
