"""The server of the HTTP API on a socket of this host, for other processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from watcher_core import Watcher
from watcher_core.server import create_app


@contextmanager
def listening(watcher: Watcher) -> Iterator[str]:
    """Serve a Watcher; gives the server's address."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(watcher), port=0, access_log=False, log_config=None, proxy_headers=False)
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()
