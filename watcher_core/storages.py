"""The kinds of storage that Watcher knows: the types of addresses, their groups, and other spellings of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# The group of types that we do not know.
OTHER_GROUP: Final = "other"

# Where an address came from OpenLineage, its metadata have the names that it had there.
NAMED_AS: Final = "openlineage"

# Group, type, other spellings. They are looked for among the kinds of an asset, in `dagster/storage_kind` and in the
# schemes of URIs. Of several kinds the one that stands first here counts: {"parquet", "s3"} lives in S3.
STORAGES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "warehouse": {
        "athena": ("awsathena", "amazonathena"),
        "bigquery": ("googlebigquery", "bq"),
        "clickhouse": ("clickhousedb",),
        "databricks": ("unitycatalog",),
        "deltalake": ("delta",),
        "dremio": (),
        "druid": ("apachedruid",),
        "firebolt": (),
        "hive": ("apachehive",),
        "hudi": ("apachehudi",),
        "iceberg": ("apacheiceberg",),
        "motherduck": (),
        "presto": (),
        "redshift": ("awsredshift", "amazonredshift"),
        "snowflake": (),
        "synapse": ("azuresynapse",),
        "teradata": (),
        "trino": ("starburst",),
    },
    "database": {
        "cassandra": ("apachecassandra",),
        "cockroachdb": ("cockroach",),
        "cosmosdb": ("azurecosmosdb",),
        "db2": ("ibmdb2",),
        "duckdb": (),
        "dynamodb": ("awsdynamodb", "amazondynamodb"),
        "elasticsearch": ("opensearch",),
        "firestore": (),
        "lancedb": (),
        "mariadb": (),
        "mongodb": ("mongo",),
        "mysql": (),
        "neo4j": (),
        "oracle": ("oracledb",),
        "pinecone": (),
        "postgresql": ("postgres", "pg", "postgis", "timescaledb"),
        "qdrant": (),
        "redis": ("rediss",),
        "sqlite": ("sqlite3",),
        "sqlserver": ("mssql", "microsoftsqlserver", "azuresql"),
        "weaviate": (),
    },
    "bucket": {
        "adls": ("abfs", "abfss", "adl", "adls2", "azuredatalake", "azuredatalakestorage"),
        "azureblob": ("az", "wasb", "wasbs", "azureblobstorage"),
        "dbfs": (),
        "gcs": ("gs", "googlecloudstorage"),
        "hdfs": (),
        "minio": (),
        "r2": ("cloudflarer2",),
        "s3": ("s3a", "s3n", "awss3", "amazons3"),
    },
    "stream": {
        "eventhubs": ("eventhub", "azureeventhubs"),
        "kafka": ("apachekafka", "confluent"),
        "kinesis": ("awskinesis", "amazonkinesis"),
        "mqtt": ("mqtts",),
        "nats": (),
        "pubsub": ("googlepubsub", "googlecloudpubsub"),
        "pulsar": ("apachepulsar",),
        "rabbitmq": ("amqp", "amqps"),
        "redpanda": (),
        "sns": ("awssns",),
        "sqs": ("awssqs",),
    },
    "api": {
        "airtable": (),
        "api": ("restapi", "rest"),
        "github": (),
        "googleanalytics": (),
        "graphql": (),
        "hubspot": (),
        "http": ("https",),
        "jira": (),
        "salesforce": (),
        "shopify": (),
        "stripe": (),
        "zendesk": (),
    },
    "file": {
        "avro": (),
        "csv": (),
        "excel": ("xlsx", "xls"),
        "file": ("localfile", "filesystem"),
        "ftp": ("ftps",),
        "googlesheets": ("googlesheet", "gsheets"),
        "json": ("jsonl", "ndjson"),
        "orc": (),
        "parquet": (),
        "sftp": ("ssh",),
        "xml": (),
        "yaml": (),
    },
}

_TYPES: Final = {
    spelling: (name, group)
    for group, types in STORAGES.items()
    for name, others in types.items()
    for spelling in (name, *others)
}
_ORDER: Final = {name: place for place, name in enumerate(name for types in STORAGES.values() for name in types)}


def address_type(name: str) -> tuple[str, str] | None:
    """The type and group that a kind, a storage kind or the scheme of a URI names; `None` for one we do not know."""
    return _TYPES.get(re.sub(r"[\s_-]+", "", name).lower())


def order(type_name: str) -> int:
    """The place of a known type among all: of several, the first counts."""
    return _ORDER[type_name]
