"""Templates escape what they show, and call what they call, as Jinja's own do."""

import datetime as dt
import gettext

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from watcher_core.enums import ExecutionState
from watcher_core.server.board.environment import environment, shown

VALUES = (
    "plain/name_1",
    "a & b",
    "<script>",
    "it's",
    'say "hi"',
    "",
    "ü",
    Markup("<b>bold</b>"),
    7,
    -1.5,
    True,
    None,
    ExecutionState.FAILED,
    dt.date(2026, 3, 10),
    ["<", 1],
    gettext.NullTranslations,
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_shown_as_markupsafe_escapes_it(value):
    assert str(shown(value)) == str(escape(value))


def test_text_that_only_claims_to_be_markup_in_its_class_is_escaped():
    class Named(str):
        __slots__ = ()

    assert shown(Named("<i>")) == "&lt;i&gt;"


TEMPLATES = {
    "parts": """{% macro link(name, class='') %}<a class='{{ class }}'>{{ name }}</a>{% endmacro %}
{% macro box(title) %}<p>{{ title }}: {{ caller(title) }}</p>{% endmacro %}""",
    "base": "<title>{% block title %}none{% endblock %}</title>{% block main %}{% endblock %}",
    "page": """{% extends "base" %}{% import "parts" as parts %}{% from "parts" import link with context %}
{% set made %}{{ name }}<br>{% endset %}
{% block title %}{{ super() }} {{ name }}{% endblock %}
{% block main %}{% for each in rows recursive %}{{ loop.index }}
{{ parts.link(each.name, class=name) }}{{ link(each.name) }}
{% if each.rows %}{{ loop(each.rows) }}{% endif %}{% endfor %}
{% call(title) parts.box("a < b") %}{{ title }}{% endcall %}
{{ name ~ Markup("<hr>") }} {{ name.replace("<", "&") }} {{ made }} {{ "%d" % 5 }} {{ name | upper }} {{ name | safe }}
{% endblock %}""",
}


def test_a_template_says_what_it_says_with_jinja_itself():
    ours = environment().overlay(loader=DictLoader(TEMPLATES), cache_size=50)
    plain = Environment(
        loader=DictLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    rows = [{"name": "<a>", "rows": [{"name": "b & c", "rows": []}]}, {"name": Markup("<i>"), "rows": []}]
    given = {"name": "<o'clock>", "rows": rows, "Markup": Markup}
    assert ours.get_template("page").render(given) == plain.get_template("page").render(given)


def test_what_is_missing_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()
