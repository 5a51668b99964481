"""The look that all pages share: colours and fonts as variables of CSS, light and dark."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def tokens() -> str:
    """Return the variables, as CSS."""
    return (files(__name__) / "tokens.css").read_text("utf-8")
