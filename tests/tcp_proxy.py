"""What stands between a client and a server, and passes bytes on; tests override what becomes of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def silent_server() -> Iterator[int]:
    """A port where connections open and nothing ever answers, as on a host that has lost its power."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield listening.getsockname()[1]


class TcpProxy:
    """Listens on a port of this host.

    Args:
        server: The host and the port of the server.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._sockets: list[socket.socket] = [self._listening]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self.server)
                self._sockets += [client, server]
                threading.Thread(target=self.ask, args=(client, server), daemon=True).start()
                threading.Thread(target=self.answer, args=(server, client), daemon=True).start()

    def ask(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what the client sends."""
        self._pass(client, server)

    def answer(self, server: socket.socket, client: socket.socket) -> None:
        """Pass on what the server sends."""
        self._pass(server, client)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.send(data, target)

    def send(self, data: bytes, target: socket.socket) -> None:
        """Pass on what has come."""
        target.sendall(data)

    def close(self) -> None:
        """End all connections, and listen no more."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
