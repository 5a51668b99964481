"""Passwords and other secrets in what people write: addresses, metadata, the texts of errors.

They are masked before anything is stored. Where it is not certain what is a secret, more is masked rather than less;
what has the form of a path, a port or an e-mail address stays.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, Final

MASK: Final = "***"

# None of these: no secret. Looking for them takes a hundredth of the time that the patterns take.
HINTS: Final = (
    *("@", "%40", "pass", "pwd", "secret", "token", "credential", "signature", "sig=", "authorization", "bearer "),
    *("basic ", '_pw"', '"pw"', '"sas"', '"sig"', '"auth"', "apikey", "accesskey", "accountkey", "privatekey"),
    *(f"{first}{join}key" for first in ("api", "access", "account", "private", "shared") for join in "_-"),
    *(f"{first}{join}key" for first in ("storage", "master") for join in ("", "_", "-")),
    "sharedkey",
)


# A run and its steps hold the same error; where thousands fail by one cause, all of them do. Longer texts are not kept.
LONGEST_REMEMBERED: Final = 20_000

# Half a secret is none by its form. So a text is masked so far beyond where it is cut: longer than secrets are.
BEYOND: Final = 4_000


def mask_text(text: str) -> str:
    """Return the text with the secrets in it masked; a password before a host is left out."""
    if not may_hold_secrets(text):
        return text
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _mask_text(text)


def beginning(text: str, characters: int) -> str:
    """Return the beginning of a text with the secrets in it masked: cut before, it might end with half a secret."""
    return mask_text(text[: characters + BEYOND])[:characters]


def end(text: str, characters: int) -> str:
    """Return the end of a text with the secrets in it masked: cut before, it might begin with half a secret."""
    return mask_text(text[-characters - BEYOND :])[-characters:]


def _mask_text(text: str) -> str:
    if "://" in text:
        text = _patterns().USER.sub(_without_password, text)
        text = _patterns().TOKEN_USER.sub(lambda found: found[0] if _is_place(found) else MASK, text)
    elif "@" in text:
        text = _patterns().BARE.sub(_without_bare_password, text)
    text = _patterns().ORACLE.sub(r"\g<user>", text)
    for pattern in _patterns().PATTERNS:
        text = pattern.sub(_masked, text)
    return text


_remembered = lru_cache(maxsize=256)(_mask_text)


def mask_json(value: Any, written: str) -> Any:
    """Return what JSON holds with the secrets in it masked, in texts and under the names of secrets.

    Args:
        value: The value.
        written: The same as JSON text.
    """
    return _mask(value) if may_hold_secrets(written) else value


def is_secret_name(name: str) -> bool:
    """Whether a value of that name is a secret."""
    return bool(_patterns().NAME.search(name)) and not _patterns().HARMLESS.search(name)


@cache
def _patterns() -> ModuleType:
    """Compiling the patterns takes longer than most commands that import this module have to spare."""
    from watcher_core import mask_patterns

    return mask_patterns


def may_hold_secrets(text: str) -> bool:
    """Whether a text has a word that secrets come with: a quick look, which may be wrong about that they are there."""
    lowered = text.lower()
    for hint in HINTS:  # noqa: SIM110  # a generator takes twice as long, and each text is looked at
        if hint in lowered:
            return True
    return False


def _mask(value: Any, *, name: str = "", is_secret: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _mask(one, name=key, is_secret=is_secret or is_secret_name(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_mask(one, name=name, is_secret=is_secret) for one in value]
    if isinstance(value, str):
        return MASK if is_secret and value else mask_text(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_secret and is_number and _patterns().PASSWORD_NAME.search(name):
        return MASK  # a password of digits; a number of tokens is a count
    return value


def _without_password(found: re.Match[str]) -> str:
    rest = found.string[found.end() :]
    is_port = _patterns().PORT_AND_PATH.match(found["password"]) and not _patterns().HOST_AND_PORT.match(rest)
    if is_port and "/" in found["password"] and found["scheme"].lower() in ("http", "https"):
        return found[0]
    return f"{found['scheme']}://{found['user']}@"


def _is_place(found: re.Match[str]) -> bool:
    """Whether what stands before the `@` is a place, as Azure's containers are, and no token."""
    scheme = re.search(r"[a-z0-9+.-]*$", found.string[: found.start() - 3], re.IGNORECASE)
    return scheme is None or scheme[0].lower() not in ("http", "https", "git", "git+https", "ssh")


def _without_bare_password(found: re.Match[str]) -> str:
    is_other = found["user"].lower() == "mailto" or _patterns().PORT_AND_PATH.match(found[0].partition(":")[2])
    return found[0] if is_other else found["user"]


def _masked(found: re.Match[str]) -> str:
    if _patterns().HARMLESS.search(found["key"]) or found["value"] in (MASK, ""):
        return found[0]
    return f"{found[0][: found.start('value') - found.start()]}{MASK}"
