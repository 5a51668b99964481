#!/usr/bin/env bash
# feast 0.67.0, pandas 2.3.3, numpy 2.4.6
#
# `get_historical_features()` of files joins the features of a moment to each row of a table. A row whose newest feature
# is older than its lifetime is dropped, and so is one whose first feature comes later; a row whose key has no features
# at all stays, with missing values. Of two equal rows one is left, and the order is another, so labels that are joined
# by their place are those of other rows.
# Seen: rows 1, 2 (too old), 3 (too early), 9 (unknown), 1 again, 4 -> 3 rows, 9, 1 and 4
#
# Most would guess: each row that was asked for, with missing values where there are none, as the store is to be joined
# to from the left.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check feast==0.67.0 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import warnings

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.infra.offline_stores.dask import DaskOfflineStoreConfig
from feast.infra.online_stores.sqlite import SqliteOnlineStoreConfig
from feast.types import Int64

warnings.simplefilter("ignore")


def clock(hour, minute=0):
    return datetime.datetime(2024, 1, 1, hour, minute, tzinfo=datetime.timezone.utc)


folder = os.getcwd()
trips = pd.DataFrame({"driver": [1, 2, 3, 4], "moment": [clock(10)] * 4, "trips": [11, 22, 33, 44]})
trips.to_parquet("trips.parquet")
driver = Entity(name="driver", join_keys=["driver"], value_type=ValueType.INT64)
view = FeatureView(
    name="daily",
    entities=[driver],
    ttl=datetime.timedelta(hours=3),
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
asked = [(1, clock(11)), (2, clock(14)), (3, clock(9)), (9, clock(11)), (1, clock(11)), (4, clock(12))]
table = store.get_historical_features(
    entity_df=pd.DataFrame(asked, columns=["driver", "event_timestamp"]), features=["daily:trips"]
).to_df()
seen = [(row.driver, None if pd.isna(row.trips) else int(row.trips)) for row in table.itertuples()]
print(seen)
assert seen == [(9, None), (1, 11), (4, 44)], seen
print("held: three of six rows are gone")
PYTHON
