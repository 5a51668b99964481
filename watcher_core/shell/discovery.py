"""What a host runs on a schedule, and the line that would record it: crontabs and systemd timers. Changes nothing."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SYSTEM_CRONTABS: Final = ("/etc/crontab", "/etc/cron.d")
# Cron itself reads no other names there.
CRON_D_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")

FIELD: Final = r"[\d*,/A-Za-z~?#LW-]+"
ENTRY: Final = re.compile(rf"\s*(?P<when>@\w+|{FIELD}(?:\s+{FIELD}){{4}})\s+(?P<rest>\S.*)")
ASSIGNMENT: Final = re.compile(r"\s*(?P<name>\w+|\"\w+\"|'\w+')\s*=\s*(?P<value>.*)")
UNESCAPED_PERCENT: Final = re.compile(r"(?<!\\)%")

# What a shell does something with: such a command is handed to one.
SHELL_CHARACTERS: Final = re.compile(r"[|&;<>()$`\\\"'*?\[\]#~!{}\n]")

# The files that the output of a single command goes to.
REDIRECTED: Final = re.compile(
    r"(?P<command>[^|&;<>]*[^|&;<>\s\d])(?P<output>(?:\s+(?:\d?>>?\s*[\w./%\\-]+|2>&1))+)\s*"
)

# What runs something else, so that a pipeline is not named after it; and which of their options take a value.
RUNNERS: Final = re.compile(
    r"(?:python|pypy|perl|ruby|node|php|bash|dash|zsh|ksh|sh|java|Rscript|env|nice|ionice|timeout|flock|sudo|nohup|time|"
    r"exec|chronic|setsid|stdbuf|uv|poetry|pipenv|run|run-one|watcher)[\d.]*"
)
SKIPPED_WORD: Final = re.compile(r"-.*|[\d.]+[smhd]?|\w+=.*|/dev/.*|/(?:var/)?(?:run|lock|tmp)/.*|&&|\|\||;|[{}()!]")

# What begins and ends a part of a script, and runs nothing by itself.
END_OF_PART: Final = re.compile(r"\s*(?:fi|done|esac|\}|\))?\s*")
BEGINNING_OF_PART: Final = re.compile(r"\s*(?:(?:if|then|else|elif|do|while|until)\s+|[({]\s*)*")

SECONDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class ScheduledCommand:
    """A command that this host runs on a schedule.

    Attributes:
        source: Where it stands: a file and a line, or a timer.
        schedule: When it runs.
        user: As whom; `None` where the source does not say.
        command: What runs.
        pipeline: The name that is proposed for it.
        wrapped: The line in place of it; `None` where `watcher run` is in it already.
    """

    source: str
    schedule: str
    user: str | None
    command: str
    pipeline: str
    wrapped: str | None


def discover(*, root: Path = Path("/")) -> tuple[list[ScheduledCommand], list[str]]:
    """Return what this host runs on a schedule, and what could not be read.

    Args:
        root: Where the file system begins, for tests.
    """
    problems: list[str] = []
    found = [*_crontabs(root, problems), *(_timers(problems) if _has_systemd(root) else [])]
    return list(_with_unique_names(found)), problems


def wrapped(command: str, *, pipeline: str, shell: str = "/bin/sh") -> str:
    """Return the command line that runs a command line as an execution.

    Args:
        command: As a shell reads it.
        pipeline: The pipeline's name.
        shell: Reads commands that do more than to start a program.
    """
    prefix = f"{_program()} run --pipeline {shlex.quote(pipeline)} -- "
    redirected = REDIRECTED.fullmatch(command)
    if redirected is not None:
        # Outside, so that what the command writes to standard error is seen.
        return wrapped(redirected["command"], pipeline=pipeline, shell=shell) + redirected["output"]
    first = command.split(maxsplit=1)[0]
    if SHELL_CHARACTERS.search(command) or "=" in first:
        return f"{prefix}{shell} -c {shlex.quote(command)}"
    return prefix + command


# Crontabs


def _crontabs(root: Path, problems: list[str]) -> Iterator[ScheduledCommand]:
    for place in SYSTEM_CRONTABS:
        path = root / place.lstrip("/")
        try:
            files = sorted(path.iterdir()) if path.is_dir() else [path]
        except OSError as exc:  # hardened hosts let root alone look
            problems.append(str(exc))
            continue
        for file in files:
            if file.is_file() and (file == path or CRON_D_NAME.fullmatch(file.name)):
                try:
                    text = file.read_text(encoding="utf-8", errors="replace")
                except OSError as exc:
                    problems.append(str(exc))
                else:
                    yield from read_crontab(text, source=str(file), names_user=True)
    listed = _output(["crontab", "-l"], problems)
    if listed:
        yield from read_crontab(listed, source="crontab -l", names_user=False)


def read_crontab(text: str, *, source: str, names_user: bool) -> Iterator[ScheduledCommand]:
    """Read the lines of a crontab.

    Args:
        text: What stands in it.
        source: Its name.
        names_user: Whether each line says as whom it runs, as in those of the system.
    """
    shell = "/bin/sh"
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None:
            assignment = ASSIGNMENT.fullmatch(line)
            if assignment is not None and assignment["name"].strip("\"'") == "SHELL":
                shell = assignment["value"].strip().strip("\"'")
            continue
        user, rest = None, entry["rest"]
        if names_user:
            user, _, rest = re.sub(r"\s+", "\n", rest, count=1).partition("\n")
            rest = rest.strip()
            if not rest:
                continue
        # Cron hands what is behind the first % to the command as its input.
        percent = UNESCAPED_PERCENT.search(rest)
        command, stdin = (rest[: percent.start()], rest[percent.start() :]) if percent else (rest, "")
        name = proposed_name(command)
        # A terminal shows a tab as \t, which is none of a crontab once it is copied.
        before = re.sub(r"\s+", " ", line[: line.rindex(rest)])
        yield ScheduledCommand(
            source=f"{source}, line {number}",
            schedule=" ".join(entry["when"].split()),
            user=user,
            command=rest,
            pipeline=name,
            wrapped=None
            if _is_wrapped(command)
            else f"{before}{wrapped(command.strip(), pipeline=name, shell=shell)}{stdin}",
        )


# systemd


def _has_systemd(root: Path) -> bool:
    """Whether systemd runs this host; in a container it may be installed, and does nothing."""
    return (root / "run" / "systemd" / "system").is_dir()


def _timers(problems: list[str]) -> Iterator[ScheduledCommand]:
    listed = _output(["systemctl", "list-timers", "--all", "--no-pager", "--output=json"], problems)
    if not listed:
        return
    try:
        timers = [(str(timer["unit"]), str(timer["activates"])) for timer in json.loads(listed)]
    except (ValueError, KeyError, TypeError):
        problems.append("systemctl list-timers: no JSON; Watcher reads that of systemd 246 and later")
        return
    for timer, service in timers:
        shown = _output(["systemctl", "show", service, "--property=ExecStart,User"], problems)
        when = _output(["systemctl", "show", timer, "--property=TimersCalendar,TimersMonotonic"], problems)
        if shown:
            yield from read_service(timer, service, shown, when or "")


def read_service(timer: str, service: str, shown: str, when: str) -> Iterator[ScheduledCommand]:
    """Read what `systemctl show` says of a timer and of the service that it starts."""
    properties = [line.partition("=")[::2] for line in shown.splitlines()]
    user = next((value for name, value in properties if name == "User" and value), None)
    for name, value in properties:
        found = re.search(r"argv\[\]=(.*?) ; ", value) if name == "ExecStart" else None
        if found is None:
            continue
        command = found[1].strip()
        pipeline = service.removesuffix(".service")
        yield ScheduledCommand(
            source=f"{timer}, which starts {service}",
            schedule=", ".join(re.findall(r"\{ (\w+=.*?) ;", when)) or "by its timer",
            user=user,
            command=command,
            pipeline=pipeline,
            # systemd splits it into words itself, without a shell.
            wrapped=None
            if _is_wrapped(command)
            else f"ExecStart={_program()} run --pipeline {shlex.quote(pipeline)} -- {command}",
        )


# Names


def proposed_name(command: str) -> str:
    """Return a name for the pipeline of a command: that of its script, module or program."""
    parts = [each for each in re.split(r"&&|\|\||;", command) if not END_OF_PART.fullmatch(each)]
    last = BEGINNING_OF_PART.sub("", (parts or [command])[-1], count=1).split("|")[0]
    try:
        words = shlex.split(last, comments=False)
    except ValueError:
        words = last.split()
    for number, word in enumerate(words):
        if word == "-m" and number + 1 < len(words):
            return words[number + 1]
        name = word.rstrip("/").rpartition("/")[2]
        if SKIPPED_WORD.fullmatch(word) or RUNNERS.fullmatch(name):
            continue
        return re.sub(r"\.\w{1,4}$", "", name) or name
    return words[0].rpartition("/")[2] if words else "job"


def _with_unique_names(found: Iterable[ScheduledCommand]) -> Iterator[ScheduledCommand]:
    """Give commands that would have one name several: what one pipeline has failed, another would make good."""
    taken: dict[str, int] = {}
    for each in found:
        taken[each.pipeline] = number = taken.get(each.pipeline, 0) + 1
        if number == 1 or each.wrapped is None:
            yield each
            continue
        name = f"{each.pipeline}-{number}"
        option = f"--pipeline {shlex.quote(each.pipeline)} "
        renamed = each.wrapped.replace(option, f"--pipeline {shlex.quote(name)} ", 1)
        yield ScheduledCommand(**{**vars(each), "pipeline": name, "wrapped": renamed})


def _is_wrapped(command: str) -> bool:
    return re.search(r"\bwatcher(?:_core)? run\b", command) is not None


def _program() -> str:
    """Return how this program is started: cron's PATH has little in it."""
    return shlex.quote(
        shutil.which("watcher", path=str(Path(sys.executable).parent)) or shutil.which("watcher") or "watcher"
    )


def _output(command: list[str], problems: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None  # this host has none
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        problems.append(f"{shlex.join(command)}: {exc}")
        return None
    if done.returncode != 0 and "no crontab for" not in done.stderr:
        problems.append(f"{shlex.join(command)}: {done.stderr.strip() or f'exit status {done.returncode}'}")
    return done.stdout
