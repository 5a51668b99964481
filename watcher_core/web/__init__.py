"""What all pages share: the look, as variables of CSS, light and dark, and how data gets into a page."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def tokens() -> str:
    """Return the variables, as CSS."""
    return (files(__name__) / "tokens.css").read_text("utf-8")


# Inside a script element these could end it or open a comment; as escapes they are the same JSON.
HARMFUL: dict[str, str | int | None] = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def script_json(data: object) -> str:
    """Return data as JSON that is safe inside a script element; all ASCII, so that no encoding can change what it says.

    Raises:
        ValueError: A number is none that JSON has.
    """
    return json.dumps(data, separators=(",", ":"), allow_nan=False).translate(str.maketrans(HARMFUL))
