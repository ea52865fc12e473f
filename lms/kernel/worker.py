"""The worker: a child process that runs jobs, delivers events and does what comes back by itself (huey carries the wake-ups)."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

from huey import Huey, crontab

from lms.contract.types import Schedule
from lms.kernel import jobs
from lms.kernel.delivery import deliver_events
from lms.kernel.parking import sweep
from lms.kernel.platform import Platform

log = logging.getLogger(__name__)
RESTART_SECONDS = 2.0
LOOK_SECONDS = 60.0


def wake_from(platform: Platform) -> Huey:
    """In any process that writes: wake the worker after a commit."""
    queue = jobs.make_queue(platform.database, platform.settings.data_dir)
    task = _tasks(platform, queue)
    jobs.on_wake(task, queue.storage.close)
    return queue


def run_worker(platform: Platform) -> None:
    """The worker's own loop; returns when it is told to stop."""
    jobs.recover(platform)
    queue = wake_from(platform)
    for schedule in platform.registry.schedules.values():
        if not schedule.in_server:
            _schedule(platform, queue, schedule.name, schedule.minutes, schedule.run)
    _schedule(platform, queue, "optimise", 24 * 60, lambda one: one.database.optimise())
    _schedule(platform, queue, "parked", 30, lambda one: sweep(one.settings.data_dir, one.clock()))
    _work(platform)
    queue.create_consumer(
        workers=max(1, platform.settings.workers), periodic=True, initial_delay=0.1, max_delay=1.0
    ).run()


def _tasks(platform: Platform, queue: Huey) -> Any:
    @queue.task(name="work")  # type: ignore[untyped-decorator]
    def work() -> None:
        _work(platform)

    @queue.periodic_task(crontab(), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        _work(platform)

    return work


def _schedule(platform: Platform, queue: Huey, name: str, minutes: int, run: Any) -> None:
    due = {"at": 0.0}

    @queue.periodic_task(crontab(), name=name)  # type: ignore[untyped-decorator]
    def come_back() -> None:
        if time.monotonic() >= due["at"]:
            due["at"] = time.monotonic() + minutes * 60 - 5
            run(platform)


def _work(platform: Platform) -> None:
    deliver_events(platform)
    for schedule in platform.registry.schedules.values():
        if schedule.on_wake:
            schedule.run(platform)
    jobs.sweep(platform)


class ServersWork:
    """What comes back in the process that serves pages, for what it keeps in memory: on a thread of its own."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._due = {
            one: time.monotonic() + one.minutes * 60 for one in platform.registry.schedules.values() if one.in_server
        }
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._come_back, name="servers-work", daemon=True)

    def start(self) -> None:
        """Begin to look, once a minute, what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Do all of it once more, and end."""
        self._stopping.set()
        self._thread.join(10)
        self._run(self._due)

    def _come_back(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            now = time.monotonic()
            ready = [one for one, at in self._due.items() if at <= now]
            self._due.update({one: now + one.minutes * 60 for one in ready})
            self._run(ready)

    def _run(self, schedules: Iterable[Schedule]) -> None:
        for one in schedules:
            try:
                one.run(self._platform)
            except Exception:
                log.exception("%s failed; it comes back", one.name)


class WatchedWorker:
    """The worker as a child of the server: started with it, restarted when it dies, stopped with it."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch-worker", daemon=True)

    def start(self) -> None:
        """Start the child and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the child and wait for it."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(10)
            except subprocess.TimeoutExpired:
                self._child.kill()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._child = subprocess.Popen(self._command, env={**os.environ})
            self._child.wait()
            if not self._stopping.is_set():
                log.warning("the worker ended with %s; it starts again", self._child.returncode)
                self._stopping.wait(RESTART_SECONDS)


def worker_command() -> list[str]:
    """How the server starts its worker."""
    return [sys.executable, "-m", "lms", "worker", "--parent", str(os.getpid())]
