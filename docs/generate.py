"""Write docs/reference on commands, settings and tables: `python -m docs.generate`; `--check` only compares.

Sphinx writes the Python reference, from docstrings: see conf.py.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import typer
from sqlalchemy.dialects import postgresql

from watcher_core import cli, settings
from watcher_core.database import models

REFERENCE = Path(__file__).parent / "reference"
GENERATED = "<!-- Written by `make docs` from the code. Change it there. -->\n"


def pages() -> dict[str, str]:
    return {
        "command-line.md": page("Command line", command_reference()),
        "settings.md": page("Settings", settings_reference()),
        "schema.md": page("Schema", schema_reference()),
    }


def page(title: str, lines: Iterator[str]) -> str:
    text = "\n".join([f"# {title}", "", GENERATED, *lines])
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


# Command line


def command_reference() -> Iterator[str]:
    yield from command_page(typer.main.get_command(cli.app), "watcher")


def command_page(command: Any, path: str) -> Iterator[str]:
    yield f"## `{path}`\n\n{inspect.cleandoc(command.help or '')}\n"
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    if shown:
        yield "| argument | meaning |\n|---|---|"
        for parameter in shown:
            yield f"| {parameter_names(parameter)} | {one_line(getattr(parameter, 'help', ''))} |"
        yield ""
    if command.epilog:
        yield f"```text\n{inspect.cleandoc(command.epilog.replace(chr(8), '')).strip()}\n```\n"
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from command_page(child, f"{path} {name}")


def parameter_names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])


def one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


# Settings


def settings_reference() -> Iterator[str]:
    yield inspect.getdoc(settings) + "\n"  # type: ignore[operator] # the module has a docstring
    yield "| variable | also read from | meaning | default |\n|---|---|---|---|"
    meanings = attribute_meanings(inspect.getdoc(settings.Settings) or "")
    for field, names in settings.VARIABLES.items():
        default = settings.Settings.model_fields[field].default
        shown = "" if default is None else f"`{default}`"
        yield f"| `{names[0]}` | {', '.join(f'`{name}`' for name in names[1:])} | {meanings[field]} | {shown} |"


def attribute_meanings(text: str) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for line in text.partition("Attributes:")[2].splitlines():
        name, _, meaning = line.strip().partition(": ")
        if meaning:
            meanings[name] = meaning
    return meanings


# Schema


def schema_reference() -> Iterator[str]:
    yield "All tables live in the schema `watcher`.\n"
    for table in models.Base.metadata.sorted_tables:
        yield f"## `{table.name}`\n\n{table.comment}.\n"
        yield "| column | type | null | meaning |\n|---|---|---|---|"
        for column in table.columns:
            meaning = one_line(column.comment) or references(column)
            yield f"| `{column.name}` | {type_name(column)} | {'yes' if column.nullable else ''} | {meaning} |"
        yield ""


def references(column: sa.Column[Any]) -> str:
    return ", ".join(f"→ `{key.target_fullname.removeprefix('watcher.')}`" for key in column.foreign_keys)


def type_name(column: sa.Column[Any]) -> str:
    if isinstance(column.type, sa.Enum):
        return " \\| ".join(f"`{value}`" for value in column.type.enums)
    return column.type.compile(postgresql.dialect()).lower()


def main(arguments: list[str]) -> int:
    written = pages()
    if "--check" in arguments:
        stale = [
            name
            for name, text in written.items()
            if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != text
        ]
        if stale:
            print(f"docs/reference is out of date ({', '.join(stale)}); write it anew with: make docs")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, text in written.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
