"""What secrets look like in text: the patterns of `masking`, which are compiled where a text may hold one."""

from __future__ import annotations

import re
from typing import Final

# What the names of secrets contain, without the characters between words. A name that ends like those of `HARMLESS` is
# not that of a secret: `secret_name`, `token_count`, `access_key_id`.
_SENSITIVE: Final = (
    r"passw(?:or)?d|passwd|pwd|passphrase|passcode|secret|token|credential|signature|authorization|"
    r"api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|shared[_-]?key|storage[_-]?key|master[_-]?key"
)
NAME = re.compile(rf"{_SENSITIVE}|^(?:pass|pw|sig|sas|auth)$|_(?:pass|pw)$", re.IGNORECASE)
PASSWORD_NAME = re.compile(r"passw(?:or)?d|passwd|pwd|passcode|^pass$|_pass$", re.IGNORECASE)
HARMLESS = re.compile(
    r"[_-](?:name|id|ids|count|counts|arn|path|file|env|type|types|length|expires|expiry|at|age|version|url|uri)$",
    re.IGNORECASE,
)

# A user and a password before a host. A password that is not percent-encoded may hold any of `/?#:@`, so that it ends
# at the last `@`. A port and a path may look like one: see `masking`.
USER = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s/:@?#%]*(?:%(?!3a)[^\s/:@?#%]*)*)"
    r"(?::|%3a)(?P<password>(?:(?!://)\S)*)(?:@|%40(?=[\w.-]+(?:[:/]|$)))",
    re.IGNORECASE,
)
PORT_AND_PATH = re.compile(r"\d{1,5}(?:[/?#]|$)")
HOST_AND_PORT = re.compile(r"[\w.-]+:\d+(?:[/?#\s]|$)")
# Oracle's thin driver writes `user/password@host`; others leave the scheme away.
ORACLE = re.compile(r"(?P<user>:(?:thin|oci8?):[^\s/@:]*)/\S*(?=@)", re.IGNORECASE)
BARE = re.compile(r"(?<![^\s\"'=(,])(?P<user>[^\s/:@]+):(?!//)\S+(?=@[\w.-]+(?::\d+(?:/|$)|/))")
# A user alone is no secret, but for the tokens that stand in its place.
TOKEN_USER = re.compile(r"(?<=://)[^\s/:@?#]{20,}(?=@)")

_KEY = rf"(?P<key>[\w.%-]{{0,60}}(?:{_SENSITIVE})[\w.-]{{0,60}}|\b(?:sig|pass|pw|sas))"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\{[^}]*\}"
PATTERNS: Final = (
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
