"""What tests of another host share: a server, a `Watcher` and a command line that know no more than its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.api_server import listening
from tests.http_client import Client, serving
from watcher_core import Settings, Watcher
from watcher_core.cli import main
from watcher_core.server import create_app


@pytest.fixture(scope="module")
def server_address(module_watcher: Watcher) -> Iterator[str]:
    """The address of a server."""
    with listening(module_watcher) as address:
        yield address


@pytest.fixture
def remote_watcher(server_address: str, module_watcher: Watcher, tmp_path: Path) -> Iterator[Watcher]:
    """A Watcher of another host."""
    token, _ = module_watcher.create_token(tmp_path.name)
    with Watcher(server_address, settings=Settings(home=tmp_path), token=token) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def http_api(module_watcher: Watcher) -> Iterator[Client]:
    """The API, with tokens that are read again for each request."""
    with pytest.MonkeyPatch.context() as patch, serving(create_app(module_watcher)) as client:
        patch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
        yield client


@pytest.fixture
def remote_cli(
    server_address: str,
    module_watcher: Watcher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """A command on a host that records over HTTP."""
    token, _ = module_watcher.create_token(f"cli {tmp_path.name}")

    def run(*arguments: str, code: int = 0, token: str = token) -> str:
        with monkeypatch.context() as patch:
            for name, value in (("WATCHER_URL", server_address), ("WATCHER_TOKEN", token), ("COLUMNS", "200")):
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.err if code else printed.out

    return run
