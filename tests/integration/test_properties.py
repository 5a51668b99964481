"""Pure functions against whatever Hypothesis thinks of: arguments, identities, text in messages."""

from __future__ import annotations

import json

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from watcher_core import arguments as clean
from watcher_core.alerts.slack import escape
from watcher_dagster.identity import materialization_identity

KEYS = st.lists(st.text(alphabet="ab/%\\|ü\x00 ", min_size=1, max_size=4), min_size=1, max_size=3)
PARTITIONS = st.none() | st.text(alphabet="ab/%|", max_size=4)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_metadata_never_fails_for_its_text_and_is_stable(metadata: dict[str, object]) -> None:
    once = clean.json_object(metadata, "metadata")
    assert clean.json_object(once, "metadata") == once
    assert "\\u0000" not in json.dumps(once).replace("\\\\", "")


@given(one=st.tuples(KEYS, PARTITIONS), other=st.tuples(KEYS, PARTITIONS))
def test_no_two_materializations_share_an_identity(
    one: tuple[list[str], str | None], other: tuple[list[str], str | None]
) -> None:
    identities = [
        materialization_identity("run", "step", dg.AssetKey(key), partition) for key, partition in (one, other)
    ]
    assert (identities[0] == identities[1]) == (one == other)


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    shown = escape(text)
    assert not set("<>`\n\r") & set(shown)
    assert "&" not in shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert len(shown) <= 200 * 5 + 200
