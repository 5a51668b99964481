"""The arguments of `watcher run`, read without Typer where they are as usual: it takes half the time of the command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watcher_core.shell.run import CommandRequest

# The options with a value, by the field that they fill. Typer's command has the same; a test compares them.
OPTIONS: Final = {
    "--pipeline": "pipeline",
    "-p": "pipeline",
    "--type": "pipeline_type",
    "--next-watermark": "next_watermark",
}
FLAGS: Final = {"--full-load": "full_load"}


def read_arguments(arguments: Sequence[str]) -> CommandRequest | None:
    """Return what was asked for; `None` where that takes a closer look, as for help and for mistakes."""
    if "--" not in arguments:
        return None
    separator = list(arguments).index("--")
    options, command = list(arguments[:separator]), tuple(arguments[separator + 1 :])
    given: dict[str, str] = {}
    flags: dict[str, bool] = {}
    while options:
        name, has_value, value = options.pop(0).partition("=")
        if name in FLAGS and not has_value:
            flags[FLAGS[name]] = True
        elif name in OPTIONS and (has_value or options):
            given[OPTIONS[name]] = value if has_value else options.pop(0)
        else:
            return None
    if not command or not given.get("pipeline"):
        return None
    return CommandRequest(
        pipeline=given["pipeline"],
        command=command,
        pipeline_type=given.get("pipeline_type"),
        next_watermark=given.get("next_watermark"),
        full_load=flags.get("full_load", False),
    )
