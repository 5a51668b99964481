"""The types of arguments, checked as the signatures say them: for all methods in one way, by the database as over HTTP.

A text where a yes or no belongs is true to Python, and would be recorded as one. What a value may be beside its type is
for the function to check that takes it.

No library: `beartype` and `typeguard` refuse a number of NumPy and the text of an enum, which people pass; pydantic
takes them, and takes longer to load than a job needs for all that it records.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from watcher_core import arguments
from watcher_core.errors import InvalidValueError

C = TypeVar("C", bound=type)

# Returns the value, or what it is to be in its place; raises where it is of no type that the signature names.
Check = Callable[[Any, str], Any]

# The types of values that are right as they are, which most are, and how others are checked.
Rule = tuple[frozenset[type], Check]


def checked(kind: C) -> C:
    """Let the public methods that a class defines check their arguments."""
    for name, found in list(vars(kind).items()):
        if inspect.isfunction(found) and not name.startswith("_") and not hasattr(found, "checks_types"):
            setattr(kind, name, _checked(found))
    return kind


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    # `inspect.signature` would take longer for all methods than most commands do.
    function = typing.cast("types.FunctionType", inspect.unwrap(method))  # of a context manager
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    rules = _Rules(function)

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args:
            for place, (name, value) in enumerate(zip(names, args, strict=False)):
                rule = rules[name]
                if rule is not None and type(value) not in rule[0]:
                    args = (*args[:place], rule[1](value, name), *args[place + 1 :])
        for name, value in kwargs.items():
            rule = rules[name]
            if rule is not None and type(value) not in rule[0]:
                kwargs[name] = rule[1](value, name)
        return method(self, *args, **kwargs)

    call.checks_types = True  # type: ignore[attr-defined]  # a mark on a function
    return call


class _Rules(dict[str, Rule | None]):
    """The rules of a method's arguments, each made when its argument is passed for the first time.

    To make one may load the module of a type, and few arguments of few methods are passed in most processes.
    """

    def __init__(self, function: types.FunctionType) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, name: str) -> Rule | None:
        code, annotations = self._function.__code__, self._function.__annotations__
        arguments_of_all = code.co_argcount + code.co_kwonlyargcount
        if name in code.co_varnames[:arguments_of_all]:
            rule = _rule_of(annotations[name], self._function.__module__)
        elif code.co_flags & inspect.CO_VARKEYWORDS:
            several = _evaluated(annotations[code.co_varnames[arguments_of_all]], self._function.__module__)
            rule = _rule(_of_keyword(name, several))
        else:
            rule = None  # there is no such argument, as Python says
        self[name] = rule
        return rule


def _of_keyword(name: str, hint: Any) -> Any:
    """Return the type of a keyword in `**keywords: Unpack[SomeTypedDict]`."""
    if typing.get_origin(hint) is not typing.Unpack:
        return Any
    (kind,) = typing.get_args(hint)
    return typing.get_type_hints(kind).get(name, Any)


@functools.cache
def _rule_of(annotation: str, module: str) -> Rule | None:
    return _rule(_evaluated(annotation, module))


def _rule(hint: Any) -> Rule | None:
    check = _of(hint)
    return None if check is None else (frozenset(filter(None, map(_plain, _alternatives(hint)))), check)


def _plain(hint: Any) -> type | None:
    """Return the type of whose values each is right. A text may have what PostgreSQL does not store."""
    origin = typing.get_origin(hint)
    if origin is None:
        return None if hint is str else typing.cast("type", hint)
    return dict if origin is Mapping and typing.get_args(hint)[1] is Any else None


def _evaluated(annotation: str, module: str) -> Any:
    return eval(annotation, vars(sys.modules[module]))  # noqa: S307 - our own source


def _of(hint: Any) -> Check | None:
    """Return the check of a type; `None` where each value is right."""
    alternatives = _alternatives(hint)
    found = [(each, _of_one(each)) for each in alternatives]
    checks = [check for _, check in found if check is not None]
    if len(checks) < len(found):
        return None
    if len(checks) == 1:
        return checks[0]
    # The error does not name `None`, nor what stands for an argument that was not passed.
    said = [_words(each) for each in alternatives if each is not type(None) and each.__name__ != "Unset"]
    own = [check for each, check in found if check is not None and _words(each) in said]

    texts = arguments.text if str in alternatives else None

    def check(value: Any, argument: str) -> Any:
        if type(value) is str and texts is not None:  # as nearly always: what it is not need not be tried
            return texts(value, argument)
        for each in checks:
            try:
                return each(value, argument)
            except InvalidValueError:
                continue
        if len(own) == 1:
            own[0](value, argument)  # which says more of what is wrong
        raise _wrong(value, argument, " or ".join(said))

    return check


def _of_one(hint: Any) -> Check | None:
    if hint in (object, Any) or isinstance(hint, typing.TypeVar | typing.ParamSpec):
        return None
    origin = typing.get_origin(hint)
    if origin is tuple:
        return _of_tuple(hint)
    if origin is not None and issubclass(origin, Mapping):
        return _of_mapping(hint)
    if origin is not None and issubclass(origin, Iterable):
        return _of_items(hint)
    if origin is not None:
        return _of_kind(hint, callable)
    if issubclass(hint, StrEnum):
        return lambda value, argument: arguments.choice(value, hint, argument)
    simple = SIMPLE.get(hint)
    return simple or _of_kind(hint, lambda value: isinstance(value, hint))


def _of_kind(hint: Any, is_one: Callable[[Any], bool]) -> Check:
    def check(value: Any, argument: str) -> Any:
        if not is_one(value):
            raise _wrong(value, argument, _words(hint))
        return value

    return check


def _of_items(hint: Any) -> Check:
    of_item = _of(*typing.get_args(hint))
    origin = typing.get_origin(hint)

    def check(value: Any, argument: str) -> Any:
        is_other = isinstance(value, str | bytes) or (issubclass(origin, Sequence) and isinstance(value, Mapping))
        if is_other or not isinstance(value, Iterable):
            raise _wrong(value, argument, _words(hint))
        if of_item is None:
            return value
        if not isinstance(value, Collection):  # what can be read once is read by the method
            return (of_item(each, argument) for each in value)
        found = [of_item(each, argument) for each in value]
        return value if all(map(_is, found, value)) else found

    return check


def _of_tuple(hint: Any) -> Check:
    of_items = [_of(each) for each in typing.get_args(hint)]

    def check(value: Any, argument: str) -> Any:
        if not isinstance(value, tuple | list) or len(value) != len(of_items):
            raise _wrong(value, argument, _words(hint))
        return tuple(
            each if of_item is None else of_item(each, argument) for of_item, each in zip(of_items, value, strict=True)
        )

    return check


def _of_mapping(hint: Any) -> Check:
    of_key, of_value = map(_of, typing.get_args(hint))

    def check(value: Any, argument: str) -> Any:
        if not isinstance(value, Mapping):
            raise _wrong(value, argument, _words(hint))
        if of_value is not None:  # else it is metadata, and JSON has its own rules
            for key, each in value.items():
                if of_key is not None:
                    of_key(key, argument)
                of_value(each, argument)
        return value

    return check


def _is(one: object, other: object) -> bool:
    return one is other


def _whole(value: Any, argument: str) -> int:
    found = arguments.whole_number(value)
    if found is None:
        raise _wrong(value, argument, WORDS[int])
    return found


def _number(value: Any, argument: str) -> float:
    found = arguments.number(value)
    if found is None:
        raise _wrong(value, argument, WORDS[float])
    return found


def _instant(value: Any, argument: str) -> Any:
    arguments.instant(value, argument)
    return value


SIMPLE: dict[Any, Check] = {
    bool: arguments.flag,
    int: _whole,
    float: _number,
    str: arguments.text,
    dt.datetime: _instant,
}

WORDS: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
    dt.datetime: "a datetime",
    type(None): "None",
}


def _words(hint: Any) -> str:
    origin = typing.get_origin(hint)
    if origin is None:
        name = getattr(hint, "__name__", str(hint))
        return WORDS.get(hint) or f"{'an' if name[0] in 'AEIO' else 'a'} {name}"
    if origin is tuple:
        return f"a tuple of {', '.join(map(_words, typing.get_args(hint)))}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a dictionary"
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return f"a list, each of it {' or '.join(_words(each) for each in _alternatives(typing.get_args(hint)[0]))}"
    return "a function"


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else (hint,)


def _wrong(value: object, argument: str, words: str) -> InvalidValueError:
    return InvalidValueError(f"{argument} is {arguments.shown(value)}; it must be {words}")
