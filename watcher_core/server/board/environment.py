"""The templates. Their code asks little of each value: a page has thousands, and most are text that is as it should be.

What Jinja offers to be replaced is: the template's class, whose code escapes what it shows, and that of the context,
which calls functions and macros. The text is the same; it is there in 0.6 of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from functools import cache
from types import CodeType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup, escape

from watcher_core.server.board import static, words

# Text without any of these is its own HTML.
_escaped_in = re.compile("[&<>'\"]").search


@cache
def environment() -> Environment:
    """Return the templates. Everything that they show is escaped; what is missing is an error."""
    made = _Environment(
        loader=PackageLoader("watcher_core.server.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else each of a page's files is looked at for each page
    )
    made.filters.update(words.FILTERS)
    made.globals.update(static=static.address, link=words.link, badge=words.badge)
    return made


class _Context(Context):
    """Calls a function as it is: none of ours asks for the context, which Jinja looks for at each call."""

    def call(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Call a function or a macro from a template."""
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return function(*arguments, **named)


class _Template(Template):
    """A template that escapes by `shown`."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002  # Jinja's name
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """Make a template of its compiled code."""
        made = super().from_code(environment, code, globals, uptodate)
        names: dict[str, Any] = made.root_render_func.__globals__
        names["escape"] = shown
        return made


class _Environment(Environment):
    template_class = _Template
    context_class = _Context


def shown(value: Any) -> str:
    """Return a value as a template shows it, as `markupsafe.escape` does."""
    kind = type(value)
    if kind is Markup or (kind is str and not _escaped_in(value)):
        text: str = value
        return text
    return str(value) if kind is int or kind is float else escape(value)
