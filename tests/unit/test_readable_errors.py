"""Errors as people read them: their own code first, libraries folded, secrets masked."""

from __future__ import annotations

import pytest

from watcher_core.overview import readable_error

STACK = """  File "/opt/venv/lib/python3.11/site-packages/dagster/_core/utils.py", line 56, in op_execution_boundary
    yield
  File "/usr/lib/python3.11/contextlib.py", line 81, in inner
    return func(*args, **kwds)
  File "/srv/etl/assets/orders.py", line 12, in orders
    load(rows)
  File "/srv/etl/loading.py", line 40, in load
  File "C:\\\\Python311\\\\Lib\\\\site-packages\\\\psycopg\\\\cursor.py", line 97, in execute
    raise ex
  File "<frozen importlib._bootstrap>", line 1, in _call
"""


def test_own_frames_come_first_and_the_innermost_of_them_at_the_top() -> None:
    error = readable_error({"class": "OperationalError", "message": "cannot connect\n", "stack": STACK})
    assert error is not None
    assert (error.error_class, error.message) == ("OperationalError", "cannot connect")
    assert [(frame.file, frame.line, frame.function, frame.code) for frame in error.own_frames] == [
        ("/srv/etl/loading.py", 40, "load", None),
        ("/srv/etl/assets/orders.py", 12, "orders", "load(rows)"),
    ]
    assert [frame.function for frame in error.library_frames] == [
        "_call",
        "execute",
        "inner",
        "op_execution_boundary",
    ]
    assert error.stack == STACK


@pytest.mark.parametrize(
    ("file", "is_own"),
    [
        ("/home/ann/watcher/watcher_core/recording/tracking.py", False),
        ("/home/ann/watcher/watcher_dagster/resource.py", False),
        ("C:\\src\\watcher\\watcher_core\\client\\__init__.py", False),
        ("/home/ann/watcher/examples/assets.py", True),
        ("/home/ann/watcher_dagster/pipelines/orders.py", True),
        ("/home/ann/my_watcher_core/client/loading.py", True),
    ],
)
def test_frames_of_watcher_are_those_of_a_library_wherever_it_is_installed(file: str, is_own: bool) -> None:
    error = readable_error({"message": "m", "stack": f'  File "{file}", line 1, in call\n    call()\n'})
    assert error is not None
    assert [bool(error.own_frames), bool(error.library_frames)] == [is_own, not is_own]


def test_secrets_are_masked() -> None:
    error = readable_error({"message": "could not connect to postgresql://etl:s3cr3t-word@db/x", "stack": ""})
    assert error is not None
    assert "s3cr3t-word" not in error.message


@pytest.mark.parametrize("nothing", [None, {}, "", " ", 7, [], {"message": ""}, {"stack": None}])
def test_what_says_nothing_is_no_error(nothing: object) -> None:
    assert readable_error(nothing) is None


def test_whatever_people_write_is_read() -> None:
    error = readable_error("disk full")
    assert error is not None
    assert (error.error_class, error.message, error.own_frames) == (None, "disk full", ())
    error = readable_error({"class": 7, "message": {"a": 1}, "stack": ["x"]})
    assert error is not None
    assert error.message == "{'a': 1}"
