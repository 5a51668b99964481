"""Parts of statements that stand in many, and how statements are sent."""

from __future__ import annotations

from watcher_core import arguments


def unindented(statement: str) -> str:
    """Return a statement without the spaces at the beginning of its lines.

    The driver remembers how a statement is read, but for one of more than 4,096 characters; spaces count.
    """
    return "\n".join(line.lstrip() for line in statement.splitlines())


def rows_of_page(
    alias: str, condition: str, *, order: str, after: int | None, limit: int | None
) -> tuple[str, dict[str, int | None]]:
    """Return which rows of a table a list has, all of SQL: all of them, or a page, in the order of the ids.

    Args:
        alias: The alias of the table.
        condition: What its rows have to meet.
        order: The order of the whole list.
        after: The id of the last row of the page before.
        limit: How many rows a page has; without either, the list is whole.

    Returns:
        The end of the statement, with its parameters.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    if after is None and limit is None:
        return f"WHERE {condition} ORDER BY {order}", {}
    page = {
        "after": 0 if after is None else arguments.identifier(after, "after"),
        "limit": arguments.positive(limit, "limit"),
    }
    return f"WHERE ({condition}) AND {alias}.id > %(after)s ORDER BY {alias}.id LIMIT %(limit)s", page


def json_of_type(json: str, kind: str) -> str:
    """Return the SQL of a value in metadata where it is of the type that Watcher writes there, and of NULL elsewhere.

    Whoever recorded it may have written anything.

    Args:
        json: The SQL of the value.
        kind: The type, as `jsonb_typeof` has it.
    """
    return f"CASE jsonb_typeof({json}) WHEN '{kind}' THEN {json} END"
