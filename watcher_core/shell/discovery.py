"""What a host runs on a schedule, and the line that would record it. Changes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from watcher_core.shell.crontabs import find_crontabs
from watcher_core.shell.scheduled import ScheduledCommand
from watcher_core.shell.timers import find_timers


def discover(*, root: Path = Path("/")) -> tuple[list[ScheduledCommand], list[str]]:
    """Return what this host runs on a schedule, and what could not be read.

    Args:
        root: Where the file system begins, for tests.
    """
    problems: list[str] = []
    found = [*find_crontabs(root, problems), *(find_timers(problems) if _has_systemd(root) else [])]
    return list(_with_unique_names(found)), problems


def _has_systemd(root: Path) -> bool:
    """Whether systemd runs this host; in a container it may be installed, and does nothing."""
    return (root / "run" / "systemd" / "system").is_dir()


def _with_unique_names(found: Iterable[ScheduledCommand]) -> Iterator[ScheduledCommand]:
    """Give commands that would have one name several: what one pipeline has failed, another would make good."""
    found = list(found)
    proposed = {each.pipeline for each in found}
    taken: set[str] = set()
    for each in found:
        if each.wrapped is None or each.pipeline not in taken:
            taken.add(each.pipeline)
            yield each
            continue
        number = 2
        while (name := f"{each.pipeline}-{number}") in proposed | taken:
            number += 1
        taken.add(name)
        option = f"--pipeline {shlex.quote(each.pipeline)} "
        renamed = each.wrapped.replace(option, f"--pipeline {shlex.quote(name)} ", 1)
        yield replace(each, pipeline=name, wrapped=renamed)
