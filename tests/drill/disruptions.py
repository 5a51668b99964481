"""What goes wrong in the drill, one thing after the other, at random."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress

import sqlalchemy as sa

from tests import faketime
from tests.drill.deployment import JOBS, PARTS, Deployment, free_port, kill_process
from tests.drill.failover import fail_over
from tests.http_server import Failure
from tests.pgbouncer import pgbouncer

# Words: of the kinds, only those that have one of them in their name.
ONLY = [word.strip() for word in os.environ.get("DRILL_ONLY", "").split(",") if word.strip()]

REFUSALS = (
    Failure(status=500),
    Failure(status=429, headers={"Retry-After": "1"}),
    Failure(status=403, body="invalid_token"),
    Failure(takes_it=True),  # and says that it has failed
)


class Disruptions:
    """Disturbs a deployment, and counts.

    Args:
        deployment: What is disturbed.
        bouncer: Holds PgBouncer.
        chance: Chooses.
    """

    def __init__(self, deployment: Deployment, bouncer: ExitStack, chance: random.Random) -> None:
        self.deployment = deployment
        self.bouncer = bouncer
        self.chance = chance
        self.done: Counter[str] = Counter()
        self._kinds: dict[str, tuple[int, Callable[[], bool]]] = {
            "a run worker is killed": (6, lambda: self._kill_one(deployment.workers()[0])),
            "a step process is killed": (6, lambda: self._kill_one(deployment.workers()[1])),
            "a job outside Dagster is killed": (6, lambda: self._kill_part(*JOBS)),
            "the daemon is killed": (2, lambda: self._kill_part("daemon")),
            "the code server is killed": (1, lambda: self._kill_part("shop")),
            "the webserver is killed": (1, lambda: self._kill_part("webserver")),
            "watcher serve is killed": (3, lambda: self._kill_part("serve")),
            "the deliverer is killed": (4, lambda: self._kill_part("deliverer")),
            "connections are terminated": (5, self._terminate_connections),
            "PostgreSQL is killed": (1, self._kill_postgres),
            "PgBouncer is restarted": (2, self._restart_pgbouncer),
            "the place of alerts fails": (4, self._fail_place),
            "a table is locked for a while": (2, self._lock_table),
            "a second daemon comes and goes": (1, self._second_daemon),
            "the primary fails over": (1, self._fail_over),
            "the disk of PostgreSQL is full": (1 if deployment.disk else 0, self._fill_disk),
            "a clock jumps": (3 if faketime.LIBRARY else 0, self._move_clock),
        }

    def one(self) -> str:
        """Let one thing go wrong, of those that can at this moment."""
        names = [name for name in self._kinds if not ONLY or any(word in name for word in ONLY)]
        weights = [self._kinds[name][0] for name in names]
        while True:
            name = self.chance.choices(names, weights)[0]
            if self._kinds[name][1]():
                self.done[name] += 1
                return name

    def _kill_one(self, pids: list[int]) -> bool:
        return bool(pids) and kill_process(self.chance.choice(pids))

    def _kill_part(self, *names: str) -> bool:
        alive = [name for name in names if name in self.deployment.processes]
        if not alive:
            return False
        self.deployment.kill(self.chance.choice(alive))
        return True

    def _terminate_connections(self) -> bool:
        found = self.deployment.ask(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < :share""",
            share=self.chance.choice((0.1, 0.5, 1.0)),
        )
        return bool(found)

    def _kill_postgres(self) -> bool:
        pid = self.deployment.postgres.status().pid
        if pid is None or not kill_process(pid):
            return False
        self.deployment.postgres.start()
        return True

    def _restart_pgbouncer(self) -> bool:
        port = sa.make_url(self.deployment.bouncer_url).port
        self.bouncer.close()
        server = sa.make_url(self.deployment.database_url)
        self.bouncer.enter_context(pgbouncer(server, self.deployment.directory, pool_size=8, listen_port=port))
        return True

    def _fail_place(self) -> bool:
        self.deployment.place.fail(*self.chance.choices(REFUSALS, k=self.chance.randrange(1, 6)))
        return True

    def _lock_table(self) -> bool:
        """As a migration or a `VACUUM FULL` does."""
        table = self.chance.choice(("pipeline", "pipeline_execution", "alert", "recorder"))
        with suppress(sa.exc.OperationalError), self.deployment.engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            connection.execute(sa.text(f"LOCK TABLE watcher.{table} IN ACCESS EXCLUSIVE MODE"))
            connection.execute(sa.text("SELECT pg_sleep(:seconds)"), {"seconds": 3 * self.chance.random()})
        return True

    def _fail_over(self) -> bool:
        fail_over(self.deployment.postgres, port=free_port(), seconds=2 * self.chance.random())
        return True

    def _fill_disk(self) -> bool:
        assert self.deployment.disk is not None
        self.deployment.disk.fill(4 * self.chance.random())
        self.deployment.postgres.start()  # it gives up where it cannot write its log
        return True

    def _move_clock(self) -> bool:
        """Of a process: what it does next is hours before or after all others."""
        name = self.chance.choice((*JOBS, "deliverer", "serve"))
        if name not in self.deployment.processes:
            return False
        self.deployment.kill(name)
        self.deployment.clocks[name] = f"{self.chance.choice('+-')}{self.chance.randrange(1, 5)}h"
        self.deployment.start(name)
        return True

    def _second_daemon(self) -> bool:
        if "second daemon" in self.deployment.processes:
            self.deployment.kill("second daemon")
        else:
            self.deployment.start("second daemon")
        return True


def all_parts_run(deployment: Deployment) -> bool:
    """Whether every part is there, and those that listen answer."""
    alive = all(name in deployment.processes and deployment.processes[name].poll() is None for name in PARTS)
    return alive and all(deployment.answers(name) for name in deployment.ports)
