"""What the embedded PostgreSQL decides before it touches an operating system."""

from __future__ import annotations

import ast
import importlib.util
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from watcher_core.embedded import files, server
from watcher_core.embedded.server import EmbeddedPostgres, Postmaster
from watcher_core.errors import ConfigurationError, EmbeddedPostgresError

READY = "4711\n/data\n1790000000\n20815\n\n127.0.0.1\n  1315588         7\nready   \n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (READY, Postmaster(4711, 20815, ready=True)),
        (READY.replace("ready   ", "starting"), Postmaster(4711, 20815, ready=False)),
        ("4711\n/data\n1790000000\n20815\n", Postmaster(4711, 20815, ready=False)),
        ("4711\n/data\n", None),
        ("", None),
        ("-4711\n/data\n1790000000\n20815\n", None),
        ("nonsense\n" * 8, None),
    ],
)
def test_a_pid_file_is_read_at_any_stage_of_its_writing(
    tmp_path: Path, content: str, expected: Postmaster | None
) -> None:
    (tmp_path / "postmaster.pid").write_text(content)
    assert server._read_postmaster(tmp_path / "postmaster.pid") == expected


def test_no_pid_file_means_no_server(tmp_path: Path) -> None:
    assert server._read_postmaster(tmp_path / "postmaster.pid") is None


def test_a_process_is_known_by_its_command_line() -> None:
    assert Path(os.fsdecode(server._command_of(os.getpid())[0])).name.startswith("python")


def test_a_zombie_has_no_command_line() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert server._command_of(process.pid) == []
    process.wait()
    assert server._command_of(process.pid) == []


def test_a_port_without_a_server_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert server._is_free(port) is False
        with ThreadPoolExecutor(1) as pool:
            answers = pool.submit(server._answers, port)
            connection, _ = listener.accept()
            connection.close()
            assert answers.result() is False
    assert server._answers(port) is False
    assert server._is_free(port) is True


def test_fsync_is_on_unless_tests_switch_it_off() -> None:
    assert not [option for option in server._options(1, fsync=True) if "fsync" in option or "commit" in option]
    assert "fsync=off" in server._options(1, fsync=False)


@pytest.mark.parametrize(("megabytes", "expected"), [(64, "mmap"), (16_384, "posix")])
def test_the_small_shared_memory_of_a_container_is_not_used(
    monkeypatch: pytest.MonkeyPatch, megabytes: int, expected: str
) -> None:
    found = os.statvfs_result((4096, 4096, megabytes * 256, 0, 0, 0, 0, 0, 0, 255))
    monkeypatch.setattr(server.os, "statvfs", lambda path: found)
    assert server._dynamic_shared_memory_type() == expected


def test_a_missing_wheel_is_told_with_its_remedies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'watcher-dagster\[embedded\]', or set WATCHER_DATABASE"):
        EmbeddedPostgres(tmp_path / "postgres").start()
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    ("present", "missing"),
    [([], "no postgres and no initdb"), (["initdb"], "no postgres"), (["postgres"], "no initdb")],
)
def test_a_directory_without_binaries_is_named(tmp_path: Path, present: list[str], missing: str) -> None:
    for name in present:
        (tmp_path / name).touch()
    with pytest.raises(ConfigurationError, match=f"{tmp_path} is no .* it has {missing};"):
        EmbeddedPostgres(tmp_path / "data", bin_directory=tmp_path).start()


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    for name in ("postgres", "initdb", "psql"):
        (tmp_path / name).touch()
    postgres = EmbeddedPostgres(tmp_path / "postgres", bin_directory=tmp_path)
    assert postgres.binary("psql") == tmp_path / "psql"
    with pytest.raises(ConfigurationError, match=f"{tmp_path} has no pg_dump"):
        postgres.binary("pg_dump")


def test_nothing_is_set_up_by_asking(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    status = postgres.status()
    assert (status.running, status.pid, status.port, status.version) == (False, None, None, None)
    assert postgres.stop() is False
    with pytest.raises(EmbeddedPostgresError, match="start it first"):
        postgres.url()
    assert list(tmp_path.iterdir()) == []


def test_a_note_directs_nobody_out_of_the_state_directory(tmp_path: Path) -> None:
    (tmp_path / "location").write_text("/etc/../home/someone\n")
    assert EmbeddedPostgres(tmp_path)._data == server.STATE_DIRECTORY / "someone" / "data"


def test_a_file_where_the_directory_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(EmbeddedPostgresError, match="choose another directory with WATCHER_HOME"):
        EmbeddedPostgres(tmp_path / "postgres").start()


def test_root_without_anybody_to_run_the_server_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_is_known(key: object) -> None:
        raise KeyError(key)

    monkeypatch.setattr("pwd.getpwuid", nobody_is_known)
    monkeypatch.setattr("pwd.getpwnam", nobody_is_known)
    monkeypatch.setattr(files.os, "geteuid", lambda: 0)
    with pytest.raises(EmbeddedPostgresError, match="there is no user `nobody`"):
        files.server_account(tmp_path)


@pytest.mark.parametrize("euid", [0, 1000])
def test_only_root_needs_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, euid: int) -> None:
    monkeypatch.setattr(files.os, "geteuid", lambda: euid)
    account = files.server_account(tmp_path / "missing", tmp_path)
    assert account is None if euid else account is not None and account.uid != 0
    assert (files.identity(account) == {}) is bool(euid)


def test_a_written_file_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "password"
    assert files.content(path) is None
    for text in ("first", "second"):
        files.write_private(path, text)
        assert files.content(path) == text
        assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic link"):
        files.open_private(tmp_path / "log", os.O_WRONLY)
    assert not (tmp_path / "victim").exists()


def test_a_copied_installation_keeps_what_binaries_need(tmp_path: Path) -> None:
    binaries = tmp_path / "site" / "package" / "pginstall" / "bin"
    for path in (binaries / "postgres", binaries.parent / "include" / "x.h", tmp_path / "site/package.libs/libpq.so"):
        path.parent.mkdir(parents=True)
        path.touch()
    account = files.Account(os.geteuid(), os.getegid())
    place = tmp_path / "place"
    place.mkdir()

    copy = files.copy_installation(binaries, place, account)
    assert [path.name for path in copy.iterdir()] == ["postgres"]
    assert (copy.parents[2] / "package.libs" / "libpq.so").exists()
    assert not (copy.parent / "include").exists()
    assert files.copy_installation(binaries, place, account) == copy

    os.utime(binaries / "postgres", (1, 1))  # as an upgrade does
    assert files.copy_installation(binaries, place, account) != copy
    assert len(list(place.iterdir())) == 1


@pytest.mark.parametrize("module", [server, files])
def test_importing_is_cheap(module: ModuleType) -> None:
    """The driver, SQLAlchemy and the lock's library cost more than a start of the server."""
    tree = ast.parse(Path(module.__file__ or "").read_text())
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    foreign = {name for name in imported if name and name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign <= {"watcher_core.errors", "watcher_core.embedded.files"}
    assert not imported & {"fcntl", "pwd"}
