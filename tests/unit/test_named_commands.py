"""A command that a message, a page of the board or the documentation names is there, with its options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from tests.documentation import PAGES, ROOT
from watcher_core import cli

CODE = sorted([*(ROOT / "watcher_core").rglob("*.py"), *(ROOT / "watcher_dagster").rglob("*.py")])
TEMPLATES = sorted((ROOT / "watcher_core").rglob("*.html"))
COMMANDS = typer.main.get_command(cli.app)
# From the name of the program to where another command, a comment or the command that it runs begins.
NAMED = re.compile(r"\bwatcher((?: [a-z][a-z-]*)+)((?:(?!&&| -- | #)[^`<|;\n])*)")
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


def texts(path: Path) -> Iterator[str]:
    """What a file says to people: of Python, its strings."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield source
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def mistakes(text: str) -> Iterator[str]:
    """What is named as a command and is none; of what is one, options that it does not have."""
    for words, rest in NAMED.findall(text):
        command = COMMANDS
        for word in words.split():
            children = getattr(command, "commands", None)
            if children is None:
                break
            if word not in children:
                if command is not COMMANDS:  # else it is prose: "watcher does"
                    yield f"watcher{words}"
                break
            command = children[word]
        if command is not COMMANDS:
            options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
            yield from (f"watcher{words} {each}" for each in OPTION.findall(rest) if each not in {*options, "--help"})


@pytest.mark.parametrize("paths", [CODE, TEMPLATES, PAGES], ids=["code", "templates", "pages"])
def test_a_command_that_is_named_is_there(paths: list[Path]) -> None:
    assert [(path, each) for path in paths for text in texts(path) for each in mistakes(text)] == []


@pytest.mark.parametrize(
    "text", ["watcher alerts preview", "watcher anomalies rules drop", "watcher alerts ack 1 --who a"]
)
def test_a_command_that_is_not_there_is_noticed(text: str) -> None:
    assert list(mistakes(text))
