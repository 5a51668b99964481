"""What callers pass, checked and brought into one form before anything is written.

Each function takes the value and the name of the argument, gives the clean value, and raises `InvalidValueError` with
both the value and the rule in its message.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import numbers
import pathlib
import re
import uuid
from collections.abc import Iterable, KeysView, Mapping, Sequence, Set, ValuesView
from enum import StrEnum
from typing import Any, TypeVar

from watcher_core import masking
from watcher_core.errors import InvalidValueError

# A btree entry holds at most 2,704 bytes, and every name stands in a unique index.
MAX_NAME_BYTES = 2048
MAX_EXTERNAL_ID_BYTES = 2560
# To wait for more failures in a row than this, mute the check.
MAX_FAILURE_NUMBER = 100

# Writers and readers of JSON follow its levels by recursion; the HTTP API's ends at 252 of them, with all around it.
MAX_JSON_LEVELS = 100
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
BRACKET = re.compile(r"[{}\[\]]")

MAX_BIGINT = 2**63 - 1
MAX_INTEGER = 2**31 - 1
SHOWN_CHARACTERS = 80

# JSON's escape of the one character that PostgreSQL cannot store, behind an even number of backslashes.
ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

# What is written where the highest value of no rows at all is asked for. No data is read on from there.
NO_WATERMARKS = {
    *("nan", "+nan", "-nan", "snan", "nat", "<na>", "none", "null"),
    *(f"{sign}{word}" for sign in ("", "+", "-") for word in ("inf", "infinity")),
}

EnumType = TypeVar("EnumType", bound=StrEnum)
ValueType = TypeVar("ValueType")

# How JSON writes what it does not know. Made once: each execution that is recorded has three dates.
TIMES = dt.date | dt.time
TEXTS = decimal.Decimal | uuid.UUID | pathlib.PurePath | dt.timedelta


def name(value: object, argument: str) -> str:
    """A name: kept as given, but for the blanks around it."""
    cleaned = text(value, argument).strip()
    _fits(cleaned, MAX_NAME_BYTES, "a name", argument)
    return cleaned


def address_name(value: object, argument: str) -> str:
    """The name of an address, without the passwords in it."""
    return name(masking.mask_text(text(value, argument)), argument)


def external_id(value: object, argument: str) -> str:
    """The identity of something at its source, exactly as given."""
    identity = text(value, argument)
    _fits(identity, MAX_EXTERNAL_ID_BYTES, "an external id", argument)
    return identity


def _fits(value: str, limit: int, what: str, argument: str) -> None:
    size = len(value.encode())
    if not 1 <= size <= limit:
        raise InvalidValueError(f"{argument} is {shown(value)}, {size:,} bytes; {what} has 1 to {limit:,} bytes")


def text(value: object, argument: str) -> str:
    """Text that PostgreSQL can store."""
    if not isinstance(value, str):
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be text")
    if "\x00" in value:
        raise InvalidValueError(f"{argument} is {shown(value)}; it must not contain the NUL character")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be valid Unicode") from None
    return value


def words(value: object, argument: str, most: int) -> str | None:
    """A few words of a person, without the blanks around them."""
    if value is None:
        return None
    said = text(value, argument).strip().replace("\r\n", "\n")  # as browsers end the lines of a form
    if not said or len(said) > most:
        raise InvalidValueError(f"{argument} has {len(said):,} characters; it may have 1 to {most:,}")
    return said


def note(value: object, argument: str, most: int) -> str | None:
    """What a person notes, without the secrets in it: people paste what they have run."""
    said = words(value, argument, most)
    return None if said is None else masking.mask_text(said)


def watermark(value: object, argument: str) -> str | None:
    """A watermark: text of any length; numbers and times become text."""
    if value is None:
        return None
    whole = _integer(value)
    if whole is not None:
        try:
            return str(whole)
        except ValueError as exc:  # more digits than Python writes
            raise InvalidValueError(f"{argument} is {shown(value)}; it cannot be written: {exc}") from exc
    is_one = isinstance(value, str | float | decimal.Decimal | dt.date | uuid.UUID) and not isinstance(value, bool)
    if not is_one and shown(value).lower() not in NO_WATERMARKS:  # pandas has a type of its own for what is missing
        raise InvalidValueError(f"{argument} is {shown(value)}; a watermark is text, a number, a date or a UUID")
    written = text(value.isoformat() if isinstance(value, dt.date) else str(value), argument)
    if written.strip().lower() in NO_WATERMARKS:
        raise InvalidValueError(
            f"{argument} is {shown(value)}, as of data without a row; pass no watermark, and it stays where it is"
        )
    return written


def count(value: object, argument: str) -> int | None:
    """A number of rows."""
    if value is None:
        return None
    whole = whole_number(value)
    if whole is None or not 0 <= whole <= MAX_BIGINT:
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be a whole number from 0 to {MAX_BIGINT:,}")
    return whole


def positive(value: object, argument: str) -> int | None:
    """A whole number above zero."""
    whole = count(value, argument)
    if whole == 0:
        raise InvalidValueError(f"{argument} is 0; it must be at least 1")
    return whole


def identifier(value: object, argument: str) -> int:
    """The id of a row, which need not be there."""
    whole = whole_number(value)
    if whole is None or abs(whole) > MAX_BIGINT:
        raise InvalidValueError(f"{argument} is {shown(value)}; an id is a whole number")
    return whole


def whole_number(value: object) -> int | None:
    """Return a whole number; `None` where it is none.

    PostgreSQL's sum of integers is a `Decimal`, and pandas' sum of a column with gaps a float.
    """
    whole = _integer(value)
    if whole is not None or isinstance(value, bool) or not isinstance(value, numbers.Real | decimal.Decimal):
        return whole
    number: Any = value
    try:
        is_whole = abs(number) <= MAX_BIGINT and number == int(number)
    except decimal.InvalidOperation:  # a Decimal that is no number
        return None
    return int(number) if is_whole else None


def _integer(value: object) -> int | None:
    """Return an integer of Python or NumPy; `None` where it is none."""
    # NumPy's integers know how to be an index too; booleans are integers only to Python.
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    try:
        return int(value.__index__())
    except TypeError:  # an array of NumPy
        return None


def number(value: object) -> float | None:
    """Return a number, as a float; `None` where it is none, or too large for one."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real | decimal.Decimal):
        return None
    try:
        return float(value)
    except (OverflowError, ValueError):
        return None


def value_of(kind: type[ValueType], value: object, argument: str) -> ValueType:
    """A value of a class, as Watcher has it."""
    if isinstance(value, kind):
        return value
    name = kind.__name__
    raise InvalidValueError(f"{argument} is {shown(value)}; it must be {'an' if name[0] in 'AEIO' else 'a'} {name}")


def several(value: object, argument: str) -> tuple[Any, ...]:
    """Values of a list, or of the like; a text is none of these."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return tuple(value)
    raise InvalidValueError(f"{argument} is {shown(value)}; it must be a list")


def flag(value: object, argument: str) -> bool:
    """A yes or no, of Python or NumPy."""
    if isinstance(value, bool):
        return value
    if str(getattr(value, "dtype", None)) == "bool" and getattr(value, "shape", None) == ():
        return bool(value)
    raise InvalidValueError(f"{argument} is {shown(value)}; it must be True or False")


def count_within(value: object, argument: str, least: int, most: int) -> int:
    """A number of things, from `least` to `most`."""
    whole = whole_number(value)
    if whole is None or not least <= whole <= most:
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be a whole number from {least:,} to {most:,}")
    return whole


def instant(value: object, argument: str) -> dt.datetime:
    """A moment in time, in UTC, that PostgreSQL stores and Python reads again.

    In another time zone, one of the two hours when clocks go back would not equal itself as it comes back.
    """
    # pandas' NaT is a datetime by its class, and has no year.
    if not isinstance(value, dt.datetime) or not isinstance(value.year, int):
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be a datetime")
    if value.utcoffset() is None:
        raise InvalidValueError(
            f"{argument} is {value.isoformat()} without a time zone; pass one with, as datetime.now(timezone.utc) gives"
        )
    try:
        moment = value.astimezone(dt.UTC)
    except (OverflowError, ValueError):  # PostgreSQL would store it, and no Python could read it again
        rule = "in UTC it must be in the years 1 to 9999"
        raise InvalidValueError(f"{argument} is {value.isoformat()}; {rule}") from None
    return plain_moment(moment)


def plain_moment(moment: dt.datetime) -> dt.datetime:
    """A moment of any library, as Python's own: one of pendulum loses its zone as soon as something is added to it."""
    return moment if type(moment) is dt.datetime else dt.datetime.fromisoformat(moment.isoformat())


def choice(value: object, enum: type[EnumType], argument: str) -> EnumType:
    """A member of an enum, or its value."""
    if isinstance(value, enum):
        return value
    try:
        return enum(str(value).lower())
    except ValueError:
        allowed = ", ".join(member.value for member in enum)
        raise InvalidValueError(f"{argument} is {shown(value)}; it may be {allowed}") from None


def json_object(value: object, argument: str) -> dict[str, Any]:
    """A mapping that JSON can hold, as it will come back from the database; NaN and infinities become text.

    Secrets in it are masked. It has few enough levels that each reader and writer can follow them.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValueError(f"{argument} is {shown(value)}; it must be a dictionary")
    if not value:
        return {}
    try:
        written = json_text(dict(value))
        if nests_too_deeply(written):
            raise RecursionError
        return dict(masking.mask_json(_read(written), written))
    except RecursionError:
        raise InvalidValueError(f"{argument} is nested more than {MAX_JSON_LEVELS} levels deep") from None
    except Exception as exc:  # whatever a library's own object raises
        because = next((f" because of {shown(key)}" for key, each in value.items() if not _is_json(each)), "")
        raise InvalidValueError(f"{argument} cannot be stored as JSON{because}: {exc}") from exc


def _is_json(value: object) -> bool:
    try:
        _write(value)
    except Exception:
        return False
    return True


def nests_too_deeply(written: str) -> bool:
    """Whether JSON text has more levels of objects and lists than are stored."""
    if written.count("{") + written.count("[") <= MAX_JSON_LEVELS:
        return False  # as nearly always
    level = 0
    for bracket in BRACKET.finditer(JSON_STRING.sub("", written)):
        level += 1 if bracket[0] in "{[" else -1
        if level > MAX_JSON_LEVELS:
            return True
    return False


def json_text(value: object, *, sort_keys: bool = False) -> str:
    """Write JSON that PostgreSQL stores: what it cannot hold (NUL, lone surrogates) becomes a replacement character."""
    written = (_write_sorted if sort_keys else _write)(value)
    written = written.encode("utf-8", "replace").decode("utf-8")
    return _without_nul(written)


def json_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows for a statement as `json_text` does, in a third of the time.

    Args:
        rows: What JSON has, and dates.
    """
    from pydantic_core import PydanticSerializationError, to_json  # jobs that write no rows start without it

    try:
        return _without_nul(to_json(rows).decode())
    except PydanticSerializationError:  # half of a character
        return json_text(rows)


def _without_nul(written: str) -> str:
    if "\\u0000" not in written:  # a look that takes a fortieth of the search's time
        return written
    return ESCAPED_NUL.sub("\\1\N{REPLACEMENT CHARACTER}", written)


def _as_json(value: object) -> object:
    if isinstance(value, TIMES):
        return value.isoformat()
    if isinstance(value, TEXTS):
        return str(value)
    if isinstance(value, set | frozenset):
        return _in_order(value)
    if type(value).__name__ == "NAType":  # the missing value of pandas, which is in few columns until it is
        return None
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays, columns of pandas
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence | KeysView | ValuesView) and not isinstance(value, bytes | bytearray | memoryview):
        return list(value)  # as of a deque, a range, or the keys of a dictionary
    raise TypeError(f"{shown(value)} is neither text, number, date nor a collection of these")


def _in_order(elements: Set[Any]) -> list[Any]:
    """Return the elements of a set, in the same order each time."""
    try:
        return sorted(elements)
    except TypeError:  # of more than one kind, as texts and `None`
        return sorted(elements, key=repr)


# Made once, as executions come by the thousand.
_write = json.JSONEncoder(ensure_ascii=False, default=_as_json).encode
_write_sorted = json.JSONEncoder(ensure_ascii=False, default=_as_json, sort_keys=True).encode
_read = json.JSONDecoder(parse_constant=str).decode


def shown(value: object) -> str:
    """Write the value for a message: enough of it to recognize."""
    try:
        written = repr(value)
    except Exception:  # as of an integer of more than 4,300 digits; the message is to name the rule all the same
        written = f"a value of type {type(value).__name__}"
    return written if len(written) <= SHOWN_CHARACTERS else f"{written[:SHOWN_CHARACTERS]}…"
