"""What `watcher check health` finds of a real Dagster: webserver, daemon and code locations are processes."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from watcher_core import Settings, Watcher
from watcher_core.database.engine import normalize_url

# Starting four processes that each import Dagster takes its time on a busy machine.
SECONDS = 240

GOOD = """
    from pathlib import Path
    import dagster as dg

    @dg.op
    def work(): ...

    @dg.job
    def orders_job(): work()

    @dg.sensor(job=orders_job, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
    def inbox(context):
        if not Path(__file__).with_name("inbox").exists():
            raise dg.Failure("the inbox is away")
        return dg.SkipReason("nothing new")

    @dg.schedule(cron_schedule="* * * * *", job=orders_job, default_status=dg.DefaultScheduleStatus.RUNNING)
    def minutely(): return dg.SkipReason("nothing to do")

    defs = dg.Definitions(jobs=[orders_job], sensors=[inbox], schedules=[minutely])
"""

WORKSPACE = """
    load_from:
      - python_file: {relative_path: good.py, location_name: sales}
      - python_file: {relative_path: broken.py, location_name: finance}
"""


# Without a daemon, what is launched stays queued.
LAUNCH = """
    mutation {
      launchRun(executionParams: {
        selector: {repositoryLocationName: "sales", repositoryName: "__repository__", jobName: "orders_job"}
      }) { __typename }
    }
"""


class Platform:
    """A Dagster, and Watcher's view of it."""

    def __init__(self, directory: Path, home: Path, watcher: Watcher) -> None:
        self.directory = directory
        self.environment = {**os.environ, "DAGSTER_HOME": str(home)}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = watcher.url.render_as_string(hide_password=False)
        self.watcher = self.watching()
        self.engine = sa.create_engine(normalize_url(self.url))

    def watching(self, run_wait_minutes: float = 15) -> Watcher:
        settings = Settings(dagster_url=f"http://127.0.0.1:{self.port}", run_wait_minutes=run_wait_minutes)
        return Watcher(self.url, settings=settings)

    @contextmanager
    def process(self, *command: str) -> Iterator[None]:
        """Run a part of Dagster until it is told to end."""
        with (self.directory / f"{command[0]}.log").open("w") as log:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name(command[0])), *command[1:], "-w", "workspace.yaml"],
                cwd=self.directory,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait(SECONDS)

    def graphql(self, query: str) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=json.dumps({"query": query}).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=SECONDS).close()

    def check(self, watcher: Watcher | None = None, *, now: dt.datetime | None = None) -> dict[str, str]:
        """The messages of the alerts about Dagster that are open after a check of health, by subject."""
        watcher = watcher or self.watcher
        watcher.check_health(now=now)
        alerts = watcher.alerts(state="open", kind="health")
        return {alert.subject: alert.facts["message"] for alert in alerts if "/dagster/" in alert.deduplication_key}

    def wait(self, until: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        deadline = time.monotonic() + SECONDS
        while not until(found := self.check()):
            assert time.monotonic() < deadline, (found, *map(Path.read_text, self.directory.glob("*.log")))
            time.sleep(1)  # between two looks at other processes
        return found

    def change(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))


@pytest.fixture
def platform(tmp_path: Path, dagster_home: Path, watcher: Watcher) -> Iterator[Platform]:
    for name, text in {"good.py": GOOD, "broken.py": "import not_installed", "workspace.yaml": WORKSPACE}.items():
        (tmp_path / name).write_text(textwrap.dedent(text))
    made = Platform(tmp_path, dagster_home, watcher)
    yield made
    made.watcher.close()
    made.engine.dispose()


def test_what_no_sensor_sees_is_found_and_is_over_when_it_is_well(platform: Platform) -> None:
    [away] = platform.check().values()
    assert away.startswith("does not answer: ")
    with platform.process("dagster-webserver", "-h", "127.0.0.1", "-p", str(platform.port)):
        with platform.process("dagster-daemon", "run"):
            # Neither the webserver nor the daemon is away, once they have started.
            found = platform.wait(lambda found: set(found) == {"code location finance", "sensor inbox of sales"})
            assert found["code location finance"] == (
                "does not load: ModuleNotFoundError: No module named 'not_installed'"
            )
            assert re.match(r"its last tick failed at .+ UTC: dagster\._core", found["sensor inbox of sales"])

            (platform.directory / "inbox").touch()
            (platform.directory / "broken.py").write_text("import dagster as dg\n\ndefs = dg.Definitions()\n")
            platform.graphql('mutation { reloadRepositoryLocation(repositoryLocationName: "finance") { __typename } }')
            platform.wait(lambda found: not found)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        missing = platform.check(now=later)
        assert set(missing) == {"schedules of sales", "sensors of sales"}
        assert missing["schedules of sales"].startswith("1 schedule did not tick when due: minutely (")

        platform.change("DELETE FROM daemon_heartbeats")
        assert platform.check()["Dagster's daemon"].endswith("; the last was never")

        platform.graphql(LAUNCH)
        with platform.watching(run_wait_minutes=0.0001) as impatient:
            queued = platform.check(impatient)["runs that are queued"]
        assert queued.endswith(": orders_job")

        platform.change("ALTER TABLE event_logs RENAME TO away")
        try:
            assert "Dagster's event log" in platform.check()
        finally:
            platform.change("ALTER TABLE away RENAME TO event_logs")
        assert "Dagster's event log" not in platform.check()
    # What cannot be asked any more stays as it is.
    assert {"Dagster's daemon", f"webserver 127.0.0.1:{platform.port}"} <= set(platform.check())
