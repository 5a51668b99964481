"""The crontabs of a host: those of the system, and those of users."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from watcher_core.shell.scheduled import ScheduledCommand, is_wrapped, output_of, proposed_name, wrapped

SYSTEM_CRONTABS: Final = ("etc/crontab", "etc/cron.d")
# Where crontabs of users are, each by the name of its user: on Debian and Alpine, on SUSE, on Red Hat.
USER_CRONTABS: Final = ("var/spool/cron/crontabs", "var/spool/cron/tabs", "var/spool/cron")

# Debian's cron reads no other names in /etc/cron.d.
NAME_ON_DEBIAN: Final = re.compile(r"[A-Za-z0-9_-]+")
# Others read all but these.
NAME_OF_NO_CRONTAB: Final = re.compile(r"[.#].*|.*(?:~|\.rpm(?:save|orig|new))")

FIELD: Final = r"[\d*,/A-Za-z~?#LW-]+"
ENTRY: Final = re.compile(rf"\s*(?P<when>@\w+|{FIELD}(?:\s+{FIELD}){{4}})\s+(?P<rest>\S.*)")
ASSIGNMENT: Final = re.compile(r"\s*(?P<name>[^\s=\"']+|\"[^\"]*\"|'[^']*')\s*=\s*(?P<value>.*)")
UNESCAPED_PERCENT: Final = re.compile(r"(?<!\\)%")
# In a command with none of these, a tab parts words and does no more.
QUOTES: Final = re.compile(r"[\\\"']")


def find_crontabs(root: Path, problems: list[str]) -> Iterator[ScheduledCommand]:
    """Read all crontabs of a host that this user may read.

    Args:
        root: Where the file system begins.
        problems: Takes what could not be read.
    """
    is_debian = (root / "etc/debian_version").exists()
    for place in SYSTEM_CRONTABS:
        path = root / place
        is_folder = path.is_dir()
        for file in _files(path, problems) if is_folder else [path]:
            if not is_folder or _is_read_by_cron(file.name, is_debian=is_debian):
                yield from _read_file(file, problems, names_user=True)
    yield from _crontabs_of_users(root, problems)


def _is_read_by_cron(name: str, *, is_debian: bool) -> bool:
    if is_debian:
        return NAME_ON_DEBIAN.fullmatch(name) is not None
    return NAME_OF_NO_CRONTAB.fullmatch(name) is None


def _crontabs_of_users(root: Path, problems: list[str]) -> Iterator[ScheduledCommand]:
    """Read those of all users, as root may; others read their own, which only `crontab` can."""
    folder = next((root / place for place in USER_CRONTABS if os.path.isdir(root / place)), None)  # noqa: PTH112 - `Path.is_dir` raises where its folder is closed
    if folder is not None:
        refused: list[str] = []
        files = _files(folder, refused)
        if not refused:
            for file in files:
                if _is_user(file.name):
                    yield from _read_file(file, problems, user=file.name)
            return
        problems.append(f"{folder}, where the crontabs of other users are; as root it can be read")
    listed = output_of(["crontab", "-l"], problems)
    if listed:
        yield from read_crontab(listed, source="crontab -l", problems=problems)


def _is_user(name: str) -> bool:
    """Whether cron runs what stands in a file of that name; editors leave others behind."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _files(folder: Path, problems: list[str]) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as exc:  # hardened hosts let root alone look
        problems.append(str(exc))
        return []


def _read_file(
    file: Path, problems: list[str], *, names_user: bool = False, user: str | None = None
) -> Iterator[ScheduledCommand]:
    if not file.is_file():
        return
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        problems.append(str(exc))
        return
    yield from read_crontab(text, source=str(file), problems=problems, names_user=names_user, user=user)


def read_crontab(
    text: str, *, source: str, problems: list[str], names_user: bool = False, user: str | None = None
) -> Iterator[ScheduledCommand]:
    """Read the lines of a crontab.

    Args:
        text: What stands in it.
        source: Its name.
        problems: Takes the lines that cron would not take either.
        names_user: Whether each line says as whom it runs, as in those of the system.
        user: Whose it is, where that is known.
    """
    shell, zone = "/bin/sh", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place = f"{source}, line {number}"
        entry = ENTRY.fullmatch(line)
        if entry is None:
            assignment = ASSIGNMENT.fullmatch(line)
            if assignment is None:
                problems.append(f"{place}: neither a schedule with a command nor NAME=value: {line.strip()}")
                continue
            name, value = (assignment[part].strip().strip("\"'") for part in ("name", "value"))
            if name == "SHELL":
                shell = value
            elif name == "CRON_TZ":
                zone = f", CRON_TZ={value}" if value else ""
            continue
        rest = entry["rest"]
        if names_user:
            user, _, rest = re.sub(r"\s+", "\n", rest, count=1).partition("\n")
            rest = rest.strip()
            if "/" in user or not rest:
                problems.append(f"{place}: no user before the command, so that cron does not run it: {line.strip()}")
                continue
        # Cron hands what is behind the first % to the command as its input.
        percent = UNESCAPED_PERCENT.search(rest)
        command, stdin = (rest[: percent.start()], rest[percent.start() :]) if percent else (rest, "")
        if not command.strip():
            problems.append(f"{place}: no command before the %: {line.strip()}")
            continue
        if not QUOTES.search(command):
            command = command.replace("\t", " ")
        name = proposed_name(command).replace("%", "") or "job"
        # A terminal shows a tab as \t, which is none of a crontab once it is copied.
        before = re.sub(r"\s+", " ", line[: line.rindex(rest)])
        yield ScheduledCommand(
            source=place,
            schedule=f"{' '.join(entry['when'].split())}{zone}",
            user=user,
            command=rest,
            pipeline=name,
            wrapped=None
            if is_wrapped(command)
            else f"{before}{wrapped(command.strip(), pipeline=name, shell=shell)}{stdin}",
        )
