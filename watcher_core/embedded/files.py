"""Files and accounts of the embedded PostgreSQL: who runs the server, and who owns what root creates.

PostgreSQL refuses to run as root, and people who work in containers are root. Root's server therefore runs as another
user, who may not be allowed into a directory above ours (a home is often 0700). Watcher does not change permissions
there; see `server.py` for where the data go instead. For any other user, the server runs as that user, and the
functions here have nothing special to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypedDict

from watcher_core.errors import EmbeddedPostgresError

IGNORE = "# Written by Watcher: its files are no part of the project.\n*\n"

TAIL_BYTES = 16_384  # a server's log grows as long as the server runs


class Account(NamedTuple):
    """A user of the operating system."""

    uid: int
    gid: int


def server_account(*paths: Path) -> Account | None:
    """Return the account of root's server: the first owner of a path who is not root, else `nobody`.

    An owner without a name in the system is skipped, since initdb needs one; volumes of containers have such owners.

    Returns:
        `None` when the current user is not root: the server then runs as the current user.
    """
    import pwd  # only here: Windows has none

    if not is_root():
        return None
    for path in paths:
        try:
            entry = pwd.getpwuid(path.stat().st_uid)
        except (FileNotFoundError, KeyError):
            continue
        if entry.pw_uid:
            return Account(entry.pw_uid, entry.pw_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and there is no user `nobody`: give {paths[-1]} to another user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def check_user_name() -> None:
    """Raise for a user without a name, as of a container that was started with a number: initdb wants to know one."""
    import pwd  # only here: Windows has none

    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL sets up no data for user {os.geteuid()}, who has no name: give that user a line in "
            "/etc/passwd, or set WATCHER_DATABASE_URL to a server of your own"
        ) from None


def owner_of(directory: Path) -> Account | None:
    """Return who is to own what root creates in the directory, so that its owner is not locked out.

    Returns:
        `None` when the current user is not root: the user owns what it creates.
    """
    if not is_root():
        return None
    found = directory.stat()
    return Account(found.st_uid, found.st_gid)


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


class Identity(TypedDict, total=False):
    """Arguments of `subprocess.run`."""

    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> Identity:
    """Return the arguments with which `subprocess.run` runs a program as that account."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def can_execute(account: Account | None, path: Path) -> bool:
    """Whether the account can run the file or enter the directory. Tried, since mode bits do not decide it alone."""
    command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(command, cwd="/", check=False, **identity(account)).returncode == 0


def is_there(path: Path) -> bool:
    """Whether there is a file or a directory.

    Raises:
        OSError: That cannot be seen. `Path.exists` and the like say no then, since Python 3.14.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def make_directory(directory: Path) -> None:
    """Create a directory and its missing parents; what root creates belongs to the owner of the existing parent.

    What is created keeps itself out of a repository that it may lie in.
    """
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    if not missing:
        return
    owner = owner_of(missing[-1].parent)
    if owner:
        for path in missing:
            os.chown(path, *owner)
    if not _is_ignored(missing[-1].parent):
        write_private(missing[-1] / ".gitignore", IGNORE)


def _is_ignored(directory: Path) -> bool:
    """Whether the directory was created by `make_directory`, and so is kept out already."""
    try:
        return (directory / ".gitignore").read_text(encoding="utf-8") == IGNORE
    except (OSError, UnicodeDecodeError):
        return False


def open_private(path: Path, flags: int) -> int:
    """Open a file for its owner alone; create it if it is missing. A link is refused: it could lead root anywhere."""
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if owner := owner_of(path.parent):
        os.chown(descriptor, *owner)
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read; after a crash it is complete or missing."""
    owner = owner_of(path.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
        if owner:
            os.chown(descriptor, *owner)
    Path(temporary).replace(path)


def content(path: Path) -> str | None:
    """Return the text of a small file; `None` when it is missing. Paths in it may be in any encoding."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last lines of a text file that may be long; none when it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL_BYTES))
            return file.read().decode("utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        return []
