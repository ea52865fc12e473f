"""How we measure: CPU time, not wall time; the median of interleaved runs; a calibration loop beside it."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import event

from lms.kernel.database import Database

RUNS = 5
QUIET_MS = 0.85
"""What the calibration loop takes on a quiet machine: a figure taken beside 1.7 is twice too large."""


def calibration() -> float:
    """CPU milliseconds of a fixed loop."""
    before = time.process_time()
    sum(k * k for k in range(20_000))
    return (time.process_time() - before) * 1000


@dataclass
class Page:
    """What one page costs."""

    name: str
    cpu_ms: float
    queries: int
    kilobytes: float
    """Gzipped, as it travels."""
    beside: float
    """The calibration loop, in the same minutes."""

    def line(self) -> str:
        """One line of the table."""
        return f"  {self.name:34} {self.cpu_ms:8.2f} ms  {self.queries:4d} queries  {self.kilobytes:7.1f} kB   (calibration {self.beside:.2f} ms)"


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while inside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def interleaved(acts: dict[str, Callable[[], object]], *, times: int) -> dict[str, tuple[float, float]]:
    """CPU milliseconds of each act and of the calibration beside it: medians over runs taken in turn."""
    found: dict[str, list[float]] = {name: [] for name in acts}
    beside: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _run in range(RUNS):
        for name, act in acts.items():
            beside[name].append(calibration())
            before = time.process_time()
            for _ in range(times):
                act()
            found[name].append((time.process_time() - before) * 1000 / times)
    return {name: (statistics.median(found[name]), statistics.median(beside[name])) for name in acts}


def pages(database: Database, acts: dict[str, Callable[[], bytes]], *, times: int = 20) -> list[Page]:
    """Each act answers a page's bytes."""
    timed = interleaved(acts, times=times)  # type: ignore[arg-type]
    rows = []
    for name, act in acts.items():
        with counted(database) as sent:
            body = act()
        cpu, beside = timed[name]
        rows.append(Page(name, cpu, len(sent), len(gzip.compress(body)) / 1000, beside))
    return rows


def get(client: FlaskClient, address: str) -> Callable[[], bytes]:
    """An act: look at a page that must be there."""

    def act() -> bytes:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return answer.data

    return act
