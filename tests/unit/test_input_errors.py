"""What is wrong with an input is said in our words, at each door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
import typer
from pydantic import Field, HttpUrl, TypeAdapter, ValidationError

from watcher_core import ConfigurationError, Settings
from watcher_core.cli import app, main
from watcher_core.input_errors import broken_rule
from watcher_core.server.errors import response_for
from watcher_core.settings import VARIABLES

THEIRS = ("Input should", "Value error", "valid integer", "unable to parse", "Field required", "Assertion failed")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (int, "x", "it must be a whole number"),
        (int, 1.5, "it must be a whole number"),
        (int, None, "it must be a whole number"),
        (float, "x", "it must be a number"),
        (bool, "maybe", "it must be true or false"),
        (str, 5, "it must be text"),
        (list[int], 5, "it must be a list"),
        (dict[str, int], 5, "it must be an object"),
        (dt.datetime, "soon", "it must be a time, as 2026-01-02T06:00:00Z"),
        (HttpUrl, "x", "it must be an address, as https://example.com"),
        (Colour, "green", "it must be 'red' or 'blue'"),
        (Literal["a", "b"], "c", "it must be 'a' or 'b'"),
        (Annotated[int, Field(ge=1)], 0, "it must be at least 1"),
        (Annotated[int, Field(le=65_535)], 99_999, "it must be at most 65,535"),
        (Annotated[float, Field(gt=0)], 0, "it must be above 0"),
        (Annotated[float, Field(lt=2.5)], 3, "it must be below 2.5"),
        (Annotated[str, Field(min_length=1)], "", "it must be at least 1 character long"),
        (Annotated[str, Field(max_length=2)], "abc", "it must be at most 2 characters long"),
    ],
)
def test_a_broken_rule_is_in_our_words(kind: Any, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    assert broken_rule(refused.value.errors()[0]) == said
    body = bytes(response_for(refused.value).body).decode()
    assert f'"message": "{said}"' in body or f': {said}"' in body


@pytest.mark.parametrize("field", VARIABLES)
def test_a_setting_that_is_not_valid(field: str) -> None:
    for value in ("\x00", "no such thing", "-5"):
        try:
            Settings.load({VARIABLES[field][0]: value})
        except ConfigurationError as exc:
            assert not any(words in str(exc) for words in THEIRS)  # noqa: PT017 - others may be valid


def options(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Each command with one option that takes a value."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from options(command, *path, name)
        else:
            for each in command.params:
                if each.param_type_name == "option" and not getattr(each, "is_flag", False):
                    yield (*path, name, each.opts[0])


def test_an_option_that_is_not_valid(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    said = []
    for command in options(typer.main.get_command(app)):
        if command[0] in ("dev", "demo", "run", "serve"):  # which would begin, where the value is right
            continue
        with pytest.raises(SystemExit):
            main([*command, "no such thing"])
        error = capsys.readouterr().err
        said += [(command, words) for words in THEIRS if words in error]
    assert said == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("executions", "show", "x"), "'ID': 'x'; it must be a whole number"),
        (("executions", "list", "-n", "0"), "'-n': '0'; it must be at least 1"),
        (("executions", "list", "--state", "x"), "'-s': 'x' is not one of 'running', 'succeeded', 'failed'"),
        (("serve", "--port", "99999"), "'--port': '99999'; it must be at most 65,535"),
    ],
)
def test_an_argument_that_is_not_valid(command: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
