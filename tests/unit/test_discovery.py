"""`watcher discover`: crontabs and timers as they are written, and the lines that would record them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.ordinary_user import ordinary_user
from watcher_core.shell import scheduled
from watcher_core.shell.crontabs import read_crontab
from watcher_core.shell.discovery import discover
from watcher_core.shell.scheduled import proposed_name
from watcher_core.shell.timers import read_service

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
    monkeypatch.setattr(scheduled, "_program", lambda: "/bin/watcher")


def test_lines_of_a_crontab() -> None:
    found = list(read_crontab(CRONTAB, source="/etc/crontab", problems=[], names_user=True))
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
    (found,) = read_crontab(line, source="crontab -l", problems=[])
    assert found.wrapped == ("0 5 * * * /bin/watcher run --pipeline load -- /opt/load --full >> /var/log/load.log 2>&1")


def test_a_crontab_of_a_user() -> None:
    (found,) = read_crontab("0 5 * * * FULL=1 ./load.py\n", source="crontab -l", problems=[])
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
        ("sudo -Hu etl /opt/nightly.sh", "nightly"),
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
    unit = "# /etc/systemd/system/load.service\n[Service]\nUser=etl\nExecStart=/opt/etl/load --full\n"
    when = "TimersCalendar={ OnCalendar=*-*-* 05:00:00 ; next_elapse=(null) }\nRandomizedDelayUSec=0\n"
    (found,) = read_service("load.timer", "load.service", unit, when)
    assert (found.source, found.user) == ("load.timer, which starts load.service", "etl")
    assert found.schedule == "OnCalendar=*-*-* 05:00:00"
    assert found.wrapped == "ExecStart=/bin/watcher run --pipeline load -- /opt/etl/load --full"


UNIT = r"""
[Unit]
Description=ExecStart=/opt/none
[Service]
Type=oneshot
ExecStart=/opt/before
[Install]
WantedBy=timers.target
# /etc/systemd/system/daily\x2dload@eu.service.d/override.conf
[Service]
ExecStart=
ExecStart=/bin/sh -c "cd /srv && ./load.sh ; echo 'a b' > $OUT"
ExecStart=-+/opt/one %i \
  ; a comment
    "two words" ; @/opt/two two \; --full
ExecStart=/usr/bin/watcher run -p known -- /opt/known
"""


def test_commands_of_a_unit_stay_as_they_are_quoted() -> None:
    """Without its quotes, `sh -c cd /srv && ./load.sh` does nothing, and succeeds."""
    when = (
        "TimersCalendar={ OnCalendar=Sat *-*-* 08:00:00 ; next_elapse=Sat 2026-12-05 08:00:00 UTC }\n"
        "TimersCalendar={ OnCalendar=*-*-* 05:00:00 Europe/Berlin ; next_elapse=(null) }\n"
        "TimersMonotonic={ OnBootUSec=15min ; next_elapse=0 }\n"
        "RandomizedDelayUSec=1h\n"
    )
    found = list(read_service("daily.timer", r"daily\x2dload@eu.service", UNIT, when))
    run = "/bin/watcher run --pipeline daily-load@eu --"
    assert [each.wrapped for each in found] == [
        f"""ExecStart={run} /bin/sh -c "cd /srv && ./load.sh ; echo 'a b' > $OUT\"""",
        f'ExecStart=-+{run} /opt/one %i "two words"',
        rf"ExecStart={run} /opt/two \; --full",
        None,
    ]
    assert {each.schedule for each in found} == {
        "OnCalendar=Sat *-*-* 08:00:00, OnCalendar=*-*-* 05:00:00 Europe/Berlin, OnBootUSec=15min, "
        "RandomizedDelayUSec=1h"
    }


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/opt/load \\\n", "/opt/load"),
        ("/opt/load \\\n# a comment", "/opt/load"),
        ("/opt/load \\\n; a comment\n --full", "/opt/load --full"),
        (r"/opt/load C:\\", r"/opt/load C:\\"),
    ],
)
def test_a_line_of_a_unit_that_goes_on(line: str, command: str) -> None:
    (found,) = read_service("load.timer", "load.service", f"[Service]\nExecStart={line}", "")
    assert found.command == command


@pytest.mark.parametrize(
    ("command", "wrapped"),
    [
        ("exec /opt/load.sh", "load -- /bin/sh -c 'exec /opt/load.sh'"),
        (". /opt/load.sh", "load -- /bin/sh -c '. /opt/load.sh'"),
        ("/opt/file-watcher run --all", "file-watcher -- /opt/file-watcher run --all"),
        ("/opt/load\t--full", "load -- /opt/load --full"),
        (r"/opt/to\%csv", r"tocsv -- /bin/sh -c '/opt/to\%csv'"),
        ("/opt/watcher  run -p known -- /opt/known", None),
        ("'/opt/my apps/watcher' run -p known -- /opt/known", None),
    ],
)
def test_commands_of_a_crontab(command: str, wrapped: str | None) -> None:
    (found,) = read_crontab(f"0 5 * * * {command}", source="crontab -l", problems=[])
    assert found.wrapped == (wrapped and f"0 5 * * * /bin/watcher run --pipeline {wrapped}")


def test_what_cron_would_not_run_either_is_said() -> None:
    problems: list[str] = []
    lines = (
        "CRON_TZ=Europe/Berlin\n@daily etl /opt/load\nCRON_TZ=\n0 5 * * * /opt/load\n0 5 * * * /opt/load --full\n"
        "*/5 * * * /opt/load\n0 5 * * * etl %input\n-0 5 * * * etl /opt/quiet\nA-B = 'c'\n"
    )
    found = list(read_crontab(lines, source="/etc/cron.d/etl", problems=problems, names_user=True))
    assert [each.schedule for each in found] == ["@daily, CRON_TZ=Europe/Berlin", "-0 5 * * *"]
    no_user = "no user before the command, so that cron does not run it"
    assert problems == [
        f"/etc/cron.d/etl, line 4: {no_user}: 0 5 * * * /opt/load",
        f"/etc/cron.d/etl, line 5: {no_user}: 0 5 * * * /opt/load --full",
        "/etc/cron.d/etl, line 6: neither a schedule with a command nor NAME=value: */5 * * * /opt/load",
        "/etc/cron.d/etl, line 7: no command before the %: 0 5 * * * etl %input",
    ]


def test_root_reads_the_crontabs_of_all_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "var/spool/cron/crontabs"
    folder.mkdir(parents=True)
    (folder / "nobody").write_text("0 5 * * * /opt/load\n")
    (folder / "tmp.x1Y2z3").write_text("0 5 * * * /opt/draft\n")
    found, problems = discover(root=tmp_path)
    assert [(each.user, each.pipeline) for each in found] == [("nobody", "load")]
    assert problems == []


@pytest.mark.parametrize(("is_debian", "names"), [(True, ["plain"]), (False, ["plain", "etl.cron"])])
def test_names_in_the_folder_of_cron(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_debian: bool, names: list[str]
) -> None:
    """Debian's cron passes over a name with a dot; that of Red Hat does not."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    if is_debian:
        (tmp_path / "etc/debian_version").write_text("12.1")
    for name in ("plain", "etl.cron", "old.rpmsave", "copy~", ".hidden"):
        (tmp_path / "etc/cron.d" / name).write_text(f"0 5 * * * root /opt/{name}\n")
    assert sorted(each.source.split(",")[0].rpartition("/")[2] for each in discover(root=tmp_path)[0]) == sorted(names)


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
    (tmp_path / "etc/cron.d/more").write_text("0 6 * * * root /srv/load\n0 7 * * * root /srv/load-2\n")
    (tmp_path / "bin/crontab").write_text("#!/bin/sh\necho 'no crontab for me' >&2\nexit 1\n")
    (tmp_path / "bin/systemctl").write_text("#!/bin/sh\necho 'not booted' >&2\nexit 1\n")
    for program in (tmp_path / "bin").iterdir():
        program.chmod(0o755)
    found, problems = discover(root=tmp_path)
    assert [(each.pipeline, each.wrapped) for each in found] == [
        ("load", "0 5 * * * root /bin/watcher run --pipeline load -- /opt/load"),
        ("load-3", "0 6 * * * root /bin/watcher run --pipeline load-3 -- /srv/load"),
        ("load-2", "0 7 * * * root /bin/watcher run --pipeline load-2 -- /srv/load-2"),
    ]
    assert problems == [
        "systemctl list-timers --all --no-pager --output=json: not booted",
        "systemctl --user list-timers --all --no-pager --output=json: not booted",
    ]
