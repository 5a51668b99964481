"""A command that runs on a schedule, the name that is proposed for it, and the line that records it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What a shell does something with: such a command is handed to one.
SHELL_CHARACTERS: Final = re.compile(r"[|&;<>()$`\\\"'*?\[\]#~!{}\n]")
# What only a shell knows: there is no program of that name.
SHELL_COMMANDS: Final = frozenset(
    {".", ":", "builtin", "cd", "command", "eval", "exec", "export", "set", "source", "time", "trap", "ulimit", "umask"}
)

# The files that the output of a single command goes to.
REDIRECTED: Final = re.compile(
    r"(?P<command>[^|&;<>]*[^|&;<>\s\d])(?P<output>(?:\s+(?:\d?>>?\s*[\w./%\\-]+|2>&1))+)\s*"
)

# What runs something else, so that a pipeline is not named after it.
RUNNERS: Final = re.compile(
    r"(?:python|pypy|perl|ruby|node|php|bash|dash|zsh|ksh|sh|java|Rscript|env|nice|ionice|timeout|flock|sudo|runuser|nohup|"
    r"time|exec|chronic|setsid|stdbuf|uv|poetry|pipenv|run|run-one|watcher)[\d.]*"
)
# Of these, the words behind some options are names of users, and not what is run.
USER_CHANGERS: Final = frozenset({"sudo", "runuser"})
USER_OPTION: Final = re.compile(r"-[A-Za-z]*[ug]|--(?:user|group)")
SKIPPED_WORD: Final = re.compile(r"-.*|[\d.]+[smhd]?|\w+=.*|/dev/.*|/(?:var/)?(?:run|lock|tmp)/.*|&&|\|\||;|[{}()!]")

# What begins and ends a part of a script, and runs nothing by itself.
END_OF_PART: Final = re.compile(r"\s*(?:fi|done|esac|\}|\))?\s*")
BEGINNING_OF_PART: Final = re.compile(r"\s*(?:(?:if|then|else|elif|do|while|until)\s+|[({]\s*)*")

WATCHER_RUN: Final = re.compile(r"(?:^|[^\w-])watcher(?:_core)?['\"]?\s+run\b")

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


def wrapped(command: str, *, pipeline: str, shell: str = "/bin/sh") -> str:
    """Return the command line that runs a command line as an execution.

    Args:
        command: As a shell reads it.
        pipeline: The pipeline's name.
        shell: Reads commands that do more than to start a program.
    """
    prefix = f"{recorder(pipeline)} "
    redirected = REDIRECTED.fullmatch(command)
    if redirected is not None:
        # Outside, so that what the command writes to standard error is seen.
        return wrapped(redirected["command"], pipeline=pipeline, shell=shell) + redirected["output"]
    first = command.split(maxsplit=1)[0]
    if SHELL_CHARACTERS.search(command) or "=" in first or first in SHELL_COMMANDS:
        return f"{prefix}{shell} -c {shlex.quote(command)}"
    return prefix + command


def recorder(pipeline: str) -> str:
    """Return what stands before a command that is to be recorded."""
    return f"{_program()} run --pipeline {shlex.quote(pipeline)} --"


def is_wrapped(command: str) -> bool:
    """Whether `watcher run` is in a command line."""
    return WATCHER_RUN.search(command) is not None


def proposed_name(command: str) -> str:
    """Return a name for the pipeline of a command: that of its script, module or program."""
    parts = [each for each in re.split(r"&&|\|\||;", command) if not END_OF_PART.fullmatch(each)]
    last = BEGINNING_OF_PART.sub("", (parts or [command])[-1], count=1).split("|")[0]
    try:
        words = shlex.split(last, comments=False)
    except ValueError:
        words = last.split()
    is_user = changes_user = False
    for number, word in enumerate(words):
        if word == "-m" and number + 1 < len(words):
            return words[number + 1]
        name = word.rstrip("/").rpartition("/")[2]
        if is_user:
            is_user = False
        elif RUNNERS.fullmatch(name):
            changes_user = name in USER_CHANGERS
        elif SKIPPED_WORD.fullmatch(word):
            is_user = changes_user and USER_OPTION.fullmatch(word) is not None
        else:
            return re.sub(r"\.\w{1,4}$", "", name) or name
    return words[0].rpartition("/")[2] if words else "job"


def _program() -> str:
    """Return how this program is started: cron's PATH has little in it."""
    return shlex.quote(
        shutil.which("watcher", path=str(Path(sys.executable).parent)) or shutil.which("watcher") or "watcher"
    )


def output_of(command: list[str], problems: list[str]) -> str | None:
    """Return what a program of this host prints; `None` where there is none, and where it does not work.

    Args:
        command: The program and its arguments.
        problems: Takes what it says where it fails.
    """
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        problems.append(f"{shlex.join(command)}: {exc}")
        return None
    if done.returncode != 0 and "no crontab for" not in done.stderr:
        problems.append(f"{shlex.join(command)}: {done.stderr.strip() or f'exit status {done.returncode}'}")
    return done.stdout
