"""Quiet hours and digests of a route: when a notification that is due at a moment may be sent.

Nothing of this is stored. When a notification may go follows from when it was due, and from the present, so that it is
sent at the end of quiet hours, or with a digest, whenever a deliverer dies or is late.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from watcher_core import arguments, calendars
from watcher_core.errors import InvalidValueError

RULE = "write it as 22:00-07:00, Mon-Fri 22:00-07:00, or Sat-Sun for whole days"

_QUIET = re.compile(r"(?:(?P<days>[A-Za-z, -]+?)\s*)?(?:(?P<start>\d\d?:\d\d)\s*-\s*(?P<end>\d\d?:\d\d))?")
_ONE_DAY = dt.timedelta(days=1)
# Quiet hours come again every week: what is quiet for longer than that never ends.
_ONE_WEEK = dt.timedelta(days=7, hours=2)


class Collection(StrEnum):
    """Why notifications go together in one message."""

    QUIET = "quiet"  # they came in quiet hours that are over
    DIGEST = "digest"  # they waited for the time of a digest


@dataclass(frozen=True)
class QuietHours:
    """Hours that begin on some days of the week.

    Attributes:
        text: As it was written.
        days: On which it begins; Monday is 0.
        start: When it begins, in minutes after midnight.
        end: When it ends: on the next day where that is not after `start`.
    """

    text: str
    days: frozenset[int]
    start: int
    end: int

    def end_at(self, moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
        """Return when the quiet hours end that a moment is in; `None` where it is in none."""
        today = moment.astimezone(zone).date()
        for date in (today - _ONE_DAY, today):
            if date.weekday() not in self.days:
                continue
            start = _at(date, self.start, zone, last=False)
            end = _at(date, self.end + (24 * 60 if self.end <= self.start else 0), zone, last=True)
            if start <= moment < end:
                return end
        return None


def _at(date: dt.date, minutes: int, zone: dt.tzinfo, *, last: bool) -> dt.datetime:
    """A time of day. Where clocks go back, it comes twice: quiet hours begin at the first and end at the last."""
    days, minutes = divmod(minutes, 24 * 60)
    local = dt.datetime.combine(date + days * _ONE_DAY, dt.time(minutes // 60, minutes % 60), tzinfo=zone)
    both = [local.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    return max(both) if last else min(both)


def read_quiet_hours(text: str, argument: str = "quiet") -> QuietHours:
    """Read quiet hours.

    Raises:
        InvalidValueError: It is none; the message names the rule.
    """
    found = _QUIET.fullmatch(" ".join(text.split()))
    days = calendars.read_days(found["days"]) if found and found["days"] else frozenset(range(7))
    if found is None or not (found["days"] or found["start"]) or days is None:
        raise InvalidValueError(f"{argument} is {arguments.shown(text)}; {RULE}")
    start, end = (_minutes(found[name] or default) for name, default in (("start", "00:00"), ("end", "24:00")))
    if start is None or end is None or start == 24 * 60 or start == end:
        raise InvalidValueError(f"{argument} is {arguments.shown(text)}; it has a time that there is not; {RULE}")
    return QuietHours(" ".join(text.split()), days, start, end)


def _minutes(time: str) -> int | None:
    hours, minutes = map(int, time.split(":"))
    whole = hours * 60 + minutes
    return whole if minutes < 60 and whole <= 24 * 60 else None


@dataclass(frozen=True)
class Hold:
    """When a route sends.

    Attributes:
        quiet: Its quiet hours.
        digest: The times of its digests, as cron has them; `None`: it sends at once.
        timezone: Of both.
        holds_critical: Whether critical alerts wait, too.
    """

    quiet: tuple[QuietHours, ...] = ()
    digest: str | None = None
    timezone: str | None = None
    holds_critical: bool = False

    def quiet_until(self, moment: dt.datetime) -> dt.datetime | None:
        """Return when it is no longer quiet; `None` where it is not quiet at that moment.

        Raises:
            InvalidValueError: It is always quiet.
        """
        zone = calendars.zone_of(self.timezone)
        until = moment
        while end := max(filter(None, (hours.end_at(until, zone) for hours in self.quiet)), default=None):
            until = end
            if until - moment > _ONE_WEEK:
                raise InvalidValueError("quiet has no end: no alert would ever be sent")
        return None if until == moment else until

    def release(
        self, due_at: dt.datetime, *, now: dt.datetime, waits_since: dt.datetime | None = None
    ) -> tuple[dt.datetime, Collection] | None:
        """Return when something that is due at a moment may be sent, and why so late; `None` for at once.

        What is late for another reason, as after a failure of the place, is not sent in quiet hours either.

        Args:
            due_at: When it is due.
            now: The time.
            waits_since: From when it has waited for a digest, where that is not the same: see `pending.DIGEST_DELAY`.
        """
        digest_at = calendars.time_after(self.digest, waits_since or due_at, self.timezone) if self.digest else None
        collection = Collection.QUIET if digest_at is None else Collection.DIGEST
        until = self.quiet_until(digest_at or due_at) or digest_at
        if (quiet_now := _quiet_until(self, now)) is not None:
            until = quiet_now if until is None else max(until, quiet_now)
        return None if until is None else (until, collection)


@lru_cache(maxsize=256)  # of thousands of notifications, each asks for the same moment
def _quiet_until(hold: Hold, moment: dt.datetime) -> dt.datetime | None:
    return hold.quiet_until(moment)


def earliest_release(
    holds: Iterable[Hold], due_at: dt.datetime, *, now: dt.datetime, waits_since: dt.datetime | None = None
) -> tuple[dt.datetime, Collection] | None:
    """Return when something may be sent that takes several routes to one place; `None` for at once."""
    found = [hold.release(due_at, now=now, waits_since=waits_since) for hold in holds]
    late = [each for each in found if each is not None]
    return min(late) if late and len(late) == len(found) else None
