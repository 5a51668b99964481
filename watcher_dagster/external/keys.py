"""The keys of external assets, made of the names of addresses: valid, unique, and the same as long as the name is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import dagster as dg

DEFAULT_PREFIX: Final = "external"

MAX_CHARACTERS: Final = 200  # Dagster's storage in MySQL holds 512 bytes of a key

# An asset that depends on another makes an input of its key, and the UI a path. No more than this does for both.
_PART = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
_URI = re.compile(rf"([A-Za-z][A-Za-z0-9.-]*)://({_PART}(?:/{_PART})*)")
_NAME = re.compile(_PART)
_INVALID = re.compile(r"[^A-Za-z0-9_.-]+")


def external_asset_key(address: str, *, key_prefix: str | Sequence[str] | None = DEFAULT_PREFIX) -> dg.AssetKey:
    """The key of the external asset of an address, which depends on nothing but its name.

    `s3://bucket/orders` has the key `external/s3/bucket/orders`, and `sales.orders` has `external/sales.orders`. A name
    with characters that a key cannot have gets others in their place, and a hash that keeps it apart from similar ones.

    Args:
        address: The address's name.
        key_prefix: As of `build_external_assets`.

    Examples:
        An asset that depends on a file which a job outside Dagster writes:

        .. code-block:: python

            import dagster as dg
            from watcher_dagster import external_asset_key

            @dg.asset(deps=[external_asset_key("s3://bucket/orders")])
            def orders(): ...
    """
    return dg.AssetKey([*prefix_parts(key_prefix), *_parts(address)])


def hashed_asset_key(address: str, *, key_prefix: str | Sequence[str] | None = DEFAULT_PREFIX) -> dg.AssetKey:
    """The key of an address, with its hash: where the plain one is that of another asset."""
    return dg.AssetKey([*prefix_parts(key_prefix), *_hashed_parts(address)])


def prefix_parts(key_prefix: str | Sequence[str] | None) -> list[str]:
    """A prefix of keys, as its parts."""
    return [key_prefix] if isinstance(key_prefix, str) and key_prefix else list(key_prefix or ())


def _parts(address: str) -> list[str]:
    # A URI has two parts or more and any other name has one, so that no two of them share a key.
    if len(address) <= MAX_CHARACTERS:
        if uri := _URI.fullmatch(address):
            return [uri[1], *uri[2].split("/")]
        if _NAME.fullmatch(address):
            return [address]
    return _hashed_parts(address)


def _hashed_parts(address: str) -> list[str]:
    digest = hashlib.sha256(address.encode()).hexdigest()[:10]
    cleaned = [_INVALID.sub("_", part).strip("_.") for part in address[:MAX_CHARACTERS].split("/")]
    *parents, last = [part for part in cleaned if part] or ["address"]
    return [*parents, f"{last}_{digest}"]
