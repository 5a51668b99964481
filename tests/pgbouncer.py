"""PgBouncer in transaction mode, before the PostgreSQL of the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
auth_file =
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 200
"""


@contextmanager
def pgbouncer(server: sa.URL, directory: Path, *, pool_size: int, listen_port: int | None = None) -> Iterator[sa.URL]:
    """Run PgBouncer; yield the URL of the server behind it. In a small pool, transactions change their sessions."""
    assert PROGRAM is not None
    if listen_port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen_port = probe.getsockname()[1]
    configuration = CONFIGURATION.format(
        host=server.host or server.query.get("host"),
        port=server.port or 5432,
        listen_port=listen_port,
        pool_size=pool_size,
    )
    # It logs in as the user of the tests, with that one's password, whoever asks.
    login = f"user={server.username} password={server.password}" if server.password else f"user={server.username}"
    path = directory / "pgbouncer.ini"
    path.write_text(configuration.replace("* = ", f"* = {login} "))
    # It refuses to run as root.
    command = [PROGRAM, *(["-u", "nobody"] if os.getuid() == 0 else []), str(path)]
    log = directory / "pgbouncer.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", listen_port), timeout=1):
                break
        assert process.poll() is None, log.read_text()
        yield server.set(host="127.0.0.1", port=listen_port, query={})
    finally:
        process.terminate()
        process.wait()
