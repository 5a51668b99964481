"""Files of the embedded PostgreSQL: whose they are, and who gets at them.

All this is about root, as which people work in containers. PostgreSQL refuses to run as root, so root's server runs as
another user, who may be unable to pass a directory above ours (a home is often 0700). Permissions up there are not ours
to change; what cannot be reached is placed or copied to where it can. An ordinary user's server runs as that user, and
every function here then does the plain thing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypedDict

from watcher_core.errors import EmbeddedPostgresError


class Account(NamedTuple):
    """A user of the operating system."""

    uid: int
    gid: int


def server_account(*paths: Path) -> Account | None:
    """Who runs root's server: the first owner of a path who is not root, else `nobody`. `None`: whoever runs us.

    An owner whom the system knows no name of is passed over, as initdb insists on one. Volumes of containers have such.
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


def owner_of(directory: Path) -> Account | None:
    """Who gets what root makes in the directory, so that the owner is not locked out. `None`: whoever runs us."""
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
    """What makes `subprocess.run` run a program as that user."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def can_execute(account: Account | None, path: Path) -> bool:
    """Whether the user can run the file or pass the directory. Tried, since permissions are more than mode bits."""
    command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(command, cwd="/", check=False, **identity(account)).returncode == 0


def copy_installation(bin_directory: Path, place: Path, account: Account) -> Path:
    """Copy PostgreSQL to a place that the user can reach, unless it is there; return the copy's binaries.

    The layout is kept, since binaries find their libraries relative to themselves. Must not run beside a server that
    uses an older copy: that goes.
    """
    installation, package = bin_directory.parent, bin_directory.parent.parent
    found = (bin_directory / "postgres").stat()
    key = hashlib.sha256(f"{bin_directory} {found.st_mtime_ns} {found.st_size}".encode()).hexdigest()[:12]
    copy = place / f"binaries-{key}"
    if not copy.exists():
        for old in place.glob("binaries-*"):
            shutil.rmtree(old)
        fresh = Path(tempfile.mkdtemp(prefix="binaries-new-", dir=place))
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")  # where a wheel puts what it brings along
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, *account, follow_symlinks=False)
        fresh.rename(copy)
    return copy / package.name / installation.name / bin_directory.name


def make_directory(directory: Path) -> None:
    """Make a directory and what is missing above it, for root as the owner of what is there would."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    owner = owner_of(missing[-1].parent) if missing else None
    if owner:
        for path in missing:
            os.chown(path, *owner)


def open_private(path: Path, flags: int) -> int:
    """Open a file, made if need be, for its owner alone. Never through a link: that could lead root anywhere."""
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if owner := owner_of(path.parent):
        os.chown(descriptor, *owner)
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Write a whole file or nothing, readable by its owner alone."""
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
    """Text of a small file; `None` when there is none."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return None
