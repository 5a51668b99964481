"""The server's process and its port: what `postmaster.pid` says, and whether it is true."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import NamedTuple

from watcher_core.embedded.files import content

SECONDS_TO_ANSWER = 2.0
SSL_REQUEST = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")  # length and code, as the protocol defines it


class Postmaster(NamedTuple):
    """The first process of a server, as its file `postmaster.pid` describes it."""

    pid: int
    port: int
    ready: bool


def read_postmaster(pid_file: Path) -> Postmaster | None:
    """Read `postmaster.pid`: pid, data, time of start, port, socket, address, shared memory, state; a line each.

    Returns:
        `None` when the file is missing, or not yet written as far as the port.
    """
    lines = (content(pid_file) or "").splitlines()
    if len(lines) < 4 or not lines[0].isdigit() or not lines[3].isdigit():
        return None
    return Postmaster(int(lines[0]), int(lines[3]), ready=len(lines) > 7 and lines[7].strip() == "ready")


def command_of(pid: int) -> list[bytes]:
    """Return the command line of a process; it is empty for a zombie, and when there is no such process."""
    try:
        if Path("/proc/self/cmdline").exists():
            return [word for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if word]
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    except OSError:
        return []
    return shown.stdout.split()


def answers(port: int) -> bool:
    """Whether a server on this port replies to the protocol's first message, the request for encryption.

    A server that was just killed does not reply, though for a moment its process and its files look alive.
    """
    with socket.socket() as connection:
        connection.settimeout(SECONDS_TO_ANSWER)
        try:
            connection.connect(("127.0.0.1", port))
            connection.sendall(SSL_REQUEST)
            return connection.recv(1) in {b"N", b"S"}
        except OSError:
            return False


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
