"""Passwords and other secrets in what people write: addresses, metadata, the texts of errors.

They are masked before anything is stored. Where it is not certain what is a secret, more is masked rather than less;
what has the form of a path, a port or an e-mail address stays.
"""

from __future__ import annotations

import re
from typing import Any, Final

MASK: Final = "***"

# What the names of secrets contain, without the characters between words. A name that ends like those of `_HARMLESS` is
# not that of a secret: `secret_name`, `token_count`, `access_key_id`.
_SENSITIVE: Final = (
    r"passw(?:or)?d|passwd|pwd|passphrase|passcode|secret|token|credential|signature|authorization|"
    r"api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|shared[_-]?key|storage[_-]?key|master[_-]?key"
)
_NAME = re.compile(rf"{_SENSITIVE}|^(?:pass|pw|sig|sas|auth)$|_(?:pass|pw)$", re.IGNORECASE)
_PASSWORD_NAME = re.compile(r"passw(?:or)?d|passwd|pwd|passcode|^pass$|_pass$", re.IGNORECASE)
_HARMLESS = re.compile(
    r"[_-](?:name|id|ids|count|counts|arn|path|file|env|type|types|length|expires|expiry|at|age|version|url|uri)$",
    re.IGNORECASE,
)

# None of these: no secret. Looking for them takes a hundredth of the time that the patterns take.
HINTS: Final = (
    *("@", "%40", "pass", "pwd", "secret", "token", "credential", "signature", "sig=", "authorization", "bearer "),
    *("basic ", '_pw"', '"pw"', '"sas"', '"sig"', '"auth"', "apikey", "accesskey", "accountkey", "privatekey"),
    *(f"{first}{join}key" for first in ("api", "access", "account", "private", "shared") for join in "_-"),
    *(f"{first}{join}key" for first in ("storage", "master") for join in ("", "_", "-")),
    "sharedkey",
)

# A user and a password before a host. A password that is not percent-encoded may hold any of `/?#:@`, so that it ends
# at the last `@`. A port and a path may look like one: see `_without_password`.
_USER = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/:@?#%]*(?:%(?!3a)[^\s/:@?#%]*)*)"
    r"(?::|%3a)(?P<password>(?:(?!://)\S)*)(?:@|%40(?=[\w.-]+(?:[:/]|$)))",
    re.IGNORECASE,
)
_PORT_AND_PATH = re.compile(r"\d{1,5}(?:[/?#]|$)")
_HOST_AND_PORT = re.compile(r"[\w.-]+:\d+(?:[/?#\s]|$)")
# Oracle's thin driver writes `user/password@host`; others leave the scheme away.
_ORACLE = re.compile(r"(?P<user>:(?:thin|oci8?):[^\s/@:]*)/\S*(?=@)", re.IGNORECASE)
_BARE = re.compile(r"(?<![^\s\"'=(,])(?P<user>[^\s/:@]+):(?!//)\S+(?=@[\w.-]+(?::\d+(?:/|$)|/))")
# A user alone is no secret, but for the tokens that stand in its place.
_TOKEN_USER = re.compile(r"(?<=://)[^\s/:@?#]{20,}(?=@)")

_KEY = rf"(?P<key>[\w.%-]{{0,60}}(?:{_SENSITIVE})[\w.-]{{0,60}}|\b(?:sig|pass|pw|sas))"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\{[^}]*\}"
_PATTERNS: Final = (
    # ?password=…&, of a URL
    re.compile(rf"(?<=[?&]){_KEY}(?P<is>=)(?P<value>[^&;#\s]*)", re.IGNORECASE),
    # ;password=…; of ODBC, JDBC and ADO.NET
    re.compile(rf"(?<=;)(?P<space>\s*){_KEY}(?P<is>\s*=\s*)(?P<value>{_QUOTED}|[^;&]+)", re.IGNORECASE),
    # password=… and --password=…, password = '…'
    re.compile(rf"(?<![\w?&;.%-]){_KEY}(?P<is>\s*=\s*)(?P<value>{_QUOTED}|[^\s&;]+)", re.IGNORECASE),
    re.compile(rf"(?<!\w)--{_KEY}(?P<is>\s+)(?P<value>{_QUOTED}|[^\s-]\S*)", re.IGNORECASE),
    # "password": "…", of JSON and of Python
    re.compile(rf"(?<=[\"']){_KEY}(?P<is>[\"']\s*:\s*)(?P<value>{_QUOTED}|[^\s,}}\]]+)", re.IGNORECASE),
    # password: …, of YAML; in prose a colon follows too, so that only what cannot be prose counts
    re.compile(
        r"(?<![\w\"'.-])(?P<key>[\w.-]{0,60}(?:passw(?:or)?d|passwd|pwd|passphrase|secret|api[_-]?key))(?P<is>:\s+)"
        rf"(?P<value>{_QUOTED}|\S+)(?=\s*$)",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"\b(?P<key>Bearer|Basic)(?P<is>\s+)(?P<value>(?=[\w.~+/-]*[\d=])[\w.~+/-]{8,}=*)", re.IGNORECASE),
)


def mask_text(text: str) -> str:
    """Return the text with the secrets in it masked; a password before a host is left out."""
    if not _may_hold_secrets(text):
        return text
    if "://" in text:
        text = _USER.sub(_without_password, text)
        text = _TOKEN_USER.sub(lambda found: found[0] if _is_place(found) else MASK, text)
    elif "@" in text:
        text = _BARE.sub(_without_bare_password, text)
    text = _ORACLE.sub(r"\g<user>", text)
    for pattern in _PATTERNS:
        text = pattern.sub(_masked, text)
    return text


def mask_json(value: Any, written: str) -> Any:
    """Return what JSON holds with the secrets in it masked, in texts and under the names of secrets.

    Args:
        value: The value.
        written: The same as JSON text.
    """
    return _mask(value) if _may_hold_secrets(written) else value


def is_secret_name(name: str) -> bool:
    """Whether a value of that name is a secret."""
    return bool(_NAME.search(name)) and not _HARMLESS.search(name)


def _may_hold_secrets(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in HINTS)


def _mask(value: Any, *, name: str = "", is_secret: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _mask(one, name=key, is_secret=is_secret or is_secret_name(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_mask(one, name=name, is_secret=is_secret) for one in value]
    if isinstance(value, str):
        return MASK if is_secret and value else mask_text(value)
    if is_secret and isinstance(value, int | float) and not isinstance(value, bool) and _PASSWORD_NAME.search(name):
        return MASK  # a password of digits; a number of tokens is a count
    return value


def _without_password(found: re.Match[str]) -> str:
    rest = found.string[found.end() :]
    is_port = _PORT_AND_PATH.match(found["password"]) and not _HOST_AND_PORT.match(rest)
    if is_port and "/" in found["password"] and found["scheme"].lower() in ("http", "https"):
        return found[0]
    return f"{found['scheme']}://{found['user']}@"


def _is_place(found: re.Match[str]) -> bool:
    """Whether what stands before the `@` is a place, as Azure's containers are, and no token."""
    scheme = re.search(r"[a-z0-9+.-]*$", found.string[: found.start() - 3], re.IGNORECASE)
    return scheme is None or scheme[0].lower() not in ("http", "https", "git", "git+https", "ssh")


def _without_bare_password(found: re.Match[str]) -> str:
    is_other = found["user"].lower() == "mailto" or _PORT_AND_PATH.match(found[0].partition(":")[2])
    return found[0] if is_other else found["user"]


def _masked(found: re.Match[str]) -> str:
    if _HARMLESS.search(found["key"]) or found["value"] in (MASK, ""):
        return found[0]
    return f"{found[0][: found.start('value') - found.start()]}{MASK}"
