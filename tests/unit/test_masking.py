"""Passwords and other secrets are masked, in every spelling that people use, and nothing else is."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from watcher_core import arguments
from watcher_core.masking import beginning, end, mask_text


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        # a user and a password before a host
        ("postgresql://ann:secret@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:se@cret@host:5432/db", "postgresql://ann@host:5432/db"),
        ("postgresql://ann:se/cr?e#t@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:s%40cret@host/db?sslmode=require", "postgresql://ann@host/db?sslmode=require"),
        ("postgresql+psycopg2://ann:s:e:c@host/db", "postgresql+psycopg2://ann@host/db"),
        ("postgresql://ann%3Asecret%40host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:1234/5@host:5432/db", "postgresql://ann@host:5432/db"),
        ("POSTGRESQL://ann:SECRET@HOST/db", "POSTGRESQL://ann@HOST/db"),
        ("redis://:secret@host:6379/0", "redis://@host:6379/0"),
        ("mongodb+srv://ann:secret@a.example.net,b.example.net/db", "mongodb+srv://ann@a.example.net,b.example.net/db"),
        ("snowflake://ann:s3cr3t@account/db/schema", "snowflake://ann@account/db/schema"),
        ("jdbc:postgresql://ann:secret@host/db", "jdbc:postgresql://ann@host/db"),
        ("jdbc:oracle:thin:ann/secret@//host:1521/orders", "jdbc:oracle:thin:ann@//host:1521/orders"),
        ("cannot connect to 'amqp://ann:secret@host' (timeout)", "cannot connect to 'amqp://ann@host' (timeout)"),
        ("ann:secret@host:5432/db", "ann@host:5432/db"),
        ("https://ghp_abcdefghij0123456789@github.com/a/b", "https://***@github.com/a/b"),
        # parameters
        ("https://host/a?X-Amz-Signature=abc&day=1", "https://host/a?X-Amz-Signature=***&day=1"),
        ("https://a.blob.core.windows.net/c?sv=1&sig=abc%3D#x", "https://a.blob.core.windows.net/c?sv=1&sig=***#x"),
        ("jdbc:sqlserver://host;user=ann;password=secret", "jdbc:sqlserver://host;user=ann;password=***"),
        ("Server=host;UID=ann;PWD={se;cret};Database=db", "Server=host;UID=ann;PWD=***;Database=db"),
        ("AccountName=a;AccountKey=abc==;EndpointSuffix=x", "AccountName=a;AccountKey=***;EndpointSuffix=x"),
        ("host=h user=ann password=se#c,ret dbname=d", "host=h user=ann password=*** dbname=d"),
        ("host=h password='a b' dbname=d", "host=h password=*** dbname=d"),
        ("psql --password secret -h host", "psql --password *** -h host"),
        ("PGPASSWORD=secret psql", "PGPASSWORD=*** psql"),
        ('{"user": "ann", "Password": "se\\"cret"}', '{"user": "ann", "Password": ***}'),
        ("{'api_key': 'abc', 'n': 1}", "{'api_key': ***, 'n': 1}"),
        ("user: ann\npassword: secret\nhost: h", "user: ann\npassword: ***\nhost: h"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
    ],
)
def test_secrets_are_masked(written: str, masked: str) -> None:
    assert mask_text(written) == masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        *("postgresql://ann@host/db", "abfss://container@account.dfs.core.windows.net/a", "s3://bucket/a:b@c"),
        *(
            "https://host/a?design=1&signal=2",
            "user:password@nothing",
            "http://host:8080/a@b",
            "https://medium.com/@ann",
        ),
        *("http://host:8080/@ann", "git@github.com:a/b.git", "mailto:ann@example.org", "owner:ann@corp.com"),
        *("registry:5000/image@sha256:abc", "postgresql://host:5432/db", "step_key is orders", "primary_key=id"),
        *('syntax error: unexpected token: "FROM"', "the password is wrong", "Basic authentication is off"),
        *("aws_access_key_id=AKIA", "token_count=12", "secret_name=prod/db"),
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_text(text) == text


def test_metadata_is_masked_at_any_depth_by_names_and_by_texts() -> None:
    metadata: dict[str, Any] = {
        "dagster/uri": "postgresql://ann:se@cret@host/db",
        "connection": {"user": "ann", "password": "secret", "options": ["sslmode=require", "password=secret"]},
        "credentials": {"client": "a", "keys": ["b"]},
        "pin": {"db_password": 1234},
        "tokens": 1234,
        "secret_name": "prod/db",
        "Api-Key": "abc",
        "password": "",
        "rows": 7,
        "error": {"message": "no connection: postgresql://ann:secret@host/db"},
    }
    masked = arguments.json_object(metadata, "metadata")
    assert masked == {
        "dagster/uri": "postgresql://ann@host/db",
        "connection": {"user": "ann", "password": "***", "options": ["sslmode=require", "password=***"]},
        "credentials": {"client": "***", "keys": ["***"]},
        "pin": {"db_password": "***"},
        "tokens": 1234,
        "secret_name": "prod/db",
        "Api-Key": "***",
        "password": "",
        "rows": 7,
        "error": {"message": "no connection: postgresql://ann@host/db"},
    }
    assert "secret@" not in json.dumps(masked)


@pytest.mark.parametrize("before", range(960, 1001, 4))
def test_where_a_text_is_cut_no_half_of_a_secret_is_left(before: int) -> None:
    url = "postgresql://ann:pilgrim-17@host/db"
    text = "x" * before + f" {url} " + "y" * 2_000
    assert "pilgrim" not in beginning(text, 1_000)
    assert len(beginning(text, 1_000)) == 1_000
    text = "x" * 2_000 + f" {url} " + "y" * before
    assert "grim-17" not in end(text, 1_000)
    assert len(end(text, 1_000)) == 1_000


@pytest.mark.parametrize("text", ["a" * 200_000 + "@", "://" * 50_000 + "@", "password" * 20_000, "a:" * 50_000 + "@b"])
def test_masking_takes_time_in_proportion_to_the_text(text: str) -> None:
    """A pattern that tries each beginning with each end would take minutes for these."""
    started = time.process_time()
    mask_text(text)
    assert time.process_time() - started < 10
