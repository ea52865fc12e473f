"""Long work: a row that its owner can look at, and a queue that wakes the worker.

The row is the truth; the queue (huey) only carries ids, so a lost queue loses nothing: the worker sweeps the rows at
start and every minute. A job writes in short transactions, saves its cursor, can be cancelled, and resumes after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huey import Huey, MemoryHuey, PostgresHuey, SqliteHuey
from sqlalchemy import ForeignKey, Index, String, event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kernel.context import Context
from lms.kernel.database import Base, Database, Keyed, TenantSession
from lms.kernel.files import FileRow
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import OrganisationOwned, across_tenants

log = logging.getLogger(__name__)
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
RESULT_LIVES = timedelta(days=7)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0, 2, 15, 60))
"""How long work that the disk or the network has cut waits before each further try."""
MAX_TRIES = len(PAUSES) + 1
LEASE = timedelta(minutes=15)
"""A job that has said nothing for so long has lost its worker, on whatever machine that was."""


class JobRow(OrganisationOwned, Keyed, Base):
    """One piece of long work."""

    __tablename__ = "kernel_job"
    __retention__ = "technical"
    __table_args__ = (Index(None, "key", unique=True), Index(None, "state"))

    owner_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[dict[str, Any] | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """Not to be taken before; while it runs: the end of its lease."""
    message: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey(FileRow.id))
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class JobCancelled(Exception):
    """The owner asked to stop; what was written so far stays consistent."""


@dataclass
class RunningJob:
    """What a job's code holds: its arguments, its cursor, and how to say where it stands."""

    platform: Platform
    id: int
    organisation_id: int
    owner_id: int | None
    arguments: Mapping[str, Any]
    cursor: Mapping[str, Any]

    def save(self, *, done: int, total: int, cursor: Mapping[str, Any] | None = None) -> None:
        """Show progress and keep the cursor, in a transaction of its own; raises `JobCancelled` when asked to stop."""
        with self.platform.database.writing(self.organisation_id) as session:
            row = session.get_one(JobRow, self.id)
            if row.cancel_asked:
                raise JobCancelled
            row.done, row.total, row.due_at = done, total, self.platform.clock() + LEASE
            if cursor is not None:
                row.cursor = dict(cursor)

    def finish(self, ctx: Context, *, file_id: int | None = None, **result: Any) -> None:
        """Give the result, in the caller's transaction."""
        row = ctx.session.get_one(JobRow, self.id)
        row.file_id, row.result = file_id, result


def start_job(ctx: Context, kind: str, arguments: Mapping[str, Any], *, due_at: datetime | None = None) -> JobRow:
    """Write a job down; it starts when this transaction has committed, or at `due_at`."""
    if kind not in ctx.registry.job_kinds:
        raise KeyError(kind)
    row = JobRow(
        organisation_id=ctx.here.id,
        owner_id=ctx.actor.membership_id if ctx.actor else None,
        kind=kind,
        arguments=dict(arguments),
        due_at=due_at,
        created_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    wake_after_commit(ctx.session)
    return row


def own_job(ctx: Context, key: str) -> JobRow:
    """A job by its key, for its owner only."""
    owner = ctx.actor.membership_id if ctx.actor else None
    row = ctx.session.scalar(select(JobRow).where(JobRow.key == key, JobRow.owner_id == owner))
    if row is None:
        raise NotFound
    return row


def cancel_job(ctx: Context, key: str) -> None:
    """Ask a job to stop at its next step."""
    row = own_job(ctx, key)
    row.cancel_asked = True
    if row.state == WAITING:
        row.state, row.ended_at = CANCELLED, ctx.now


def make_queue(database: Database, data_dir: Any, *, immediate: bool = False) -> Huey:
    """The queue beside the database: SQLite on one machine, PostgreSQL where there are several."""
    if immediate:
        return MemoryHuey("lms", immediate=True)
    if database.is_sqlite:
        return SqliteHuey("lms", filename=str(data_dir / "queue.db"), fsync=False)
    return PostgresHuey("lms", dsn=database.url.replace("postgresql+psycopg://", "postgresql://"))


def wake_after_commit(session: TenantSession) -> None:
    """Wake the worker once this transaction has committed."""
    session.info["wake"] = True


_wakers: list[tuple[Callable[[], None], Callable[[], object]]] = []


def on_wake(wake: Callable[[], None], close: Callable[[], object] = lambda: None) -> None:
    """Set what wakes the worker (one per process) and how it gives its connection back, as the one before does now."""
    forget_waker()
    _wakers.append((wake, close))


def forget_waker() -> None:
    """Wake nobody any more, and give the connection to the queue back."""
    while _wakers:
        _wake, close = _wakers.pop()
        close()


@event.listens_for(TenantSession, "after_commit")
def _after_commit(session: Session) -> None:
    if session.info.pop("wake", False):
        for wake, _close in _wakers:
            try:
                wake()
            except Exception:  # noqa: BLE001 - the row is written; the sweep will find it
                log.warning("the queue could not be woken; the sweep will start the job")


def sweep(platform: Platform) -> None:
    """Run every job that waits, oldest first, one at a time."""
    while (found := _take(platform)) is not None:
        _run(platform, *found)


def recover(platform: Platform) -> None:
    """At the worker's start: what was running when the last one died waits again.

    With PostgreSQL another machine's worker may be at it: its lease says so.
    """
    if not platform.database.is_sqlite:
        return
    with platform.database.writing() as session, across_tenants(session, "recover jobs"):
        session.execute(update(JobRow).where(JobRow.state == RUNNING).values(due_at=platform.clock()))


def _take(platform: Platform) -> tuple[int, int] | None:
    now = platform.clock()
    is_waiting = (JobRow.state == WAITING) & (JobRow.due_at.is_(None) | (JobRow.due_at <= now))
    is_lost = (JobRow.state == RUNNING) & (JobRow.due_at <= now)
    query = select(JobRow).where(is_waiting | is_lost).order_by(JobRow.id).limit(1).with_for_update(skip_locked=True)
    with platform.database.writing() as session, across_tenants(session, "take a job"):
        while (row := session.scalar(query)) is not None:
            if row.tries < MAX_TRIES:
                row.state, row.tries, row.due_at = RUNNING, row.tries + 1, now + LEASE
                return row.id, row.organisation_id
            # Each try has taken the worker with it: it would go on for ever, before everyone else's work.
            row.state, row.message, row.ended_at = FAILED, "WorkerLost", now
            session.flush()
    return None


def _run(platform: Platform, job_id: int, organisation_id: int) -> None:
    with platform.database.read_session(organisation_id) as session:
        row = session.get_one(JobRow, job_id)
        job = RunningJob(platform, row.id, organisation_id, row.owner_id, row.arguments, row.cursor or {})
        kind, tries = row.kind, row.tries
    state, message, due_at = DONE, "", None
    try:
        platform.registry.job_kinds[kind].run(platform, job)
    except JobCancelled:
        state = CANCELLED
    except Exception as failure:
        log.exception("job %s failed", job_id)
        state, message = FAILED, type(failure).__name__
        if tries < MAX_TRIES and isinstance(failure, OSError):
            state, due_at = WAITING, platform.clock() + PAUSES[tries - 1]
    with platform.database.writing(organisation_id) as session:
        row = session.get_one(JobRow, job_id)
        row.state, row.message, row.due_at, row.ended_at = state, message, due_at, platform.clock()
