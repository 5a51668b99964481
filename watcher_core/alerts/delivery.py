"""Delivery of alerts: due alerts are claimed, sent and marked, each claim and each mark in its own transaction.

Each message is delivered at least once; twice only if a deliverer dies after sending and before marking, or if Slack
takes a message but its answer is lost. A destination that fails is tried again with growing delays, or when it asks
for it.

A place that takes more than one message a second gets several at a time, each about other alerts: they are written in
one transaction, sent side by side, and marked in one that does not wait for the disk.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import NamedTuple

from sqlalchemy.orm import Session

from watcher_core import database, values
from watcher_core.alerts import causes, formats, marking, outbox, slack
from watcher_core.alerts.composer import Composer
from watcher_core.alerts.destinations import MESSAGES_AT_A_TIME, sender_for
from watcher_core.alerts.marking import Arrived
from watcher_core.alerts.outbox import Tally
from watcher_core.alerts.parcels import Parcel, destination_name, make_parcels
from watcher_core.alerts.routes import Routes
from watcher_core.alerts.senders import MAX_ANSWER, SlackSender, bounded_wait
from watcher_core.alerts.undelivered import undelivered_alerts
from watcher_core.enums import AlertLevel
from watcher_core.errors import DatabaseError, DatabaseUnavailableError, DeliveryError

logger = logging.getLogger("watcher.alerts")

# From when it is known what to send, so that something is always sent. The rest is left to the next delivery; Dagster
# stops a sensor after 60 seconds.
BUDGET_SECONDS = 30.0

FIRST_RETRY_SECONDS = 30.0
LAST_RETRY_SECONDS = 900.0

# Slack takes about one message a second at one place.
SECONDS_BETWEEN_MESSAGES = 1.0

# How many messages are written at once to a place that need not wait between them.
WRITTEN_AT_ONCE = 32

Transaction = Callable[[], AbstractContextManager[Session]]


class Pace:
    """At most one message a second to each destination, from this process, or as many as it takes.

    Args:
        seconds: Between two messages.
        clock: Returns the time in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        seconds: float = SECONDS_BETWEEN_MESSAGES,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self.clock = clock
        self._sleep = sleep
        self._free: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, destination: str, *, until: float, messages: int = 1, rate: float = 1.0) -> bool:
        """Wait until the destination may get messages; return `False` at once if that is after `until`.

        Args:
            destination: Its name.
            until: The latest time.
            messages: How many it gets then.
            rate: How many times as many it takes as others do.
        """
        with self._lock:
            now = self.clock()
            turn = max(now, self._free.get(destination, now))
            if turn > until:
                return False
            self._free[destination] = turn + self._seconds * messages / rate
        if turn > now:
            self._sleep(turn - now)
        return True

    def is_needed(self, rate: float) -> bool:
        """Whether a destination has to wait between messages that takes so many times as many as others do."""
        return self._seconds / rate > 0


# All deliveries of this process send to the same places.
shared_pace = Pace()


def deliver_alerts(
    transaction: Transaction,
    *,
    routes: Routes,
    senders: Mapping[str, SlackSender],
    now: dt.datetime,
    dagster_url: str | None = None,
    board_url: str | None = None,
    environment: str | None = None,
    retry_now: bool = False,
    pace: Pace = shared_pace,
    budget_seconds: float = BUDGET_SECONDS,
) -> values.DeliveryResult:
    """Send the notifications that are due.

    Args:
        transaction: Opens a transaction.
        routes: Which alerts go to which destination.
        senders: Senders by the name of a destination, in place of those that the routes configure.
        now: The time at which the delivery begins.
        dagster_url: Where links to Dagster lead.
        board_url: Where links to the board lead.
        environment: What the deployment is called.
        retry_now: Whether to retry at once what waits after a failure.
        pace: Limits the rate of messages.
        budget_seconds: Seconds of sending after which no further message is sent.
    """
    began = pace.clock()

    def clock() -> dt.datetime:
        return now + dt.timedelta(seconds=pace.clock() - began)

    composer = Composer(routes, dagster_url, board_url, environment)
    round_ = _Round(transaction, senders, clock, composer, pace)
    lease = str(uuid.uuid4())
    with transaction() as session:
        causes.link_causes(session, now=now, only_new=True)
    with transaction() as session:
        database.read_by_index(session)
        parcels = outbox.claim(
            session,
            routes=routes,
            is_configured=lambda destination: sender_for(destination, senders) is not None,
            lease=lease,
            retry_now=retry_now,
            tally=round_.tally,
            now=now,
        )
    round_.send_all(parcels, lease, until=pace.clock() + budget_seconds)
    with transaction() as session:
        database.read_by_index(session)
        database.driver(session).execute(database.UNFLUSHED)  # what is lost is put aside by the next delivery
        is_left = outbox.settle(session, now=clock())
        waiting = undelivered_alerts(session, routes=routes, now=clock()) if is_left else None
    tally = round_.tally
    errors = tuple(tally.errors)
    if not errors and waiting is not None and waiting.last_error is not None:
        errors = (waiting.last_error,)  # between two tries nothing fails, and yet nothing gets through
    return values.DeliveryResult(
        messages=tally.messages, alerts=tally.alerts, waiting=0 if waiting is None else waiting.count, errors=errors
    )


def preview_alerts(
    session: Session,
    *,
    routes: Routes,
    dagster_url: str | None = None,
    board_url: str | None = None,
    environment: str | None = None,
    now: dt.datetime,
) -> list[values.AlertPreview]:
    """Return the messages that a delivery would send, whether or not a destination is configured."""
    composer = Composer(routes, dagster_url, board_url, environment)
    shown = []
    parcels = make_parcels(outbox.plan(session, routes=routes, now=now).pending)
    for parcel, message in zip(parcels, composer.write(session, parcels, now=now), strict=True):
        destination = parcel.destination
        place = "nowhere: SLACK_WEBHOOK_URL is not set" if destination is None else destination.described
        if destination is not None and destination.secret is None:
            place += f", once {destination.missing} is set"
        text = formats.as_text(message.text, with_links=False)
        shown.append(values.AlertPreview(destination=place, text=text, alerts=len(parcel.alerts)))
    return shown


# Sending


class _Written(NamedTuple):
    """A message, and when what it says was read: what has happened since is news."""

    parcel: Parcel
    message: slack.SlackMessage
    read_at: dt.datetime

    @property
    def levels(self) -> dict[int, AlertLevel]:
        about = self.message.notification
        return {} if about is None else {alert.id: alert.level for alert in about.alerts}


class _Queue:
    """What is to be sent to a destination, in this order: messages that are written, and then parcels."""

    def __init__(self) -> None:
        self.written: deque[_Written] = deque()
        self.parcels: deque[Parcel] = deque()

    def __len__(self) -> int:
        return len(self.written) + len(self.parcels)

    def take_all(self) -> list[Parcel]:
        """Take all parcels out of it, whether or not their messages are written."""
        taken = [*(each.parcel for each in self.written), *self.parcels]
        self.written.clear()
        self.parcels.clear()
        return taken


class _Round:
    """One delivery in progress."""

    def __init__(
        self,
        transaction: Transaction,
        senders: Mapping[str, SlackSender],
        clock: Callable[[], dt.datetime],
        composer: Composer,
        pace: Pace,
    ) -> None:
        self._transaction = transaction
        self._senders = senders
        self._clock = clock
        self._composer = composer
        self._pace = pace
        self.tally = Tally()

    def send_all(self, parcels: Sequence[Parcel], lease: str, *, until: float) -> None:
        """Send one message to each destination in turn, so that a slow or broken one keeps no other waiting."""
        queues: dict[str, _Queue] = {}
        for parcel in parcels:
            queues.setdefault(destination_name(parcel.destination), _Queue()).parcels.append(parcel)
        # Those that failed before come last: they may take their whole time to fail again.
        turns = deque(sorted(queues.values(), key=lambda queue: max(parcel.attempts for parcel in queue.parcels)))
        with ThreadPoolExecutor(MESSAGES_AT_A_TIME) as pool:  # a thread starts with the first message that needs it
            while turns:
                queue = turns.popleft()
                if self._send_next(queue, lease, until, pool):
                    turns.append(queue)

    def _send_next(self, queue: _Queue, lease: str, until: float, pool: Executor) -> bool:
        """Send the next messages of a destination; after one that fails, the others wait.

        Returns:
            Whether there are more to send.
        """
        destination = (queue.written[0].parcel if queue.written else queue.parcels[0]).destination
        sender = None if destination is None else sender_for(destination, self._senders)
        if destination is None or sender is None:
            self._give_back(queue.take_all(), lease)
            return False
        # What sends to several threads at a time is ours: of another's sender nothing is known.
        at_a_time = 1 if destination.name in self._senders else destination.at_a_time
        size = min(at_a_time, len(queue))
        if not self._pace.wait(destination.name, until=until, messages=size, rate=destination.rate):
            self._give_back(queue.take_all(), lease)
            return False
        if not queue.written:
            at_once = size if at_a_time == 1 or self._pace.is_needed(destination.rate) else WRITTEN_AT_ONCE
            taken = [queue.parcels.popleft() for _ in range(min(at_once, len(queue.parcels)))]
            queue.written.extend(self._compose(taken, lease))
        written = [queue.written.popleft() for _ in range(min(size, len(queue.written)))]
        side_by_side = pool.map if len(written) > 1 else map
        outcomes = list(side_by_side(lambda each: _outcome(sender, each.message, each.parcel.thread), written))
        sent = list(zip(written, outcomes, strict=True))
        arrived = [
            Arrived(each.parcel, outcome, each.read_at, each.levels)
            for each, outcome in sent
            if not isinstance(outcome, DeliveryError)
        ]
        self._mark(arrived, lease, is_flushed=at_a_time == 1)
        for (parcel, _, _), outcome in sent:
            if isinstance(outcome, DeliveryError):
                # What is wrong with one message keeps no other one back.
                alone = outcome.refused and outcome.in_any_form
                self._postpone([parcel, *([] if alone else queue.take_all())], lease, outcome, waits_alone=alone)
        return len(queue) > 0

    def _compose(self, parcels: Sequence[Parcel], lease: str) -> list[_Written]:
        """Write messages; what cannot be put into words waits, and no other."""
        read_at = self._clock()
        try:
            with self._transaction() as session:
                messages = self._composer.write(session, parcels, now=read_at)
                return [_Written(parcel, each, read_at) for parcel, each in zip(parcels, messages, strict=True)]
        except DatabaseError:
            raise  # all wait for the database
        except Exception as exc:
            if len(parcels) > 1:  # one by one, to learn whose words are missing
                return [written for parcel in parcels for written in self._compose([parcel], lease)]
            error = DeliveryError(f"the message cannot be written: {type(exc).__name__}: {exc}")
            logger.exception("an alert waits, as its message cannot be written")
            self._postpone(parcels, lease, error, waits_alone=True)
            return []

    def _mark(self, sent: Sequence[Arrived], lease: str, *, is_flushed: bool) -> None:
        self.tally.messages += len(sent)
        self.tally.alerts += sum(len(each.parcel.alerts) for each in sent)
        for last in (False, True) if sent else ():
            try:
                with self._transaction() as session:
                    marking.mark_delivered(session, sent, lease=lease, now=self._clock(), is_flushed=is_flushed)
                return
            except DatabaseUnavailableError:
                if last:  # the lease expires, and the message is sent again
                    raise

    def _postpone(
        self, parcels: Sequence[Parcel], lease: str, error: DeliveryError, *, waits_alone: bool = False
    ) -> None:
        failed = parcels[0]
        name = destination_name(failed.destination)
        wait = retry_after(failed.attempts, error)
        logger.warning("alerts wait for %s, tried again in %.0f s: %s", name, wait, error)
        self.tally.fail(name, str(error))
        next_attempt_at = self._clock() + dt.timedelta(seconds=wait)
        reason = f"only this message waits: {error}" if waits_alone else str(error)
        self._give_back([failed], lease, next_attempt_at, error=reason, was_tried=True, waits_alone=waits_alone)
        self._give_back(parcels[1:], lease, next_attempt_at, error=str(error))

    def _give_back(
        self,
        parcels: Iterable[Parcel],
        lease: str,
        next_attempt_at: dt.datetime | None = None,
        *,
        error: str | None = None,
        was_tried: bool = False,
        waits_alone: bool = False,
    ) -> None:
        for parcel in parcels:
            with self._transaction() as session:
                marking.give_back(
                    session,
                    parcel=parcel,
                    lease=lease,
                    next_attempt_at=next_attempt_at or self._clock(),
                    error=error,
                    was_tried=was_tried,
                    waits_alone=waits_alone,
                )


def _outcome(sender: SlackSender, message: slack.SlackMessage, thread: str | None) -> str | DeliveryError | None:
    """Send a message; return its thread, or why it could not be delivered."""
    try:
        return send_message(sender, message, thread=thread)
    except DeliveryError as exc:
        return exc


def send_message(sender: SlackSender, message: slack.SlackMessage, *, thread: str | None) -> str | None:
    """Send a message; a refused one is sent plainer: as text, outside its thread, at last without text from users.

    Raises:
        DeliveryError: It could not be delivered.
    """
    plainer = [(message.plain(), thread), *([(message.plain(), None)] if thread else []), (message.bare(), None)]
    for each, its_thread in [(message, thread), *plainer]:
        try:
            return sender.send(each, thread=its_thread)
        except DeliveryError as exc:
            if not exc.refused or exc.in_any_form or each == plainer[-1][0]:
                raise
            logger.warning("a message was refused and is sent again in plainer form: %s", exc)
        except Exception as exc:
            # A sender may come from the user's code. Whatever it raises, the alert stays undelivered.
            raise DeliveryError(f"{type(exc).__name__}: {slack.escape(str(exc), limit=MAX_ANSWER)}") from exc
    raise AssertionError("the plainest message is sent or raises")


def retry_after(attempts_before: int, error: DeliveryError) -> float:
    """Return how many seconds to wait before the next try: as the destination asks, else growing, with jitter.

    That holds for every answer. What stands before a place may say 404 or 403, or redirect, while that starts again: an
    alert that may rouse somebody waits half a minute then, and one that waits for a new address is hardly tried more.
    """
    if error.retry_after is not None:
        return bounded_wait(error.retry_after)
    longest: float = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempts_before, 10))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
