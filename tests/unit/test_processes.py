"""Dagster as a child process: it can be asked to end, wherever this process was started."""

import signal
import sys
from collections.abc import Iterator

import pytest

from watcher_core.cli import processes

HAS_DEFAULT = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is not signal.default_int_handler)"


@pytest.fixture
def ignored_interrupt() -> Iterator[None]:
    """As in a shell's script, of what runs in its background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ignored_interrupt")
def test_a_child_does_not_ignore_what_asks_it_to_end() -> None:
    """Dagster handles SIGTERM as it does SIGINT: where that is ignored, nothing but force would end it."""
    assert processes.run([sys.executable, "-c", HAS_DEFAULT], {}) == 0
    with processes.beside([sys.executable, "-c", HAS_DEFAULT], {}) as child:
        assert child.wait() == 0
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
