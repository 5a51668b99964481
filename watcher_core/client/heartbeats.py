"""Heartbeats of `Watcher`'s rounds."""

from __future__ import annotations

import datetime as dt
import logging
import time

from watcher_core import checks, database, health
from watcher_core.client.connection import Connection
from watcher_core.health import Round

logger = logging.getLogger("watcher.heartbeat")

# A process that ends a round each second asks the database once a minute. A little less, so that none is left out.
LEAST_SECONDS = 50.0


class HeartbeatMethods(Connection):
    """What follows a round that has ended."""

    def _end_round(self, round_: Round, *, now: dt.datetime | None = None) -> None:
        """Send the heartbeat that is due, if one is; whatever goes wrong, the round has ended well."""
        secret = self.settings.heartbeat_url
        if secret is None or time.monotonic() < self._next_heartbeats.get(round_, 0.0):
            return
        self._next_heartbeats[round_] = time.monotonic() + LEAST_SECONDS
        try:
            self._send_heartbeat(round_, secret.get_secret_value(), now)
        except Exception as exc:
            logger.warning("no heartbeat follows %s: %s", round_.value, exc)

    def _send_heartbeat(self, round_: Round, url: str, now: dt.datetime | None) -> None:
        with self._transaction() as (session, _):
            moment = now or database.clock(database.driver(session))
            if round_ is Round.CHECKS and any(
                health.overdue(state, now=moment) for state in checks.list_check_states(session)
            ):
                return  # not a full round
            address = health.end_round(session, round_, url=url, now=moment)
        if address is None:
            return
        error = health.send_heartbeat(address)
        if error is not None:
            logger.warning("a heartbeat of %s did not arrive: %s", round_.value, error)
        with self._transaction() as (session, _):
            moment = now or database.clock(database.driver(session))
            health.note_result(session, round_, url=url, error=error, now=moment)
