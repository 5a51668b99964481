"""Where a command meets the core: settings and logging, read and set up once, and names that people typed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watcher_core.errors import NotFoundError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings
    from watcher_core.values import Pipeline


def load_settings() -> Settings:
    """Read the settings and switch logging on: quiet, unless WATCHER_LOG_LEVEL says otherwise.

    Raises:
        ConfigurationError: A variable has a value that it may not have.
    """
    from watcher_core import logs
    from watcher_core.settings import Settings

    settings = Settings.load()
    logs.configure(settings, default_level="WARNING")
    return settings


@contextmanager
def open_watcher() -> Iterator[Watcher]:
    """Give the Watcher that the environment describes."""
    settings = load_settings()
    from watcher_core.client import Watcher

    with Watcher(settings=settings) as watcher:
        yield watcher


def find_pipeline(watcher: Watcher, reference: str) -> Pipeline:
    """Give the pipeline of that name, else of that id.

    Raises:
        NotFoundError: There is none; a note names what may have been meant.
    """
    try:
        return watcher.pipeline(reference)
    except NotFoundError as exc:
        if reference.isdecimal():
            return watcher.pipeline(int(reference))
        names = [pipeline.name for pipeline in watcher.pipelines()]
        similar = difflib.get_close_matches(reference, names)
        exc.add_note(
            f"did you mean {' or '.join(map(repr, similar))}?"
            if similar
            else "see them all with: watcher pipelines list"
        )
        raise
