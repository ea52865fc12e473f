"""Long work: progress, cancelling, resuming after a crash; events reach their handlers."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import select

from lms.contract.types import JobKind
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.delivery import MAX_TRIES, deliver, deliver_events, events_set_aside, jobs_set_aside, retry_work
from lms.kernel.events import Event, EventRow
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden
from lms.kernel.worker import WatchedWorker, wake_from


@dataclass(frozen=True, slots=True)
class SomethingHappened(Event):
    type: ClassVar[str] = "test.something_happened"
    thing_id: int


class Bench:
    """A job of three steps that may fail or be cut."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.fail_at: int | None = None
        self.always = False
        self.begun = 0

    def run(self, platform: Platform, job: jobs.RunningJob) -> None:
        self.begun += 1
        if self.always:
            raise OSError("no network")
        for step in range(int(job.cursor.get("step", 0)), 3):
            if step == self.fail_at:
                self.fail_at = None
                raise OSError("interrupted")
            self.steps.append(step)
            job.save(done=step + 1, total=3, cursor={"step": step + 1})


@pytest.fixture
def bench(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Bench:
    found = Bench()
    kinds = {**platform.registry.job_kinds, "test": JobKind("test", "Essai", found.run)}
    monkeypatch.setattr(platform, "registry", replace(platform.registry, job_kinds=kinds))
    return found


def start(acting: Callable[[str], Context]) -> str:
    ctx = acting("trainer")
    key = jobs.start_job(ctx, "test", {}).key
    ctx.session.commit()
    return key


def state_of(acting: Callable[[str], Context], key: str) -> jobs.JobRow:
    ctx = acting("trainer")
    row = jobs.own_job(ctx, key)
    ctx.session.expunge(row)
    ctx.session.rollback()
    return row


def test_a_job_runs_to_its_end_and_says_so(bench: Bench, acting, platform: Platform) -> None:
    key = start(acting)
    jobs.sweep(platform)
    row = state_of(acting, key)
    assert (row.state, row.done, row.total) == (jobs.DONE, 3, 3)


def test_a_job_that_is_cut_resumes_at_its_cursor(bench: Bench, acting, platform: Platform) -> None:
    key = start(acting)
    bench.fail_at = 1
    jobs.sweep(platform)
    assert bench.steps == [0, 1, 2]
    assert state_of(acting, key).state == jobs.DONE


def test_a_job_whose_worker_died_waits_again(bench: Bench, acting, platform: Platform, clock) -> None:
    key = start(acting)
    assert jobs._take(platform) is not None
    assert state_of(acting, key).state == jobs.RUNNING
    jobs.recover(platform)
    clock.forward(minutes=15)  # with PostgreSQL, nobody knows that it has died
    jobs.sweep(platform)
    assert state_of(acting, key).state == jobs.DONE


def test_a_job_that_takes_its_worker_with_it_is_given_up(bench: Bench, acting, platform: Platform, clock) -> None:
    key, other = start(acting), start(acting)
    for _life in range(jobs.MAX_TRIES):
        assert jobs._take(platform) is not None
        clock.forward(hours=1)
    jobs.sweep(platform)
    row = state_of(acting, key)
    assert (row.state, row.message) == (jobs.FAILED, "WorkerLost")
    assert state_of(acting, other).state == jobs.DONE


def test_a_worker_that_starts_leaves_another_machines_job_alone(
    bench: Bench, acting, platform: Platform, clock
) -> None:
    """SQLite knows one machine: there, what was running is lost, and taken again at once."""
    key = start(acting)
    assert jobs._take(platform) is not None
    clock.forward(minutes=10)
    jobs.recover(platform)
    assert (jobs._take(platform) is not None) == platform.database.is_sqlite
    clock.forward(minutes=20)
    jobs.sweep(platform)
    assert state_of(acting, key).state == jobs.DONE


def test_a_job_can_be_cancelled_before_it_starts(bench: Bench, acting, platform: Platform) -> None:
    key = start(acting)
    ctx = acting("trainer")
    jobs.cancel_job(ctx, key)
    ctx.session.commit()
    jobs.sweep(platform)
    assert bench.steps == []
    assert state_of(acting, key).state == jobs.CANCELLED


def test_somebody_elses_job_is_not_found(bench: Bench, acting) -> None:
    key = start(acting)
    with pytest.raises(jobs.NotFound):
        jobs.own_job(acting("manager"), key)
    with pytest.raises(jobs.NotFound):
        jobs.own_job(acting("other_trainer"), key)


def test_an_event_is_delivered_once_it_is_committed(acting, platform: Platform, monkeypatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(type(platform.registry), "tell", lambda self, ctx, event: heard.append(event.type))
    deliver_events(platform)  # what making the world told
    heard.clear()
    lost = acting("trainer")
    lost.tell(SomethingHappened(1))
    lost.session.flush()
    lost.session.rollback()
    kept = acting("trainer")
    kept.tell(SomethingHappened(2))
    kept.session.commit()
    deliver_events(platform)
    deliver_events(platform)
    assert heard == ["test.something_happened"]


def test_a_handler_that_fails_holds_up_no_other_event(acting, platform: Platform, monkeypatch) -> None:
    heard: list[int] = []

    def tell(_self: object, _ctx: Context, event: EventRow) -> None:
        if event.data.get("thing_id", 0) == 1:
            raise RuntimeError("this one fails")
        heard.extend([event.data["thing_id"]] if event.type == SomethingHappened.type else [])

    monkeypatch.setattr(type(platform.registry), "tell", tell)
    ctx = acting("trainer")
    ctx.tell(SomethingHappened(1))
    ctx.tell(SomethingHappened(2))
    ctx.session.commit()
    deliver_events(platform)
    waiting = acting("trainer").session.scalars(select(EventRow).where(EventRow.delivered_at.is_(None))).all()
    assert heard == [2]
    assert [row.data["thing_id"] for row in waiting] == [1]


@pytest.fixture
def told(acting, platform: Platform, monkeypatch) -> Callable[..., None]:
    """Tell some events; the first fails for as long as the returned set holds its number. `heard` says which were heard."""

    def tell(_self: object, _ctx: Context, event: EventRow) -> None:
        number = event.data.get("thing_id", 0)
        if number in told.failing:
            raise RuntimeError("this one fails")
        told.heard.extend([number] if event.type == SomethingHappened.type else [])

    def told(*numbers: int) -> None:
        ctx = acting("trainer")
        for number in numbers:
            ctx.tell(SomethingHappened(number))
        ctx.session.commit()

    told.failing, told.heard = set(), []
    monkeypatch.setattr(type(platform.registry), "tell", tell)
    return told


def test_an_event_that_fails_waits_longer_each_time_then_is_set_aside(acting, platform: Platform, told, clock) -> None:
    told.failing.add(1)
    told(1)
    tries = []
    for _minute in range(0, 60 * 24, 5):
        before = state(acting).tries
        deliver_events(platform)
        tries += [clock.now] if state(acting).tries > before else []
        clock.forward(minutes=5)
    waits = [(later - earlier).total_seconds() / 60 for earlier, later in itertools.pairwise(tries)]
    assert waits == [5, 5, 30, 120, 480]
    assert (state(acting).tries, state(acting).due_at, state(acting).fault) == (MAX_TRIES, None, "RuntimeError")
    assert told.heard == []


def state(acting) -> EventRow:
    ctx = acting("trainer")
    row = ctx.session.scalars(select(EventRow).where(EventRow.type == SomethingHappened.type)).one()
    ctx.session.expunge(row)
    ctx.session.rollback()
    return row


def test_many_failures_hold_up_no_later_event(platform: Platform, told) -> None:
    many = range(1, 151)
    told.failing.update(many)
    told(*many, 999)
    deliver_events(platform)
    assert told.heard == [999]


def test_leaders_see_what_was_set_aside_and_have_it_tried_again(acting, platform: Platform, told, clock) -> None:
    told.failing.add(1)
    told(1)
    for _day in range(MAX_TRIES):
        deliver_events(platform)
        clock.forward(days=1)
    with pytest.raises(Forbidden):
        events_set_aside(acting("trainer"))
    with pytest.raises(Forbidden):
        retry_work(acting("trainer"))
    assert events_set_aside(acting("other_manager")) == []
    ctx = acting("manager")
    assert [(one.kind, one.fault, one.count) for one in events_set_aside(ctx)] == [
        (SomethingHappened.type, "RuntimeError", 1)
    ]
    told.failing.clear()
    deliver_events(platform)
    assert told.heard == []
    retry_work(ctx)
    ctx.session.commit()
    deliver_events(platform)
    assert told.heard == [1]
    assert events_set_aside(acting("manager")) == []


def test_an_event_that_somebody_has_delivered_is_not_delivered_again(acting, platform: Platform, world, told) -> None:
    told(1)
    ctx = acting("trainer")
    event_id = ctx.session.scalars(select(EventRow.id).where(EventRow.type == SomethingHappened.type)).one()
    ctx.session.rollback()
    for _worker in range(2):
        deliver(platform, event_id, world.organisation)
    assert told.heard == [1]


def test_work_that_the_network_cuts_waits_and_is_given_up_in_the_end(
    bench: Bench, acting, platform: Platform, world, clock
) -> None:
    bench.always = True
    with platform.writing(world.organisation) as ctx:
        jobs.start_job(ctx, "test", {})
    begun = clock.now
    jobs.sweep(platform)
    assert bench.begun == 2  # once more at once, then it waits
    for _quarter in range(12):
        clock.forward(minutes=15)
        jobs.sweep(platform)
    assert bench.begun == jobs.MAX_TRIES
    found = jobs_set_aside(acting("manager"))
    assert [(one.kind, one.fault, one.count, one.since) for one in found] == [("test", "OSError", 1, begun)]
    bench.always = False
    ctx = acting("manager")
    retry_work(ctx)
    ctx.session.commit()
    jobs.sweep(platform)
    assert bench.steps == [0, 1, 2]
    assert jobs_set_aside(acting("manager")) == []


def test_another_application_gives_the_connection_to_the_queue_back(acting, platform: Platform) -> None:
    queue = wake_from(platform)
    ctx = acting("trainer")
    jobs.wake_after_commit(ctx.session)
    ctx.session.commit()
    assert queue.storage._conn is not None
    assert queue.pending_count() == 1
    wake_from(platform)
    assert queue.storage._conn is None
    jobs.forget_waker()


def test_the_worker_is_started_again_when_it_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "pids"
    program = f"import os,time;open({str(log)!r},'a').write(f'{{os.getpid()}}\\n');time.sleep(60)"
    watched = WatchedWorker([sys.executable, "-c", program])
    watched.start()
    try:
        first = wait_for(lambda: pids(log)[:1])[0]
        os.kill(first, signal.SIGKILL)
        second = wait_for(lambda: pids(log)[1:2])[0]
        assert second != first
    finally:
        watched.stop()
    assert subprocess.run(["ps", "-p", str(second)], capture_output=True, check=False).returncode != 0


def pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def wait_for(found: Callable[[], list[int]], seconds: float = 20) -> list[int]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen")
