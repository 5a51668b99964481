"""The limit on how long a call is waited for."""

from __future__ import annotations

import contextvars
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from watcher_core import waiting
from watcher_core.waiting import wait_within

SOON, LONG = 0.01, 60.0

name: contextvars.ContextVar[str] = contextvars.ContextVar("name")


def test_a_call_returns_what_it_returns_and_raises_what_it_raises():
    assert wait_within(LONG, lambda: "answer") == "answer"
    assert wait_within(LONG, lambda: None) is None
    with pytest.raises(KeyError, match="missing"):
        wait_within(LONG, lambda: {"name": 1}["missing"])


def test_a_call_that_takes_too_long_is_given_up_and_its_result_discarded():
    may_go_on, was_discarded = threading.Event(), threading.Event()
    discarded: list[str] = []

    def call() -> str:
        assert may_go_on.wait(LONG)
        return "too late"

    def discard(result: str) -> None:
        discarded.append(result)
        was_discarded.set()

    with pytest.raises(TimeoutError):
        wait_within(SOON, call, discard=discard)
    may_go_on.set()
    assert was_discarded.wait(LONG)
    assert discarded == ["too late"]


def test_a_limit_that_is_over_waits_for_nothing():
    may_go_on = threading.Event()
    with pytest.raises(TimeoutError):
        wait_within(-1.0, lambda: may_go_on.wait(LONG))
    may_go_on.set()


def test_a_call_sees_the_context_of_its_caller():
    name.set("of the caller")
    assert wait_within(LONG, name.get) == "of the caller"


def test_one_thread_makes_one_call_after_the_other(monkeypatch):
    monkeypatch.setattr(waiting, "_free", [])
    threads = {wait_within(LONG, threading.get_ident) for _ in range(50)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_thread_whose_call_was_given_up_takes_no_other_until_it_has_ended(monkeypatch):
    monkeypatch.setattr(waiting, "_free", [])
    may_go_on = threading.Event()
    with pytest.raises(TimeoutError):
        wait_within(SOON, lambda: may_go_on.wait(LONG))
    assert wait_within(LONG, lambda: "answer") == "answer"
    may_go_on.set()


def test_calls_may_be_made_side_by_side_and_in_each_other():
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: wait_within(LONG, lambda: wait_within(LONG, lambda: number)), range(200)))
    assert found == list(range(200))


def test_a_thread_without_calls_ends(monkeypatch):
    monkeypatch.setattr(waiting, "_free", [])
    monkeypatch.setattr(waiting, "IDLE_SECONDS", SOON)
    thread = wait_within(LONG, threading.current_thread)
    thread.join(LONG)
    assert not thread.is_alive()
    assert waiting._free == []
    assert wait_within(LONG, lambda: "answer") == "answer"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_starts_its_own_threads():
    wait_within(LONG, lambda: None)
    child = os.fork()
    if child == 0:
        os._exit(0 if wait_within(LONG, lambda: "answer") == "answer" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_time_limit_inside_another_one_does_not_make_it_longer():
    with waiting.time_limit(5):
        with waiting.time_limit(60):
            inside = waiting.remaining_seconds()
        with waiting.time_limit(1):
            shorter = waiting.remaining_seconds()
        after = waiting.remaining_seconds()
    assert inside is not None
    assert shorter is not None
    assert after is not None
    assert shorter <= 1 < inside <= 5
    assert 1 < after <= 5
    assert waiting.remaining_seconds() is None
