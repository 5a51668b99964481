"""The timers of systemd: those of the system, and those of this user's own systemd."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from watcher_core.shell.scheduled import ScheduledCommand, is_wrapped, output_of, recorder

WHEN: Final = "TimersCalendar,TimersMonotonic,RandomizedDelayUSec"

# A word as it stands in a unit, with its quotes.
WORD: Final = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+|\S""")
# A backslash at the end, unless another one stands before it.
CONTINUED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\$")
# What stands before a program and says how systemd runs it.
PREFIXES: Final = re.compile(r"[-:+!|@]*")


def find_timers(problems: list[str]) -> Iterator[ScheduledCommand]:
    """Read all timers that systemd has loaded.

    Args:
        problems: Takes what could not be read.
    """
    yield from _timers(["systemctl"], problems)
    yield from _timers(["systemctl", "--user"], problems)


def _timers(systemctl: Sequence[str], problems: list[str]) -> Iterator[ScheduledCommand]:
    listed = output_of([*systemctl, "list-timers", "--all", "--no-pager", "--output=json"], problems)
    if not listed:
        return
    try:
        timers = [(str(timer["unit"]), str(timer["activates"])) for timer in json.loads(listed)]
    except (ValueError, KeyError, TypeError):
        problems.append("systemctl list-timers: no JSON; Watcher reads that of systemd 246 and later")
        return
    for timer, service in timers:
        # Not `show`: it prints a command without its quotes.
        unit = output_of([*systemctl, "cat", "--no-pager", service], problems)
        when = output_of([*systemctl, "show", timer, f"--property={WHEN}"], problems)
        if unit:
            named = f"{timer} (systemctl --user)" if "--user" in systemctl else timer
            found = list(read_service(named, service, unit, when or ""))
            if not found:
                problems.append(f"{named}: it starts {service}, which says of no command that it runs it")
            yield from found


def read_service(timer: str, service: str, unit: str, when: str) -> Iterator[ScheduledCommand]:
    """Read a service that a timer starts.

    Args:
        timer: What the timer is called.
        service: That of the service.
        unit: What `systemctl cat` says of the service.
        when: What `systemctl show` says of the timer.
    """
    user, lines = None, list[str]()
    for name, value in _assignments(unit):
        if name == "User":
            user = value or None
        elif name == "ExecStart":
            lines = [*lines, value] if value else []  # an empty one takes back what stands above
    schedule = re.findall(r"\{ (\w+=.*?) ;", when)
    schedule += re.findall(r"^(RandomizedDelayUSec=[^0\n].*)", when, re.MULTILINE)
    pipeline = re.sub(r"\\x([0-9a-f]{2})", lambda escaped: chr(int(escaped[1], 16)), service.removesuffix(".service"))
    for command in [command for line in lines for command in _commands(line)]:
        yield ScheduledCommand(
            source=f"{timer}, which starts {service}",
            schedule=", ".join(schedule) or "by its timer",
            user=user,
            command=command,
            pipeline=pipeline,
            wrapped=None if is_wrapped(command) else f"ExecStart={_recorded(command, pipeline)}",
        )


def _assignments(unit: str) -> Iterator[tuple[str, str]]:
    """Give the settings in the section of the service, in their order: files of an override come last."""
    section = ""
    for line in _whole_lines(unit):
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line:
            name, _, value = line.partition("=")
            yield name.rstrip(), value.lstrip()


def _whole_lines(unit: str) -> Iterator[str]:
    """Join each line that ends with a backslash with the next one that is no comment."""
    begun: list[str] = []
    for line in map(str.strip, unit.splitlines()):
        if line.startswith(("#", ";")):
            continue
        goes_on = CONTINUED.search(line) is not None
        begun.append(line[:-1].rstrip() if goes_on else line)
        if not goes_on:
            yield " ".join(begun)
            begun = []
    if begun:
        yield " ".join(begun)


def _commands(line: str) -> list[str]:
    """Split a line at each semicolon that is a word of its own."""
    found = [list[str]()]
    for word in WORD.findall(line):
        if word == ";":
            found.append([])
        else:
            found[-1].append(word)
    return [" ".join(words) for words in found if words]


def _recorded(command: str, pipeline: str) -> str:
    """Return a command that is recorded. systemd splits it into words itself, without a shell."""
    prefixes = PREFIXES.match(command)
    assert prefixes is not None  # noqa: S101 - none is one, too
    program, *arguments = WORD.findall(command[prefixes.end() :])
    if "@" in prefixes[0]:  # the next word is what the program is called, which `watcher run` cannot say
        del arguments[:1]
    how = prefixes[0].replace("@", "")
    return " ".join([f"{how}{recorder(pipeline)}", program, *arguments])
