"""What is wrong with an input, in our words: Pydantic's are for who has written the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

# By what Pydantic calls it: the rule that was broken, from its facts.
RULES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), lambda _: "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), lambda _: "a number"),
    "finite_number": lambda _: "a finite number",
    **dict.fromkeys(("bool_type", "bool_parsing"), lambda _: "true or false"),
    **dict.fromkeys(("string_type", "string_unicode"), lambda _: "text"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), lambda _: "a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "dataclass_type"), lambda _: "an object"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        lambda _: "a time, as 2026-01-02T06:00:00Z",
    ),
    **dict.fromkeys(("url_type", "url_parsing", "url_scheme"), lambda _: "an address, as https://example.com"),
    **dict.fromkeys(("literal_error", "enum"), lambda facts: str(facts["expected"])),
    "greater_than_equal": lambda facts: f"at least {_number(facts['ge'])}",
    "less_than_equal": lambda facts: f"at most {_number(facts['le'])}",
    "greater_than": lambda facts: f"above {_number(facts['gt'])}",
    "less_than": lambda facts: f"below {_number(facts['lt'])}",
    "string_too_short": lambda facts: f"at least {_characters(facts['min_length'])} long",
    "string_too_long": lambda facts: f"at most {_characters(facts['max_length'])} long",
}


def _number(value: float) -> str:
    return f"{int(value):,}" if int(value) == value else f"{value:,}"


def _characters(number: int) -> str:
    return f"{number:,} character{'' if number == 1 else 's'}"


def broken_rule(error: Mapping[str, Any]) -> str:
    """Return the rule that one of the errors of a `ValidationError` is about, as in `it must be a whole number`."""
    kind, facts = str(error["type"]), error.get("ctx") or {}
    if kind in RULES:
        return f"it must be {RULES[kind](facts)}"
    if kind == "too_short":
        least = facts["min_length"]
        return f"it must have at least {_number(least)} value{'' if least == 1 else 's'}"
    if kind == "missing":
        return "it is missing"
    if kind == "extra_forbidden":
        return "there is no such entry"
    said = str(error["msg"])
    for words in ("Value error, ", "Assertion failed, "):
        said = said.removeprefix(words)
    return said.replace("Input should be", "it must be", 1)
