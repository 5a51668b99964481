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

from docs import fault_table
from watcher_core import cli, settings
from watcher_core.database import models
from watcher_dagster import counts, metadata

REFERENCE = Path(__file__).parent / "reference"
GENERATED = "<!-- Written by `make docs` from the code. Change it there. -->\n"


def pages() -> dict[str, str]:
    return {
        "command-line.md": page("Command line", command_reference()),
        "settings.md": page("Settings", settings_reference()),
        "schema.md": page("Schema", schema_reference()),
        "count-keys.md": page("Keys that count rows", count_keys_reference()),
    }


def page(title: str, lines: Iterator[str]) -> str:
    text = "\n".join([f"# {title}", "", GENERATED, *lines])
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


# Command line


ABOUT_COMMANDS = """\
What is asked for goes to standard output: with `--json`, one value of JSON, or nothing where there is an error.
An error, a warning or a note is text on standard error, with `--json`, too.

| exit code | meaning |
|---|---|
| 0 | it is done |
| 1 | an error, in the line that begins with `error:`; or something was found, where a command says that this counts |
| 2 | the command line is wrong: no such command or option, one that is missing, or a value that it does not take |
| 130 | Ctrl-C has ended it |

A value that an option takes and that breaks a rule, as an empty note or a retention of 30 days, is an error: 1.
`watcher run` ends as the command that it runs: with its exit code, or by its signal.
"""


def command_reference() -> Iterator[str]:
    yield ABOUT_COMMANDS
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


# Keys that count rows


def count_keys_reference() -> Iterator[str]:
    yield inspect.cleandoc(COUNT_KEYS_TEXT) + "\n"
    yield "| counts | metadata key | written by |\n|---|---|---|"
    for field, own in metadata.COUNT_KEYS.items():
        yield f"| `{field}` | `{own}` | Watcher, and whoever writes for it |"
        for key, origin in counts.PRESETS[field].items():
            yield f"| `{field}` | `{key}` | {one_line(origin)} |"
        if field == "inserts":
            yield f"| `{field}` | `{counts.SLING_COUNT_KEY}`, beside `{counts.SLING_STREAM_KEY}` | dagster-sling |"


COUNT_KEYS_TEXT = """
The recorder reads the counts of an execution from the metadata of its materialization. Of several keys for one count
the first in this table is taken, after those that the project names. `Number of records` is read as
`number_of_records`. `inserts` are rows that the execution wrote; `total_rows` is the total of the table, or of the
partition. Both are kept where both are there.

A value is a whole number of rows: `0`, `12`, `12.0` or the text `12`. `0` says that there were no rows; without a key
the number is unknown. Any other value is no number of rows; it stays in the metadata. A load of dagster-dlt without
`rows_loaded` is no sign of fresh data, unless dagster-dlt knows no columns of the table: it leaves the number out when
there were no rows, and when rows name their tables.

A project says what its own keys count, in one place: `count_keys=` of `build_watcher_definitions`, of `WatcherResource`
or of `WatcherComponent`, or the setting `WATCHER_COUNT_KEYS`.

```python
from watcher_dagster import build_watcher_definitions

defs = build_watcher_definitions(count_keys={"rows written": "inserts", "row_count": "none"})
```

```sh
WATCHER_COUNT_KEYS="rows written=inserts, row_count=none"
```

`none` says that a key counts no rows. Several events of one step, asset and partition are read as one: the last value
of each key is taken. Events that carry `watcher/counts: add` add up, as for one event a chunk. The metadata of a step
that materializes several partitions stands on each of them; a number that all carry is left out, because it is most
likely the number of all together.
"""


# Settings


def settings_reference() -> Iterator[str]:
    yield inspect.getdoc(settings) + "\n"  # type: ignore[operator] # the module has a docstring
    yield "| variable | also read from | meaning | default |\n|---|---|---|---|"
    meanings = attribute_meanings(inspect.getdoc(settings.Settings) or "")
    for field, names in settings.VARIABLES.items():
        default = settings.Settings.model_fields[field].default
        shown = "" if default is None else f"`{default}`"
        meaning, others = one_line(meanings[field]), ", ".join(f"`{name}`" for name in names[1:])
        yield f"| `{names[0]}` | {others} | {meaning} | {shown} |"


def attribute_meanings(text: str) -> dict[str, str]:
    """Each attribute's meaning, in a docstring of Google's style; what is indented goes on with the line before."""
    lines = inspect.cleandoc(text.partition("Attributes:")[2]).splitlines()
    meanings: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith(" "):
            meanings[name] += " " + line.strip()
        else:
            name, _, meanings[name] = line.partition(": ")
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
        if fault_table.PAGE.read_text(encoding="utf-8") != fault_table.page():
            stale.append("../faults.md")
        if stale:
            print(f"docs/reference is out of date ({', '.join(stale)}); write it anew with: make docs")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, text in written.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    fault_table.PAGE.write_text(fault_table.page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
