"""A small disk for PostgreSQL's data, which can be filled."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from watcher_core.embedded import EmbeddedPostgres

MEGABYTES = 768
# What PostgreSQL keeps of its log must leave room for its tables.
SETTINGS = ("max_wal_size = '128MB'", "min_wal_size = '64MB'")


class SmallDisk:
    """The directory of PostgreSQL's data, on a file system of its own.

    Args:
        data: The directory.
    """

    def __init__(self, data: Path) -> None:
        self.data = data

    def fill(self, seconds: float) -> None:
        """Leave no room for so long."""
        filler = self.data / "filler"
        try:
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(1_000_000)):
                    pass
            time.sleep(seconds)  # what a full disk lasts
        finally:
            filler.unlink()


@contextmanager
def small_disk(postgres: EmbeddedPostgres) -> Iterator[SmallDisk | None]:
    """Move the data of a server onto a small disk while it is down; `None` where no file system can be mounted."""
    data = data_of(postgres)
    kept = data.with_name("data.kept")
    owner = data.stat()
    data.rename(kept)
    data.mkdir(mode=0o700)
    options = f"size={MEGABYTES}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    mounted = os.geteuid() == 0 and _succeeds("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(data))
    copy_contents(kept, data)
    shutil.rmtree(kept)
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{line}\n" for line in SETTINGS)
    try:
        yield SmallDisk(data) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(data)], check=True)


def data_of(postgres: EmbeddedPostgres) -> Path:
    """Where the data of a server are that has been started once."""
    return postgres._data


def copy_contents(source: Path, target: Path) -> None:
    """Replace what a directory holds by what another one holds, owners included."""
    for entry in target.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


def _succeeds(*command: str) -> bool:
    with suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
