"""The message of a failure begins with what went wrong."""

from dataclasses import dataclass, field

import pytest

from watcher_dagster.recorder.errors import MAX_MESSAGE_CHARACTERS, error_facts, reason_first, with_external_cause


@dataclass
class Info:
    """An error as Dagster keeps it."""

    cls_name: str | None
    message: str
    cause: "Info | None" = None
    context: "Info | None" = None
    stack: list[str] = field(default_factory=list)


BOOM = Info("ValueError", "ValueError: no file\n")


@pytest.mark.parametrize(
    ("info", "cls", "message"),
    [
        (Info("DagsterExecutionStepExecutionError", "Error occurred", BOOM), "ValueError", "no file"),
        (Info("RetryRequestedFromPolicy", "Exceeded max_retries of 1\n", BOOM), "ValueError", "no file"),
        (Info("RetryRequested", "RetryRequested", context=BOOM), "ValueError", "no file"),
        (Info("PipelineStepFailed", "stage", Info("ResourceExtractionError", "pipe", BOOM)), "ValueError", "no file"),
        (Info("RetryError", "RetryError[<Future>]", BOOM), "ValueError", "no file"),
        # what the code says itself stays, whatever it was raised from
        (Info("ShopError", "ShopError: no orders", BOOM), "ShopError", "no orders"),
        (Info("DagsterInvariantViolationError", "x", context=BOOM), "DagsterInvariantViolationError", "x"),
        (Info("RetryRequested", "RetryRequested"), "RetryRequested", "RetryRequested"),
    ],
)  # fmt: skip
def test_the_cause_below_wrappers(info: Info, cls: str, message: str) -> None:
    facts = error_facts(info, None)
    assert (facts["class"], facts["message"]) == (cls, message)


DBT = """The dbt CLI process with command

`dbt build --select orders`

failed with exit code `1`. Check the stdout in the Dagster compute logs for the full information about the error.

Errors parsed from dbt logs:

Database Error in model orders (models/orders.sql)
  column "amount" does not exist
  compiled code at target/run/orders.sql

Database Error in model customers (models/customers.sql)
  relation "raw" does not exist
"""

SCRIPT = """Command '['python', 'load.py']' returned non-zero exit status 1.
Traceback (most recent call last):
  File "load.py", line 3, in <module>
    main()
shop.errors.LoadError: no file for today
"""


@pytest.mark.parametrize(
    ("message", "first"),
    [
        (DBT, 'Database Error in model orders (models/orders.sql): column "amount" does not exist'),
        (SCRIPT, "shop.errors.LoadError: no file for today"),
        ("Sling command failed with error code 1\n10:01 INF connecting\nfatal:\n~ could not connect to database",
         "fatal: could not connect to database"),
        ("Shell command execution failed with exit code 127\nload.sh: line 3: psql: command not found",
         "load.sh: line 3: psql: command not found"),
        # nothing says why, or it stands first already, or it is about no process
        ("External execution process failed with code 1", "External execution process failed with code 1"),
        ("Command '['a']' returned non-zero exit status 1.", "Command '['a']' returned non-zero exit status 1."),
        ("KeyError: 'a'\nprocess exited with exit code 1", "KeyError: 'a'"),
        ("no file\nValueError: other", "no file"),
    ],
)  # fmt: skip
def test_the_line_that_says_why_comes_first(message: str, first: str) -> None:
    shown = reason_first(message)
    assert shown.splitlines()[0] == first
    assert shown.endswith(message)


def test_the_reason_may_stand_far_below() -> None:
    info = Info(
        "CalledProcessError", "Command 'x' returned non-zero exit status 1.\n" + "row\n" * 2_000 + "OSError: disk full"
    )
    facts = error_facts(info, None)
    assert facts["message"].startswith("OSError: disk full")
    assert len(facts["message"]) <= MAX_MESSAGE_CHARACTERS


def test_what_an_external_process_reported_comes_before_its_exit_code() -> None:
    own = {
        "class": "DagsterPipesExecutionError",
        "message": "External execution process failed with code 1",
        "stack": "",
    }
    cause = {"class": "ValueError", "message": "no file", "stack": "s"}
    assert with_external_cause(own, cause) == {
        "class": "ValueError", "stack": "s", "message": "no file\n\nExternal execution process failed with code 1",
    }  # fmt: skip
    assert with_external_cause(own, None) == own
    assert with_external_cause({"class": "KeyError", "message": "a"}, cause) == {"class": "KeyError", "message": "a"}
