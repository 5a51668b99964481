"""The message of a failure begins with what went wrong."""

import re
from dataclasses import dataclass, field

import pytest

from watcher_dagster.recorder.errors import MAX_MESSAGE_CHARACTERS, error_facts, with_external_cause


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

2 of 4 ERROR creating sql table model main.orders ....... [\x1b[31mERROR\x1b[0m in 0.52s]

\x1b[31mFailure in model orders (models/orders.sql)\x1b[0m

  Database Error in model orders (models/orders.sql)
  column "amount" does not exist
  compiled code at target/run/orders.sql

3 of 4 ERROR creating sql table model main.customers .... [\x1b[31mERROR\x1b[0m in 0.14s]

\x1b[31mFailure in model customers (models/customers.sql)\x1b[0m

  Database Error in model customers (models/customers.sql)
  relation "raw" does not exist"""

DBT_TEST = """The dbt CLI process with command

`dbt build --select fqn:*`

failed with exit code `1`. Check the stdout in the Dagster compute logs for the full information about the error.

Errors parsed from dbt logs:

3 of 9 FAIL 1 not_null_orders_amount ................ [\x1b[31mFAIL 1\x1b[0m in 0.48s]

5 of 9 SKIP relation main.report due to ephemeral model status 'skipped' ....... [\x1b[31mERROR SKIP\x1b[0m]

\x1b[31mFailure in test not_null_orders_amount (models/schema.yml)\x1b[0m

  Got 1 result, configured to fail"""

# dbt does not start at all
DBT_STOPS = """The dbt CLI process with command

`dbt build --select fqn:*`

failed with exit code `2`. Check the stdout in the Dagster compute logs for the full information about the error.

Errors parsed from dbt logs:

Encountered an error:
IO Error: Could not set lock on file "/data/shop.duckdb"
See also the page about concurrency"""

# As Sling 1.4 writes it: what failed stands among the lines of all streams, and again at the end
SLING = """Sling command failed:
\x1b[90m4:28PM\x1b[0m \x1b[32mINF\x1b[0m Sling Replication [2 streams] | SHOP -> PROD_POSTGRES

\x1b[90m4:28PM\x1b[0m \x1b[32mINF\x1b[0m [1 / 2] running stream public.orders
\x1b[90m4:28PM\x1b[0m \x1b[32mINF\x1b[0m \x1b[31mexecution failed\x1b[0m
\x1b[31mdid not find any columns for "public"."orders".\x1b[0m

\x1b[31mfatal:
~ failure running replication (see docs @ https://docs.slingdata.io/sling-cli)
--------------------------- public.orders ---------------------------
~ Could not get source columns
did not find any columns for "public"."orders".

--------------------------- public.users ---------------------------
~ could not connect to database
pq: SSL is not enabled on the server\x1b[0m"""

SLING_STOPS = """Sling command failed:
4:28PM INF Sling CLI | https://slingdata.io
fatal:
~ could not prepare stream task: public.orders
could not find connection NOPE"""

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
        (DBT_TEST, "Failure in test not_null_orders_amount (models/schema.yml): Got 1 result, configured to fail"),
        (DBT_STOPS, 'IO Error: Could not set lock on file "/data/shop.duckdb"'),
        (SLING, 'public.orders: Could not get source columns: did not find any columns for "public"."orders".'),
        (SLING_STOPS, "fatal: could not prepare stream task: public.orders: could not find connection NOPE"),
        ("Sling command failed:\n4:28PM INF execution failed\npq: permission denied", "pq: permission denied"),
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
    shown = error_facts(Info("ProcessError", message), None)["message"]
    assert shown.splitlines()[0] == first
    assert shown.endswith(re.sub(r"\x1b\[\d+m", "", message).strip())


def test_the_reason_may_stand_far_below() -> None:
    info = Info(
        "CalledProcessError", "Command 'x' returned non-zero exit status 1.\n" + "row\n" * 2_000 + "OSError: disk full"
    )
    facts = error_facts(info, None)
    assert facts["message"].startswith("OSError: disk full")
    assert len(facts["message"]) <= MAX_MESSAGE_CHARACTERS


def test_a_command_that_names_all_models_leaves_room_for_what_dbt_reported() -> None:
    models = " ".join(f"shop.model_{number}" for number in range(500))
    message = error_facts(Info("DagsterDbtCliRuntimeError", DBT.replace("orders`", f"{models}`", 1)), None)["message"]
    assert len(message) < MAX_MESSAGE_CHARACTERS
    assert message.endswith('relation "raw" does not exist')


def test_where_an_error_is_cut_no_half_of_a_secret_is_left() -> None:
    url = "postgresql://ann:pilgrim-17@host/db"
    cut = MAX_MESSAGE_CHARACTERS - len("postgresql://ann:pilgrim")
    facts = error_facts(Info("E", "x" * cut + url, stack=[f"{url}{'y' * (MAX_MESSAGE_CHARACTERS - 10)}"]), None)
    assert facts["message"].endswith("postgresql://ann@host/db")
    assert "17@host" not in facts["stack"]
    command = f"`dbt run {'x' * (200 - 33)} {url} {'y' * 200}`"
    command = f"The dbt CLI process with command\n\n{command}\n\nfailed with exit code 1."
    assert "pilgrim" not in error_facts(Info("DagsterDbtCliRuntimeError", command), None)["message"]


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
