"""What programs read: with `--json`, standard output is JSON or nothing, whatever the database is like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from watcher_core import Watcher
from watcher_core.cli import app, main

# What commands need, by the names of what they take.
NEEDED = {
    "address": "t",
    "alert": "1",
    "alert_id": "1",
    "column": "c",
    "days": "90",
    "execution": "1",
    "execution_id": "1",
    "kind": "freshness",
    "name": "p",
    "pipeline": "p",
    "retention_days": "90",
    "rule": "1",
    "state": "failed",
    "text": "t",
    "until": "1h",
    "window_id": "1",
    "url": "postgresql://127.0.0.1:1/x",
}


# What some need beside what Typer knows to be required.
MORE = {
    ("pipelines", "set"): ["--inactive"],
    ("pipelines", "rewind"): ["--to", "1"],
    ("maintenance", "add"): ["--for", "1h"],
    ("anomalies", "rules", "create"): ["inserts"],
    ("anomalies", "rules", "set"): ["--inactive"],
    ("lineage", "set"): ["--deprecated"],
}


def commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Each command that takes `--json`, with what it needs."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        elif any("--json" in each.opts for each in command.params):
            needed: list[str] = []
            for each in command.params:
                if each.required:
                    needed += (
                        [NEEDED.get(each.name, "x")]
                        if each.param_type_name == "argument"
                        else [each.opts[0], NEEDED.get(each.name, "x")]
                    )
            yield (*path, name, *needed, *MORE.get((*path, name), []))


COMMANDS = list(commands(typer.main.get_command(app)))


def run(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--json"])
    code = ended.value.code
    assert isinstance(code, int)
    return code, *capsys.readouterr()


def test_there_are_commands_for_programs() -> None:
    assert len(COMMANDS) > 40


@pytest.mark.parametrize("state", ["away", "empty", "without a schema", "of an older version"])
def test_standard_output_is_json_or_nothing(
    state: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    match state:
        case "away":
            url = "postgresql://nobody@127.0.0.1:1/nothing"
        case "without a schema":
            url = request.getfixturevalue("empty_database_url")
        case _:
            url = request.getfixturevalue("database_url")
    if state == "of an older version":
        with Watcher(url) as watcher:
            watcher.downgrade("0030")
    monkeypatch.setenv("WATCHER_DATABASE_URL", url)
    problems: list[tuple[object, ...]] = []
    for command in COMMANDS:
        code, out, err = run(command, capsys)
        try:
            json.loads(out or "null")
        except ValueError:
            problems.append((command, "prints", out[:200]))
        if code not in (0, 1):
            problems.append((command, code, err[-200:]))
        if not out and not (code == 1 and err.startswith("error: ")):
            problems.append((command, code, err[-200:]))
    assert "\n".join(map(str, problems)) == ""
