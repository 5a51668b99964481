"""Between a command and the core: settings and logging, and pipelines by the names that people type."""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from watcher_core.errors import NotFoundError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings
    from watcher_core.values import Pipeline

Found = TypeVar("Found")


def load_settings() -> Settings:
    """Read the settings and configure logging, by default with the level WARNING.

    Raises:
        ConfigurationError: A variable has an invalid value.
    """
    from watcher_core import logs
    from watcher_core.settings import Settings

    settings = Settings.load()
    logs.configure(settings, default_level="WARNING")
    return settings


@contextmanager
def open_watcher() -> Iterator[Watcher]:
    """Open the Watcher that the environment configures."""
    settings = load_settings()
    from watcher_core.client import Watcher

    with Watcher(settings=settings) as watcher:
        yield watcher


# What of a command that was interrupted is left behind.
GOES_ON = "what is done stays; the same command again does the rest"
NOTHING_CHANGED = "nothing has changed"


@contextmanager
def if_interrupted(left_behind: str) -> Iterator[None]:
    """Say what is left behind where Ctrl-C ends what is done here, which may have been under way for long."""
    try:
        yield
    except KeyboardInterrupt as exc:
        exc.add_note(left_behind)
        raise


def find_pipeline(watcher: Watcher, reference: str) -> Pipeline:
    """Return the pipeline of that name, else of that id.

    Raises:
        NotFoundError: There is none; a note suggests names that are alike.
    """
    return of_pipeline(watcher, reference, watcher.pipeline)


def of_pipeline(watcher: Watcher, reference: str, call: Callable[[int | str], Found]) -> Found:
    """Call a method of `Watcher` with a pipeline by its name, else by its id: one transaction where the name is right.

    Args:
        watcher: The Watcher, to suggest names.
        reference: What was typed.
        call: The method, which takes the pipeline.

    Raises:
        NotFoundError: There is no such pipeline; a note suggests names that are alike.
    """
    try:
        return call(reference)
    except NotFoundError as exc:
        if exc.kind != "pipeline":
            raise
        if reference.isdecimal():
            return call(int(reference))
        suggest(exc, reference, (pipeline.name for pipeline in watcher.pipelines()))
        raise


def suggest(unknown: NotFoundError, typed: str, names: Iterable[str]) -> None:
    """Note names that are like one that is not known, in whatever case."""
    in_any_case = {name.casefold(): name for name in names}
    similar = [in_any_case[each] for each in difflib.get_close_matches(typed.casefold(), in_any_case)]
    if similar:
        unknown.add_note(f"did you mean {' or '.join(map(repr, similar))}?")


def login_name() -> str | None:
    """Return the login of who types; `None` in a container whose user has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
