"""The process of the server."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable

import uvicorn

from watcher_core.client import Watcher
from watcher_core.enclosing import PIPES_CONTEXT, VARIABLES
from watcher_core.errors import ConfigurationError
from watcher_core.server.access import Proxies
from watcher_core.server.app import create_app
from watcher_core.server.connections import Connection, most_connections
from watcher_core.server.guard import is_loopback
from watcher_core.server.limits import Limits
from watcher_core.server.profiling import Profiling

# A request that waits for a lock keeps a connection from all others; its answer says to try again.
LOCK_SECONDS = 5.0


def serve(
    watcher: Watcher,
    *,
    host: str,
    port: int,
    limits: Limits,
    proxies: Proxies | None = None,
    profile: bool = False,
    on_start: Callable[[], None] | None = None,
) -> None:
    """Serve until a signal ends it; `on_start` is called once nothing speaks against it.

    Raises:
        ConfigurationError: It would listen beyond this host, and there is no token, or it is to profile.
    """
    # Before the first use. Whoever finds all of them in use waits for one.
    watcher.pool_size, watcher.pool_overflow = limits.connections, 0
    watcher.lock_seconds = LOCK_SECONDS
    local = is_loopback(host)
    if not local and not watcher.tokens():
        raise ConfigurationError(
            f"the server would listen on {host}, open to all; make a token first: watcher tokens create NAME"
        )
    if profile and not local:
        raise ConfigurationError(f"the server would listen on {host}; --profile is for development, on this host only")
    for name in (*VARIABLES, PIPES_CONTEXT):  # what this process is part of is nothing of its clients
        os.environ.pop(name, None)
    _share_freed_memory()
    app = create_app(watcher, limits=limits, local=local, proxies=proxies)
    gc.collect()
    gc.freeze()  # what the program consists of need not be looked through again at each large batch
    gc.set_threshold(50_000)  # a batch of 10,000 events makes objects that all live until its end
    if on_start is not None:
        on_start()
    uvicorn.run(
        Profiling(app) if profile else app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        proxy_headers=False,  # the guard looks at them as they came
        server_header=False,
        timeout_graceful_shutdown=15,
        timeout_keep_alive=75,
        backlog=2048,
        http=Connection.limited(seconds=limits.timeout, most=most_connections()),
    )


# Of glibc's malloc.h.
M_ARENA_MAX = -8


def _share_freed_memory() -> None:
    """Let all threads use what one has freed: by itself, glibc keeps the memory of a large batch for each of them."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(M_ARENA_MAX, 1)
