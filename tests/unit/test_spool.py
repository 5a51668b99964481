"""The spool: executions that wait in files, and what becomes of files that nobody can read."""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import at, record
from watcher_core import (
    AccessDeniedError,
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    InvalidValueError,
    Settings,
    Watcher,
    recording,
)
from watcher_core.recording import spool, spool_notes, spool_replay

COMPLETE = record(
    "stock/prices",
    "2026-03-01 12:00",
    source=ExecutionSource.CLI,
    state=ExecutionState.FAILED,
    parent_external_id="parent",
    parent_id=7,
    pipeline_type_name="api",
    logical_date=at(-720),
    full_load=True,
    next_watermark="150",
    inserts=2**62,
    updates=0,
    execution_metadata={"error": {"message": "ü\ufffd"}, "list": [1, None]},
)


def one_by_one(record: Callable[[ExecutionRecord], object]) -> spool_replay.Record:
    """Record executions as a database does that takes none of them together with others."""

    def take(executions: Sequence[ExecutionRecord]) -> None:
        if len(executions) > 1:
            raise DatabaseError("one of them is refused")
        record(executions[0])

    return take


OLD = Path("old")  # the place of earlier versions, which is read only
# By what a note knows that executions of this pipeline are refused.
REFUSED_A = json.dumps([spool_replay.OF_PIPELINES_WAIT, "pipeline 'a'"])


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "home" / "spool"


def test_what_is_kept_comes_back_whole(directory: Path) -> None:
    told: list[ExecutionRecord] = []
    spool.keep_in_spool([directory, OLD], COMPLETE)
    assert spool_replay.replay_spool([directory, OLD], told.extend) == 1
    assert told == [COMPLETE]
    assert list(directory.iterdir()) == []


def test_the_directory_is_for_its_owner_alone(directory: Path) -> None:
    spool.keep_in_spool([directory, OLD], COMPLETE)
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_time_zone_survives(directory: Path) -> None:
    zone = dt.timezone(dt.timedelta(hours=-7))
    spool.keep_in_spool([directory, OLD], record("a", logical_date=dt.datetime(2026, 1, 1, tzinfo=zone)))
    told: list[ExecutionRecord] = []
    spool_replay.replay_spool([directory, OLD], told.extend)
    assert told[0].logical_date == dt.datetime(2026, 1, 1, 7, tzinfo=dt.UTC)


def test_the_oldest_comes_first(directory: Path) -> None:
    names = [f"job {number}" for number in range(20)]
    for name in names:
        spool.keep_in_spool([directory, OLD], record(name))
    told: list[ExecutionRecord] = []
    spool_replay.replay_spool([directory, OLD], told.extend)
    assert [kept.pipeline_name for kept in told] == names


def test_two_tellings_of_one_execution_are_two_files(directory: Path) -> None:
    """A file is never written over: another process may have read it, and is about to remove it."""
    spool.keep_in_spool([directory, OLD], record("a", "same", state=ExecutionState.FAILED))
    spool.keep_in_spool([directory, OLD], record("a", "same", state=ExecutionState.SUCCEEDED))
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool([directory, OLD], told.extend) == 2
    assert [kept.state for kept in told] == [ExecutionState.FAILED, ExecutionState.SUCCEEDED]


def test_no_directory_is_nothing_to_do(directory: Path) -> None:
    assert spool.spooled_executions([directory, OLD]) == []
    assert spool_replay.replay_spool([directory, OLD], lambda _: pytest.fail("nothing is there to record")) == 0
    assert not directory.exists()


def test_a_draft_that_a_crash_left_is_not_read(directory: Path) -> None:
    path = spool.keep_in_spool([directory, OLD], COMPLETE)
    path.rename(path.with_suffix(".draft"))
    assert spool_replay.replay_spool([directory, OLD], lambda _: pytest.fail("nothing is there to record")) == 0


def test_a_database_that_goes_away_again_leaves_the_rest(directory: Path) -> None:
    for name in ("first", "second", "third"):
        spool.keep_in_spool([directory, OLD], record(name))
    told: list[str] = []

    def goes_away(kept: ExecutionRecord) -> None:
        if told:
            raise DatabaseUnavailableError("gone")
        told.append(kept.pipeline_name)

    with pytest.raises(DatabaseUnavailableError):
        spool_replay.replay_spool([directory, OLD], one_by_one(goes_away))
    assert told == ["first"]
    assert len(spool.spooled_executions([directory, OLD])) == 2


def test_what_the_database_will_not_take_now_waits_on_without_stopping_the_others(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused = spool.keep_in_spool([directory, OLD], record("refused"))
    spool.keep_in_spool([directory, OLD], record("taken"))

    def refuses(kept: ExecutionRecord) -> None:
        if kept.pipeline_name == "refused":
            raise DatabaseError("permission denied")

    assert spool_replay.replay_spool([directory, OLD], one_by_one(refuses)) == 1
    assert spool.spooled_executions([directory, OLD]) == [refused]
    assert "permission denied" in caplog.text


def test_who_may_record_nothing_asks_once_and_not_for_each(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A token that was revoked, while a thousand executions wait: each block would ask for all of them."""
    for name in ("first", "second", "third"):
        spool.keep_in_spool([directory, OLD], record(name))
    asked: list[str] = []

    def denies(kept: ExecutionRecord) -> None:
        asked.append(kept.pipeline_name)
        raise AccessDeniedError("the token is not valid")

    assert spool_replay.replay_spool([directory, OLD], one_by_one(denies)) == 0
    assert asked == ["first"]
    assert len(spool.spooled_executions([directory, OLD])) == 3
    [line] = caplog.messages
    assert line.startswith(f"executions of this host wait on in {directory}: the token is not valid")


BROKEN = {
    "empty": b"",
    "half": b'{"pipeline_name": "a", "sour',
    "binary": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"5",
    "nothing of ours": b"{}",
    "an unknown state": json.dumps(
        {"start_date": None, "end_date": None, "logical_date": None, "source": "x"}
    ).encode(),
    "no date": json.dumps({"start_date": "yesterday", "end_date": None, "logical_date": None}).encode(),
    **{
        f"no text as {name}": json.dumps(
            {
                "pipeline_name": "a",
                "source": "python",
                "external_id": "1",
                "state": "succeeded",
                **dict.fromkeys(spool.TIMES, "2026-03-01T12:00:00+00:00"),
                name: ["a"],
            }
        ).encode()
        for name in spool.NAMES
    },
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_is_set_aside(
    directory: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = spool.keep_in_spool([directory, OLD], COMPLETE)
    path.write_bytes(content)
    later = record("later")
    spool.keep_in_spool([directory, OLD], later)
    told: list[ExecutionRecord] = []

    assert spool_replay.replay_spool([directory, OLD], told.extend) == 1
    assert told == [later]
    assert [left.name for left in directory.iterdir()] == [path.with_suffix(".broken").name]
    assert path.with_suffix(".broken").read_bytes() == content
    errors = [logged for logged in caplog.records if logged.levelno == logging.ERROR]
    assert [str(path) in logged.getMessage() for logged in errors] == [True]


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_read_does_not_hide_how_others_have_ended(directory: Path, content: bytes) -> None:
    """Nor what was part of what."""
    whole = record("a", parent_external_id="1", parent_source=ExecutionSource.PYTHON)
    for _ in range(2):
        spool.keep_in_spool([directory, OLD], COMPLETE).write_bytes(content)
        spool.keep_in_spool([directory, OLD], whole)
    assert [*spool.kept_executions(directory.parent)] == [whole.identity]
    told: list[ExecutionRecord] = []
    spool_replay.replay_spool([directory, OLD], told.extend)
    assert told == [whole, whole]


def test_a_field_that_this_version_does_not_know_is_set_aside(directory: Path) -> None:
    path = spool.keep_in_spool([directory, OLD], COMPLETE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"a_later_versions": 1}))
    assert spool_replay.replay_spool([directory, OLD], lambda _: pytest.fail("nothing is there to record")) == 0
    assert path.with_suffix(".broken").exists()


def test_an_execution_that_breaks_a_rule_is_set_aside(directory: Path) -> None:
    def refuses(_: ExecutionRecord) -> None:
        raise InvalidValueError("inserts is -1")

    path = spool.keep_in_spool([directory, OLD], COMPLETE)
    assert spool_replay.replay_spool([directory, OLD], one_by_one(refuses)) == 0
    assert path.with_suffix(".broken").exists()


def test_two_who_replay_at_once_do_not_get_into_each_others_way(directory: Path) -> None:
    for name in ("first", "second", "third"):
        spool.keep_in_spool([directory, OLD], record(name))
    told: list[str] = []

    def other_comes_between(kept: ExecutionRecord) -> None:
        told.append(kept.pipeline_name)
        spool_replay.replay_spool([directory, OLD], one_by_one(lambda other: told.append(other.pipeline_name)))

    assert spool_replay.replay_spool([directory, OLD], one_by_one(other_comes_between)) == 1
    assert sorted(set(told)) == ["first", "second", "third"]
    assert list(directory.iterdir()) == []


def test_two_who_set_the_same_file_aside(directory: Path) -> None:
    path = spool.keep_in_spool([directory, OLD], COMPLETE)

    def other_sets_it_aside(_: ExecutionRecord) -> None:
        path.rename(path.with_suffix(".broken"))
        raise InvalidValueError("inserts is -1")

    assert spool_replay.replay_spool([directory, OLD], one_by_one(other_sets_it_aside)) == 0
    assert path.with_suffix(".broken").exists()


# Places


def test_the_place_is_the_users_state_with_a_folder_for_each_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    production = spool.spool_directories("db.example/5432/production", home=home)
    staging = spool.spool_directories("db.example/5432/staging", home=home)
    assert production[0].parent == staging[0].parent == tmp_path / "state" / "watcher" / "spool"
    assert production[0].name == "db.example-5432-production-ce72528e", "the next version finds what this one has left"
    assert not set(production[:-1]) & set(staging[:-1])
    assert production[-1] == staging[-1] == home / "spool"  # what earlier versions have left
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    assert spool.spool_directories("d", home=home)[0].parent == tmp_path / "user" / ".local/state/watcher/spool"


def test_two_databases_with_names_alike_have_two_folders() -> None:
    one, two = (spool.spool_directories(target, home=Path("home")) for target in ("h/5432/a_b", "h/5432/a-b"))
    assert one[0] != two[0]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("localhost:5432/shop", "127.0.0.1/shop", True),
        ("localhost/shop", "[::1]:5432/shop", True),
        ("db.example/shop", "DB.example.:5432/shop?sslmode=require", True),
        ("db.example/shop", "db.example/staging", False),
        ("localhost:5432/shop", "localhost:6432/shop", False),
        ("localhost/shop", "/shop", False),  # the socket may be another server's
    ],
)
def test_one_database_in_two_spellings_has_one_folder(one: str, other: str, is_same: bool) -> None:
    def watcher(place: str) -> Watcher:
        return Watcher(f"postgresql://ann:secret@{place}", settings=Settings())

    kept = spool.keep_in_spool(watcher(one).spool_directories, COMPLETE)
    assert spool.spooled_executions(watcher(other).spool_directories) == ([kept] if is_same else [])


def test_what_waits_under_another_spelling_is_recorded() -> None:
    """Earlier versions had a folder for each spelling."""
    former = spool.spool_directories("127.0.0.1/5432/shop", home=Path("home"))
    kept = spool.keep_in_spool(former, COMPLETE)
    places = Watcher("postgresql://ann@localhost/shop", settings=Settings(home=Path("home"))).spool_directories
    assert spool.spooled_executions(places) == [kept]


def test_where_the_first_place_cannot_be_written_the_next_one_takes_it(tmp_path: Path) -> None:
    blocked = tmp_path / "state" / "watcher"
    blocked.parent.mkdir()
    blocked.write_text("a file where a directory should be")
    places = spool.spool_directories("d", home=tmp_path / "home")
    path = spool.keep_in_spool(places, COMPLETE)
    assert path.parent == places[1]
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool(places, told.extend) == 1
    assert told == [COMPLETE]


@pytest.mark.parametrize("name", ["state", "link"])
def test_what_waits_in_a_place_that_is_both_is_counted_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """As in our own image: `XDG_STATE_HOME=/data` and `WATCHER_HOME=/data/watcher`."""
    (tmp_path / "state").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "state")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name))
    places = spool.spool_directories("d", "earlier", home=tmp_path / "state" / "watcher")
    kept = spool.keep_in_spool(places, COMPLETE)
    assert spool.spooled_executions(places) == [kept]
    before = kept.rename(places[-1] / kept.name)
    assert spool.spooled_executions(places) == [before], "what earlier versions have left"


def test_what_earlier_versions_have_left_is_recorded(tmp_path: Path) -> None:
    places = spool.spool_directories("d", home=tmp_path / "home")
    written = spool.keep_in_spool(places, COMPLETE)
    places[-1].mkdir(parents=True)
    written.rename(places[-1] / written.name)
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool(places, told.extend) == 1
    assert told == [COMPLETE]


def test_what_an_execution_was_part_of_comes_before_it(directory: Path) -> None:
    """An inner one ends first, and is kept first."""
    parents = {"inmost": "inner", "inner": "outer", "outer": None, "one": "other", "other": "one", "late": "gone"}
    for name, parent in parents.items():
        inside = replace(COMPLETE, external_id=name, parent_external_id=parent)
        spool.keep_in_spool([directory, OLD], inside)
    command = replace(COMPLETE, external_id="command", parent_external_id=None)
    script = replace(command, source=ExecutionSource.PYTHON, parent_source=command.source, parent_external_id="command")
    for each in (script, command):
        spool.keep_in_spool([directory, OLD], each)
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool([directory, OLD], told.extend) == len(parents) + 2
    assert [each.external_id for each in told[:6]] == ["outer", "inner", "inmost", "other", "one", "late"]
    assert [(each.source, each.external_id) for each in told[6:]] == [("cli", "command"), ("python", "command")]
    assert spool.spooled_executions([directory, OLD]) == []


def test_a_directory_with_the_name_of_a_file_is_passed_by(directory: Path) -> None:
    (directory / "0.json").mkdir(parents=True)
    spool.keep_in_spool([directory, OLD], COMPLETE)
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool([directory, OLD], told.extend) == 1
    assert (directory / "0.json").is_dir()


def test_a_directory_whose_files_this_user_may_not_look_at_is_passed_by(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = spool.keep_in_spool([directory, OLD], COMPLETE)

    def refused(self: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_file", refused)
    assert spool.spooled_executions([directory, OLD]) == []
    assert kept.exists()


@pytest.mark.parametrize("fails", ["read", "remove"])
def test_files_of_another_user_stay_and_stop_nobody(
    directory: Path, fails: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Permissions do not bind the superuser, as whom tests may run; so they are played."""
    theirs = directory / "theirs"
    path = spool.keep_in_spool([theirs, OLD], record("theirs"))
    spool.keep_in_spool([directory, OLD], record("ours"))
    if fails == "read":
        read = Path.read_text

        def refused(self: Path, *arguments: Any, **options: Any) -> str:
            if self == path:
                raise PermissionError(13, "Permission denied", str(self))
            return read(self, *arguments, **options)

        monkeypatch.setattr(Path, "read_text", refused)
    else:
        monkeypatch.setattr("os.access", lambda place, mode: mode == os.F_OK or place != theirs)
    told: list[ExecutionRecord] = []
    assert spool_replay.replay_spool([theirs, directory, OLD], told.extend) == 1
    assert [kept.pipeline_name for kept in told] == ["ours"]
    assert path.exists()
    assert str(path) in caplog.text


def test_a_file_and_its_name_are_on_the_disk_before_it_counts(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    monkeypatch.setattr("os.fsync", note)
    spool.keep_in_spool([directory, OLD], COMPLETE)
    assert synced == ["file", "directory"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own without room."""
    place = tmp_path / "full"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False).returncode != 0:
        pytest.skip("no file system can be mounted here; root may")
    try:
        with suppress(OSError), (place / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_on_a_full_disk_the_next_place_takes_it_and_no_half_of_a_file_is_left(full_disk: Path, tmp_path: Path) -> None:
    full = full_disk / "spool"
    path = spool.keep_in_spool([full, tmp_path / "home", tmp_path / "last"], COMPLETE)
    assert path.parent == tmp_path / "home"
    assert list(full.iterdir()) == []
    with pytest.raises(OSError, match="No space left"):
        spool.keep_in_spool([full, full_disk / "home", tmp_path / "last"], COMPLETE)
    assert [place for place in full_disk.rglob("*") if place.is_file()] == [full_disk / "filler"]


def test_a_draft_that_a_signal_interrupts_is_taken_away(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        spool.keep_in_spool([directory, directory], COMPLETE)
    assert list(directory.iterdir()) == []


def test_where_pipelines_are_locked_those_of_others_are_recorded(directory: Path) -> None:
    for name in ("a", "b", "a", "c"):
        spool.keep_in_spool([directory, OLD], record(name))
    told: list[str] = []

    def locks(*names: str) -> Callable[[ExecutionRecord], None]:
        def take(given: ExecutionRecord) -> None:
            told.append(given.pipeline_name)
            if given.pipeline_name in names:
                raise DatabaseUnavailableError("a lock", is_reached=True, is_locked=True)

        return take

    with pytest.raises(DatabaseUnavailableError):
        spool_replay.replay_spool(
            [directory, OLD], one_by_one(locks("a", "b", "c"))
        )  # so all are, and each would be waited for
    assert told == ["a", "b", "c"]
    assert spool_replay.replay_spool([directory, OLD], one_by_one(locks("a"))) == 2
    assert told[3:] == ["a", "b", "c"]
    with pytest.raises(DatabaseUnavailableError):
        spool_replay.replay_spool([directory, OLD], one_by_one(locks("a")), before="a")
    assert spool_replay.replay_spool([directory, OLD], one_by_one(locks()), before="a") == 2


def test_pipelines_that_the_token_does_not_cover_are_asked_for_once(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b", "c", "a", "b", "c"):
        spool.keep_in_spool([directory, OLD], record(name))
    asked: list[list[str]] = []

    def covers_b(given: Sequence[ExecutionRecord]) -> None:
        asked.append([each.pipeline_name for each in given])
        if refused := set(asked[-1]) - {"b"}:
            raise AccessDeniedError("the token covers b", pipelines=refused)

    assert spool_replay.replay_spool([directory, OLD], covers_b) == 2
    assert asked == [["a", "b", "c", "a", "b", "c"], ["b", "b"]]
    [line] = caplog.messages
    assert line.startswith("executions of pipeline 'a', pipeline 'c' on this host wait on: the token covers b")
    assert spool_replay.replay_spool([directory, OLD], covers_b) == 0
    assert len(spool.spooled_executions([directory, OLD])) == 4


# What waits on


def refuses(names: set[str]) -> spool_replay.Record:
    """A server whose token does not cover these pipelines."""

    def take(given: Sequence[ExecutionRecord]) -> None:
        if refused := {each.pipeline_name for each in given} & names:
            raise AccessDeniedError("the token is for others only", pipelines=refused)

    return take


def at_lock(_: ExecutionRecord) -> None:
    raise DatabaseUnavailableError("a lock is held", is_locked=True)


def not_now(_: ExecutionRecord) -> None:
    raise DatabaseError("permission denied")


@pytest.mark.parametrize("take", [refuses({"a"}), one_by_one(at_lock), one_by_one(not_now)])
def test_what_waits_on_is_said_once_a_day_and_not_by_each_job(
    directory: Path, take: spool_replay.Record, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cron sends by mail what a job says, and each job looks at what waits when it starts and when it ends."""
    spool.keep_in_spool([directory, OLD], record("a"))
    clock = time.time
    for _ in range(4):
        assert spool_replay.replay_spool([directory, OLD], take) == 0
    assert len(caplog.messages) == 1
    for hours, said in ((23, 0), (25, 1), (48, 0), (50, 1), (0, 1)):  # the clock was set back
        caplog.clear()
        monkeypatch.setattr("time.time", lambda ahead=hours: clock() + ahead * 3600)
        spool_replay.replay_spool([directory, OLD], take)
        assert len(caplog.messages) == said, hours


def test_what_waits_on_is_said_again_where_more_of_it_does_or_where_it_was_mended(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def said(refused: set[str]) -> int:
        caplog.clear()
        for name in "abc":
            spool.keep_in_spool([directory, OLD], record(name))
        for _ in range(3):
            spool_replay.replay_spool([directory, OLD], refuses(refused))
        return len(caplog.messages)

    assert said({"a"}) == 1
    assert said({"a", "b"}) == 1
    assert said({"a", "b"}) == 0
    assert said(set()) == 0
    assert list(directory.iterdir()) == []
    assert said({"a"}) == 1


def test_thousands_of_pipelines_that_wait_on_are_a_line(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    names = {f"{number:04}" for number in range(300)}
    for name in names:
        spool.keep_in_spool([directory, OLD], record(name))
    spool_replay.replay_spool([directory, OLD], refuses(names))
    [line] = caplog.messages
    assert line.startswith("executions of pipeline '0000', pipeline '0001', pipeline '0002' and 297 more on this host")


def test_why_executions_wait_on_is_known_until_they_do_no_more(directory: Path) -> None:
    def known() -> list[str]:
        return recording.spool_problems([directory, OLD], spool.spooled_executions([directory, OLD]))

    def is_away(_: Sequence[ExecutionRecord]) -> None:
        raise DatabaseUnavailableError("it is away")

    kept = spool.keep_in_spool([directory, OLD], record("a"))
    assert known() == []
    spool_replay.replay_spool([directory, OLD], refuses({"a"}))
    line = "executions of pipeline 'a' on this host wait on: the token is for others only"
    assert known() == [line]
    with pytest.raises(DatabaseUnavailableError):
        spool_replay.replay_spool([directory, OLD], is_away)
    assert known() == [line]
    kept.unlink()  # by hand
    os.utime(directory / spool_notes.NOTE, (1, 1))
    spool.keep_in_spool([directory, OLD], record("b"))
    assert known() == []


def test_what_was_known_of_executions_that_are_gone_is_not_said_of_those_that_wait_later(directory: Path) -> None:
    """Somebody has removed them; the database is away when the next one comes."""

    def is_away(_: Sequence[ExecutionRecord]) -> None:
        raise DatabaseUnavailableError("it is away")

    kept = spool.keep_in_spool([directory, OLD], record("a"))
    spool_replay.replay_spool([directory, OLD], refuses({"a"}))
    kept.unlink()
    os.utime(directory / spool_notes.NOTE, (1, 1))
    waiting = spool.keep_in_spool([directory, OLD], record("b"))
    with pytest.raises(DatabaseUnavailableError):
        spool_replay.replay_spool([directory, OLD], is_away)
    assert recording.spool_problems([directory, OLD], [waiting]) == []


def test_what_waits_on_is_said_once_a_day_though_a_place_takes_no_notes_any_more(
    directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a home that was mounted again to be read only, and has an old note."""
    other = tmp_path / "other"
    places = [directory, other, OLD]
    spool.keep_in_spool(places, record("a"))
    spool_replay.replay_spool(places, refuses({"a"}))
    note = directory / spool_notes.NOTE
    os.utime(note, (1, 1))
    kept, days = note.read_text(), 25 * 3600
    clock = time.time
    monkeypatch.setattr("time.time", lambda: clock() + days)
    monkeypatch.setattr(Path, "write_text", writes_nothing_in(directory))
    caplog.clear()
    for _ in range(3):
        spool_replay.replay_spool(places, refuses({"a"}))
    assert len(caplog.messages) == 1
    assert note.read_text() == kept


def writes_nothing_in(full: Path) -> Callable[..., int]:
    """A disk that takes the name of a file and not what is in it."""
    write = Path.write_text

    def write_text(path: Path, *given: Any, **options: Any) -> int:
        if path.parent != full:
            return write(path, *given, **options)
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    return write_text


def test_notes_leave_nothing_behind_on_a_full_disk(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = spool.keep_in_spool([directory, OLD], record("a"))
    monkeypatch.setattr(Path, "write_text", writes_nothing_in(directory))
    for _ in range(3):
        spool_replay.replay_spool([directory, directory / "below", OLD], refuses({"a"}))
    assert [path for path in directory.iterdir() if path.is_file()] == [kept]


BROKEN_NOTES = {
    "empty": b"",
    "a list": b"[]",
    "binary": b"\xff",
    "nested deeply": b"[" * 100_000,
    "no note": b'{"x": 1}',
    "no time": b'{"x": {"said_at": "y"}}',
    "a time that is too long": json.dumps({REFUSED_A: {"said_at": 10**400}}).encode(),
    "no number": json.dumps({REFUSED_A: {"said_at": float("nan")}}).encode(),
}


@pytest.mark.parametrize("note", BROKEN_NOTES.values(), ids=BROKEN_NOTES)
def test_a_note_that_cannot_be_read_stops_nobody(
    directory: Path, note: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = spool.keep_in_spool([directory, OLD], record("a"))
    (directory / spool_notes.NOTE).write_bytes(note)
    assert len(recording.spool_problems([directory, OLD], [waiting])) <= 1
    spool_replay.replay_spool([directory, OLD], refuses({"a"}))
    assert len(caplog.messages) == 1


def test_no_more_goes_together_than_a_slow_network_takes_in_time(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_replay, "BYTES_TOGETHER", 5_000)
    for size in (10, 10, 3_000, 3_000, 9_000, 10, 10):
        large = replace(COMPLETE, external_id=f"{size}", execution_metadata={"text": "x" * size})
        spool.keep_in_spool([directory, OLD], replace(large, parent_external_id=None))
    asked: list[list[str]] = []
    assert (
        spool_replay.replay_spool([directory, OLD], lambda some: asked.append([each.external_id for each in some])) == 7
    )
    assert asked == [["10", "10", "3000"], ["3000"], ["9000"], ["10", "10"]]


def test_thousands_are_recorded_some_at_a_time(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_replay, "TOGETHER", 3)
    for number in range(7):
        inner = replace(COMPLETE, external_id=f"{number}", parent_external_id=f"{number + 100}")
        spool.keep_in_spool([directory, OLD], inner)
    for number in range(7):
        spool.keep_in_spool([directory, OLD], replace(COMPLETE, external_id=f"{number + 100}", parent_external_id=None))
    asked: list[list[str]] = []

    def take(executions: Sequence[ExecutionRecord]) -> None:
        asked.append([each.external_id for each in executions])
        if "2" in asked[-1]:
            raise InvalidValueError("2 breaks a rule")

    assert spool_replay.replay_spool([directory, OLD], take) == 13
    assert asked[:2] == [["100", "0", "101"], ["1", "102", "2"]]
    assert asked[2:5] == [["1"], ["102"], ["2"]]  # which of them it was is found out
    assert asked[5:] == [["103", "3", "104"], ["4", "105", "5"], ["106", "6"]]
    assert [path.suffix for path in directory.iterdir()] == [".broken"]
