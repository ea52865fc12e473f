"""What comes back in the process that serves pages."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from lms.contract.types import Schedule
from lms.kernel import worker
from lms.kernel.platform import Platform
from lms.kernel.worker import ServersWork


def with_schedules(platform: Platform, *schedules: Schedule) -> Platform:
    """The platform with these schedules and no other."""
    return replace(platform, registry=replace(platform.registry, schedules={one.name: one for one in schedules}))


def test_it_comes_back_in_the_server_and_once_more_when_that_stops(
    engine_name: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.01)
    ran, twice = [], threading.Event()

    def run(_platform: Platform) -> None:
        ran.append(threading.current_thread().name)
        if len(ran) == 2:
            twice.set()
        raise OSError("a failure does not end it")

    work = ServersWork(with_schedules(platform, Schedule("often", 0, run, in_server=True)))
    work.start()
    assert twice.wait(10)
    work.stop()
    assert ran[0] == "servers-work"
    assert ran[-1] == threading.current_thread().name


def test_what_belongs_to_the_worker_is_left_to_it(engine_name: str, platform: Platform) -> None:
    ran: list[str] = []
    others = with_schedules(platform, Schedule("worker", 0, lambda _platform: ran.append("worker")))
    work = ServersWork(others)
    work.start()
    work.stop()
    assert ran == []
