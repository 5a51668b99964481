"""Executions as events of OpenLineage, from their queue to whoever is to get them.

OpenLineage's client sends one event a request, and waits for its answer. So over HTTP several executions are sent at
once; the events of each are sent in their order.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

from watcher_core import recording
from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource
from watcher_core.errors import ConfigurationError, DeliveryError
from watcher_core.openlineage.events import events_of, pipeline_datasets
from watcher_core.recording import ExportQueue

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import RunEvent

logger = logging.getLogger("watcher.openlineage")

EVENTS: Final = ExportQueue(
    "openlineage_pending", ("queue_openlineage_of_recorded", "queue_openlineage_of_changed"), "events of OpenLineage"
)

# Executions that are read, sent and removed together.
BATCH: Final = 200

# Requests at the same time: most of the time of a request is spent waiting for the answer.
CONNECTIONS: Final = 8

# As OpenLineage's own producers read it.
NAMESPACE: Final = "OPENLINEAGE_NAMESPACE"
DEFAULT_NAMESPACE: Final = "watcher"

# Those whose start waited here before, so that it may have been sent.
BEGUN = """
    SELECT DISTINCT pipeline_execution_id
      FROM watcher.openlineage_pending
     WHERE id = ANY(%s)
       AND was_running
"""

# What is wrong with the request itself, so that the same one is refused again.
REFUSED: Final = (400, 413, 422)


def open_client() -> EventSender:
    """Return what sends events, by OpenLineage's client, as its own variables and files configure it.

    Raises:
        ConfigurationError: It is not installed, or nothing says where to send events to.
    """
    if importlib.util.find_spec("openlineage") is None:
        raise ConfigurationError(
            "OpenLineage's client is missing; install with: pip install 'watcher-dagster[openlineage]'"
        )
    client = _client()
    kind = client.transport.kind
    stated = (client.config.transport or {}).get("type")
    if kind == "noop" or (kind == "console" and stated != "console"):
        raise ConfigurationError(
            "nothing says where to send OpenLineage's events to; set OPENLINEAGE_URL, or OPENLINEAGE_CONFIG to the name"
            " of a file as OpenLineage's client reads it"
        )
    # Other transports send in threads of their own, or write to a file, in the order in which they are called.
    further = CONNECTIONS - 1 if kind == "http" else 0
    return EventSender([client, *(_client() for _ in range(further))])


def _client() -> OpenLineageClient:
    from watcher_core.openlineage.sessions import RepeatingClient

    client = RepeatingClient()
    client.transport = _repeating(client.transport)
    return client


def _repeating(transport: Any) -> Any:
    """Return a transport that sends over HTTP in less time, also where it is one of several."""
    from openlineage.client.transport.http import HttpTransport

    from watcher_core.openlineage.sessions import RepeatingSession, RepeatingTransport

    if type(transport) is HttpTransport:  # others that are made of it may do more
        return RepeatingTransport(transport.config)
    several = getattr(transport, "transports", [])
    several[:] = [_repeating(each) for each in several]
    inner = getattr(transport, "transport", None)
    if type(inner) is HttpTransport:  # behind what transforms events, which may put all kinds of values into them
        inner.session = RepeatingSession()
    return transport


class EventSender:
    """Sends events over one connection or several.

    Args:
        clients: One for each connection.
    """

    def __init__(self, clients: Sequence[OpenLineageClient]) -> None:
        self._clients = list(clients)
        self._free: queue.SimpleQueue[OpenLineageClient] = queue.SimpleQueue()
        for client in clients:
            self._free.put(client)
        self._threads = ThreadPoolExecutor(len(self._clients), "openlineage")

    def send(self, executions: Sequence[tuple[int, Sequence[RunEvent]]]) -> int:
        """Send the events of executions; return how many executions were taken.

        Raises:
            DeliveryError: The other side cannot be reached, or takes nothing.
        """
        sent = [self._threads.submit(self._send, *each) for each in executions]
        try:
            taken = sum(each.result() for each in sent)
        except BaseException:
            for each in sent:
                each.cancel()
            raise
        for client in self._clients:
            _confirm(client)
        return taken

    def _send(self, execution_id: int, events: Sequence[RunEvent]) -> bool:
        client = self._free.get()
        try:
            for event in events:
                client.emit(event)
        except Exception as exc:
            reason = exc.__cause__ or exc  # a transport that is made of others hides what theirs say
            status = getattr(getattr(reason, "response", None), "status_code", None)
            if status not in REFUSED:
                raise DeliveryError(f"OpenLineage's events cannot be sent: {reason}") from exc
            # It would keep all behind it from being sent.
            logger.error("the events of execution %d are refused with %d; they are left out", execution_id, status)
            return False
        finally:
            self._free.put(client)
        return True

    def close(self) -> None:
        """Close the connections, once what is being sent has been answered."""
        self._threads.shutdown()
        for client in self._clients:
            client.close()


def _confirm(client: OpenLineageClient) -> None:
    """Wait for a transport that sends in threads of its own; it says how many events were lost, and not which."""
    transport: Any = client.transport  # only some of them have these methods
    if not hasattr(transport, "wait_for_completion"):
        return
    failed = transport.get_stats().get("failed", 0) if transport.wait_for_completion(timeout=60.0) else "some"
    if failed:
        raise DeliveryError(f"{failed} of OpenLineage's events could not be sent; they are sent again")


def send_waiting(transaction: Callable[[], AbstractContextManager[Driver]], sender: EventSender) -> tuple[int, int]:
    """Send the first batch of the queue.

    No transaction is open while it is sent. What was sent when an error comes is sent again with the next batch.

    Args:
        transaction: Opens one.
        sender: From `open_client`.

    Returns:
        How many executions were sent, and how many entries are no longer in the queue.

    Raises:
        DeliveryError: The other side cannot be reached, or takes nothing; the queue is as it was.
    """
    with transaction() as connection:
        entries = EVENTS.waiting(connection, limit=BATCH)
        executions = recording.exported_executions(connection, sorted({entry.execution_id for entry in entries}))
        begun = {id_ for (id_,) in connection.execute(BEGUN, ([entry.id for entry in entries],))}
        pipelines = sorted({execution.pipeline_id for execution in executions.values()})
        datasets = pipeline_datasets(connection, pipelines, namespace=namespace())
    waiting = []
    for execution_id in dict.fromkeys(entry.execution_id for entry in entries):
        execution = executions.get(execution_id)
        if execution is None or execution.path[0].source is ExecutionSource.OPENLINEAGE:
            continue
        events = events_of(
            execution, datasets[execution.pipeline_id], namespace=namespace(), is_begun=execution_id in begun
        )
        if events:
            waiting.append((execution_id, events))
    sent = sender.send(waiting)
    if entries:
        with transaction() as connection:
            EVENTS.remove(connection, entries)
    return sent, len(entries)


def namespace() -> str:
    """Return the namespace of jobs, and of addresses that are no URL."""
    return os.environ.get(NAMESPACE) or DEFAULT_NAMESPACE
