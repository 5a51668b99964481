#!/usr/bin/env bash
# feast 0.67.0, pandas 2.3.3, numpy 2.4.6
#
# The online store, here SQLite, has the newest value of each key. Features of another hour that are materialized again,
# after a correction of old rows, replace what is there although their times are older: all are served with the values
# of that hour until the next load. The same is true of a single row that is written, as a late event is; the times are
# stored beside the values. A 7.9 for a feature that is an integer is written as 7.
# Seen: 20 trips at 12:00; after a load of up to 11:00 again: 10 trips of 10:00; after an event of 2023: its 77
#
# Most would guess: that an older time does not replace a newer one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check feast==0.67.0 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import datetime
import io
import os
import warnings

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.infra.offline_stores.dask import DaskOfflineStoreConfig
from feast.infra.online_stores.sqlite import SqliteOnlineStoreConfig
from feast.types import Int64

warnings.simplefilter("ignore")


def clock(hour, year=2024):
    return datetime.datetime(year, 1, 1, hour, tzinfo=datetime.timezone.utc)


folder = os.getcwd()
pd.DataFrame({"driver": [1, 1], "moment": [clock(10), clock(12)], "trips": [10, 20]}).to_parquet("trips.parquet")
driver = Entity(name="driver", join_keys=["driver"], value_type=ValueType.INT64)
view = FeatureView(
    name="daily",
    entities=[driver],
    schema=[Field(name="trips", dtype=Int64)],
    source=FileSource(path=f"{folder}/trips.parquet", timestamp_field="moment"),
)
store = FeatureStore(
    config=RepoConfig(
        project="taxis",
        provider="local",
        registry=f"{folder}/registry.db",
        online_store=SqliteOnlineStoreConfig(path=f"{folder}/online.db"),
        offline_store=DaskOfflineStoreConfig(),
        entity_key_serialization_version=3,
    )
)
store.apply([driver, view])


def served():
    return store.get_online_features(features=["daily:trips"], entity_rows=[{"driver": 1}]).to_dict()["trips"][0]


def load(until):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        store.materialize(clock(0), until)
    return served()


def write(moment, trips):
    store.write_to_online_store("daily", pd.DataFrame({"driver": [1], "moment": [moment], "trips": [trips]}))
    return served()


seen = [load(clock(13)), load(clock(11)), load(clock(13)), write(clock(0, 2023), 77), write(clock(14), 7.9)]
print(seen)
assert seen == [20, 10, 20, 77, 7], seen
print("held: an older value replaces the newer one")
PYTHON
