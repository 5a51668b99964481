"""A mail server on this host that keeps what it takes."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail for all recipients but those that it is to refuse.

    Attributes:
        taken: What it took: the recipients, and the message.
        longest_line: How many bytes the longest line of all that had, without its end.
    """

    daemon_threads = True

    def __init__(self, refused: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.refused = refused
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.longest_line = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("MailServer", self.server)
        recipients: list[str] = []
        self._say("220 ready")
        for line in self.rfile:
            command = line.decode().strip()
            match command.upper().split(":")[0].split()[0]:
                case "RCPT":
                    address = command.partition("<")[2].partition(">")[0]
                    answer = server.refused.get(address, "250 ok")
                    recipients += [address] if answer == "250 ok" else []
                    self._say(answer)
                case "DATA":
                    self._say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    body = b"".join(each.removeprefix(b".") if each.startswith(b"..") else each for each in lines)
                    server.longest_line = max(server.longest_line, *map(len, body.split(b"\r\n")))
                    message: Any = message_from_bytes(body, policy=policy.default)
                    server.taken.append((recipients, message))
                    recipients = []
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(refused: Mapping[str, str] | None = None) -> Iterator[MailServer]:
    """Run a mail server; `refused`: what it answers to some recipients."""
    with MailServer(refused or {}) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
