"""`watcher discover`: crontabs and timers as they are written, and the lines that would record them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.ordinary_user import ordinary_user
from watcher_core.shell import discovery
from watcher_core.shell.discovery import discover, proposed_name, read_crontab, read_service

CRONTAB = r"""
# a comment
SHELL=/bin/bash
MAILTO = ops@example.com
0 5	* * *	root	/opt/etl/load.sh --full
*/15 8-18 * * Mon-Fri etl cd /srv && python -m sales.refresh > /var/log/sales 2>&1
@daily postgres pg_dump -Fc app -f /backup/$(date +\%F).dump
30 2 1 * * root mail -s report ops%Dear all,%it ran.
0 1 * * * root /usr/bin/watcher run --pipeline known -- /opt/known
"""


@pytest.fixture(autouse=True)
def _program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_program", lambda: "/bin/watcher")


def test_lines_of_a_crontab() -> None:
    found = list(read_crontab(CRONTAB, source="/etc/crontab", names_user=True))
    assert [(each.source.split()[-1], each.schedule, each.user, each.pipeline) for each in found] == [
        ("5", "0 5 * * *", "root", "load"),
        ("6", "*/15 8-18 * * Mon-Fri", "etl", "sales.refresh"),
        ("7", "@daily", "postgres", "pg_dump"),
        ("8", "30 2 1 * *", "root", "mail"),
        ("9", "0 1 * * *", "root", "known"),
    ]
    assert [each.wrapped for each in found] == [
        "0 5 * * * root /bin/watcher run --pipeline load -- /opt/etl/load.sh --full",
        "*/15 8-18 * * Mon-Fri etl /bin/watcher run --pipeline sales.refresh -- /bin/bash -c "
        "'cd /srv && python -m sales.refresh > /var/log/sales 2>&1'",
        r"@daily postgres /bin/watcher run --pipeline pg_dump -- /bin/bash -c "
        r"'pg_dump -Fc app -f /backup/$(date +\%F).dump'",
        "30 2 1 * * root /bin/watcher run --pipeline mail -- mail -s report ops%Dear all,%it ran.",
        None,
    ]


def test_files_of_the_output_stay_outside() -> None:
    line = "0 5 * * * /opt/load --full >> /var/log/load.log 2>&1"
    (found,) = read_crontab(line, source="crontab -l", names_user=False)
    assert found.wrapped == ("0 5 * * * /bin/watcher run --pipeline load -- /opt/load --full >> /var/log/load.log 2>&1")


def test_a_crontab_of_a_user() -> None:
    (found,) = read_crontab("0 5 * * * FULL=1 ./load.py\n", source="crontab -l", names_user=False)
    assert found.user is None
    assert found.wrapped == "0 5 * * * /bin/watcher run --pipeline load -- /bin/sh -c 'FULL=1 ./load.py'"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/usr/bin/python3.11 -u /opt/etl/daily_sales.py --date today", "daily_sales"),
        ("flock -n /var/lock/x.lock nice -n 10 /opt/bin/import.sh", "import"),
        ("timeout 10m /opt/export", "export"),
        ("cd /srv/app; ./manage.py clearsessions", "manage"),
        ("test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily", "run-parts"),
        ("[ -x /opt/clean ] && if [ ! -d /run/systemd/system ]; then /opt/clean.sh --all; fi", "clean"),
        ("for day in 1 2; do /opt/load.py $day; done", "load"),
        ("( cd /srv/app && ./sync.sh )", "sync"),
        ("/opt/nightly.sh;", "nightly"),
        ("fi", "fi"),
        ("sh -c 'unbalanced", "'unbalanced"),
    ],
)
def test_a_pipeline_is_named_after_what_runs(command: str, name: str) -> None:
    assert proposed_name(command) == name


def test_a_timer_of_systemd() -> None:
    shown = (
        "User=etl\n"
        "ExecStart={ path=/opt/etl/load ; argv[]=/opt/etl/load --full ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n"
    )
    when = "TimersCalendar={ OnCalendar=*-*-* 05:00:00 ; next_elapse=(null) }\n"
    (found,) = read_service("load.timer", "load.service", shown, when)
    assert (found.source, found.user) == ("load.timer, which starts load.service", "etl")
    assert found.schedule == "OnCalendar=*-*-* 05:00:00"
    assert found.wrapped == "ExecStart=/bin/watcher run --pipeline load -- /opt/etl/load --full"


def test_a_folder_that_root_alone_may_read_hides_no_other_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """As hardened hosts have it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        monkeypatch.setenv("PATH", str(root))
        (root / "etc/cron.d").mkdir(parents=True)
        (root / "etc/crontab").write_text("0 5 * * * root /opt/load\n")
        assert [each.pipeline for each in discover(root=root)[0]] == ["load"]
        (root / "etc/cron.d").chmod(0)
        with ordinary_user():
            found, problems = discover(root=root)
        (root / "etc/cron.d").chmod(0o755)
    assert [each.pipeline for each in found] == ["load"]
    assert f"[Errno 13] Permission denied: '{root}/etc/cron.d'" in problems


def test_a_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (tmp_path / "etc/crontab").write_text("0 5 * * * root /opt/load\n")
    (tmp_path / "etc/cron.d/more").write_text("0 6 * * * root /srv/load\n")
    (tmp_path / "etc/cron.d/more.dpkg-old").write_text("0 7 * * * root /srv/old\n")
    (tmp_path / "bin/crontab").write_text("#!/bin/sh\necho 'no crontab for me' >&2\nexit 1\n")
    (tmp_path / "bin/systemctl").write_text("#!/bin/sh\necho 'not booted' >&2\nexit 1\n")
    for program in (tmp_path / "bin").iterdir():
        program.chmod(0o755)
    found, problems = discover(root=tmp_path)
    assert [(each.pipeline, each.wrapped) for each in found] == [
        ("load", "0 5 * * * root /bin/watcher run --pipeline load -- /opt/load"),
        ("load-2", "0 6 * * * root /bin/watcher run --pipeline load-2 -- /srv/load"),
    ]
    assert problems == ["systemctl list-timers --all --no-pager --output=json: not booted"]
