"""The primary fails over to a standby that has all that was committed, and that takes over its address."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.drill.disk import copy_contents, data_of
from watcher_core.embedded import EmbeddedPostgres, programs

REPLICATION = "host replication all 127.0.0.1/32 scram-sha-256\n"
SECONDS = 60.0


def fail_over(postgres: EmbeddedPostgres, *, port: int, seconds: float) -> None:
    """Make a standby, commit for a while only what it has, kill the primary, and go on with the standby.

    Args:
        postgres: The primary.
        port: Where the standby listens until it is promoted.
        seconds: How long both run.
    """
    url, data = postgres.url(), data_of(postgres)
    standby = data.with_name("data.standby")
    as_owner = _as_owner_of(data)
    with psycopg.connect(url, autocommit=True) as primary:
        allowed = data / "pg_hba.conf"
        if REPLICATION not in allowed.read_text():
            with allowed.open("a") as file:
                file.write(REPLICATION)
        primary.execute("SELECT pg_reload_conf()")
        shutil.rmtree(standby, ignore_errors=True)
        backup = [
            str(postgres.binary("pg_basebackup")),
            "-d",
            url,
            "-D",
            str(standby),
            "-R",
            "--checkpoint=fast",
            "--no-sync",
        ]
        subprocess.run(backup, check=True, capture_output=True, cwd=data.parent, timeout=SECONDS, **as_owner)
        command = [str(postgres.binary("postgres")), "-D", str(standby), *programs.server_options(port, fsync=False)]
        following = subprocess.Popen(
            command, cwd=data.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_owner
        )
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
        wait(lambda: primary.execute("SELECT pid FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone())
    time.sleep(seconds)  # work that both have
    pid = postgres.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait(lambda: postgres.status().pid is None)
    promoted = psycopg.conninfo.make_conninfo(url, port=port)
    with psycopg.connect(promoted, autocommit=True) as connection:
        connection.execute("SELECT pg_promote()")
        connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
    following.send_signal(signal.SIGINT)
    following.wait(SECONDS)
    copy_contents(standby, data)
    shutil.rmtree(standby)
    postgres.start()


def wait(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two looks at other processes


def _as_owner_of(data: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    owner = data.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
