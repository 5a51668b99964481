"""What the embedded PostgreSQL decides before it touches an operating system."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from watcher_core import Settings, Watcher
from watcher_core.embedded import files, process, programs, server
from watcher_core.embedded.process import Postmaster
from watcher_core.embedded.server import EmbeddedPostgres
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
    assert process.read_postmaster(tmp_path / "postmaster.pid") == expected


def test_no_pid_file_means_no_server(tmp_path: Path) -> None:
    assert process.read_postmaster(tmp_path / "postmaster.pid") is None


def test_a_process_is_known_by_its_command_line() -> None:
    assert Path(os.fsdecode(process.command_of(os.getpid())[0])).name.startswith("python")


def test_a_zombie_has_no_command_line() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process.command_of(child.pid) == []
    child.wait()
    assert process.command_of(child.pid) == []


def test_a_port_without_a_server_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert process.is_free(port) is False
        with ThreadPoolExecutor(1) as pool:
            answers = pool.submit(process.answers, port)
            connection, _ = listener.accept()
            connection.close()
            assert answers.result() is False
    assert process.answers(port) is False
    assert process.is_free(port) is True


def test_fsync_is_on_unless_tests_switch_it_off() -> None:
    assert not [option for option in programs.server_options(1, fsync=True) if "fsync" in option or "commit" in option]
    assert "fsync=off" in programs.server_options(1, fsync=False)


@pytest.mark.parametrize(("megabytes", "expected"), [(64, "mmap"), (16_384, "posix")])
def test_the_small_shared_memory_of_a_container_is_not_used(
    monkeypatch: pytest.MonkeyPatch, megabytes: int, expected: str
) -> None:
    found = os.statvfs_result((4096, 4096, megabytes * 256, 0, 0, 0, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda path: found)
    assert programs._dynamic_shared_memory_type() == expected


def test_the_error_of_a_missing_wheel_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ConfigurationError, match=r"set WATCHER_DATABASE_URL=.*pip install 'watcher-dagster\[embedded\]'"
    ):
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


def test_a_server_that_cannot_be_started_is_not_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=tmp_path / "home", postgres_bin=tmp_path)
    with Watcher(settings=settings) as watcher, pytest.raises(ConfigurationError, match="it has no postgres"):
        watcher.pipelines()
    assert capsys.readouterr().err == ""


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


@pytest.mark.parametrize("location", ["..", "/", "/var/.."])
def test_a_note_that_names_no_directory_is_an_error(tmp_path: Path, location: str) -> None:
    (tmp_path / "location").write_text(location)
    for method in (EmbeddedPostgres.start, EmbeddedPostgres.stop, EmbeddedPostgres.destroy):
        with pytest.raises(EmbeddedPostgresError, match=f"{tmp_path}/location names no directory below"):
            method(EmbeddedPostgres(tmp_path))
    assert tmp_path.exists()


def test_binaries_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(programs, "is_there", refuse)
    postgres = EmbeddedPostgres(tmp_path / "data", bin_directory=tmp_path)
    for method in (postgres.start, lambda: postgres.binary("psql")):
        with pytest.raises(
            ConfigurationError,
            match=f"binaries in {tmp_path} cannot be read: Permission denied; .* WATCHER_POSTGRES_BIN",
        ):
            method()


def test_a_file_where_the_directory_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    with pytest.raises(EmbeddedPostgresError, match="choose another directory with WATCHER_HOME"):
        EmbeddedPostgres(tmp_path / "postgres").start()


def test_root_without_an_account_for_the_server_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_is_known(key: object) -> None:
        raise KeyError(key)

    monkeypatch.setattr("pwd.getpwuid", nobody_is_known)
    monkeypatch.setattr("pwd.getpwnam", nobody_is_known)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(EmbeddedPostgresError, match="there is no user `nobody`"):
        files.server_account(tmp_path)


def test_a_user_without_a_name_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `docker run --user 10001`."""
    files.check_user_name()
    monkeypatch.setattr(os, "geteuid", lambda: 2**30)
    with pytest.raises(EmbeddedPostgresError, match="user 1073741824, who has no name: give that user a line in /etc"):
        files.check_user_name()


@pytest.mark.parametrize("euid", [0, 1000])
def test_only_root_needs_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, euid: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    account = files.server_account(tmp_path / "missing", tmp_path)
    assert account is None if euid else account is not None and account.uid != 0
    assert (files.identity(account) == {}) is bool(euid)


def test_the_last_lines_of_a_long_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert files.last_lines(path, 8) == []
    path.write_bytes(b"\xff first\n" + b"line\n" * 10_000 + b"last\n")
    assert files.last_lines(path, 2) == ["line", "last"]


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

    copy = programs.copy_installation(binaries, place, account)
    assert [path.name for path in copy.iterdir()] == ["postgres"]
    assert (copy.parents[2] / "package.libs" / "libpq.so").exists()
    assert not (copy.parent / "include").exists()
    assert programs.copy_installation(binaries, place, account) == copy

    os.utime(binaries / "postgres", (1, 1))  # as an upgrade does
    assert programs.copy_installation(binaries, place, account) != copy
    assert len(list(place.iterdir())) == 1


def test_a_link_to_the_binaries_copies_the_installation_that_it_leads_to(tmp_path: Path) -> None:
    binaries = tmp_path / "opt" / "package" / "pginstall" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "postgres").touch()
    home = tmp_path / "home"
    home.mkdir()
    (home / "private").touch()
    (home / "bin").symlink_to(binaries)
    place = tmp_path / "place"
    place.mkdir()

    copy = programs.copy_installation(home / "bin", place, files.Account(os.geteuid(), os.getegid()))
    assert copy.parts[-3:] == ("package", "pginstall", "bin")
    assert not list(place.rglob("private"))


@pytest.mark.parametrize("name", ["plain", "with blanks; it's & ünïcödé % (!)", "line\nend"])
def test_initdb_runs_at_most_paths_itself(tmp_path: Path, name: str) -> None:
    with programs.runnable_initdb(tmp_path / name / "bin", None) as initdb:
        assert initdb.program == tmp_path / name / "bin" / "initdb"
        assert initdb.command == (str(initdb.program),)


@pytest.mark.parametrize("character", programs.SPECIAL_CHARACTERS)
def test_initdb_finds_postgres_at_a_path_that_a_shell_would_change(tmp_path: Path, character: str) -> None:
    binaries = tmp_path / f"it's {character} here" / "bin"
    share = binaries.parent / "share" / "postgresql"
    for directory in (binaries, share):
        directory.mkdir(parents=True)
    (binaries / "postgres").write_text('#!/bin/sh\necho "$@"\n')
    (binaries / "postgres").chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match=r"has no postgres\.bki"), programs.runnable_initdb(binaries, None):
        pass
    (share / "postgres.bki").touch()
    with programs.runnable_initdb(binaries, None) as (program, command):
        assert program == binaries / "initdb"
        assert command[1:] == ("-L", str(share))
        called_by = Path(command[0])
        assert called_by.name == "initdb"
        shown = subprocess.run(f'"{called_by.parent}/postgres" -V', shell=True, capture_output=True, text=True)
        assert shown.stdout == "-V\n"
    assert not called_by.parent.exists()


def test_a_script_that_cannot_be_executed_anywhere_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where all temporary directories are mounted without the right to execute."""
    (tmp_path / "$" / "share").mkdir(parents=True)
    (tmp_path / "$" / "share" / "postgres.bki").touch()
    monkeypatch.setattr(programs, "can_execute", lambda account, path: False)
    with (
        pytest.raises(EmbeddedPostgresError, match="set TMPDIR"),
        programs.runnable_initdb(tmp_path / "$" / "bin", None),
    ):
        pass


@pytest.mark.parametrize("module", [server, files, process, programs])
def test_importing_is_cheap(module: ModuleType) -> None:
    """The driver, SQLAlchemy and the lock's library cost more than a start of the server."""
    tree = ast.parse(Path(module.__file__ or "").read_text())
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    foreign = {name for name in imported if name and name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("watcher_core.embedded")} <= {"watcher_core.errors"}
    assert not imported & {"fcntl", "pwd"}


def test_what_is_created_stays_out_of_the_repository_around_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    files.make_directory(project / ".watcher" / "postgres")
    files.make_directory(project / ".watcher" / "dagster")
    assert [path.relative_to(project) for path in project.rglob(".gitignore")] == [Path(".watcher/.gitignore")]
    assert (project / ".watcher" / ".gitignore").read_text().splitlines()[-1] == "*"
