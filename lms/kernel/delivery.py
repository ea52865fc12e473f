"""Events on their way to the plugins that react to them; what keeps failing is set aside, where it is seen and tried again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from lms.contract.types import Right, Role, Scope
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.kernel.jobs import FAILED, WAITING, JobRow, wake_after_commit
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants

log = logging.getLogger(__name__)
BATCH = 100
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""How long a failed event waits before each further try; after the last one it is set aside."""
MAX_TRIES = len(PAUSES) + 1
RETRY_WORK = Right(
    "kernel:work:retry",
    mark("Relancer ce que la plateforme n'a pas réussi à faire"),
    Scope.ORGANISATION,
    frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Work of one kind that nobody tries any more: how often, why, since when."""

    kind: str
    fault: str
    count: int
    since: datetime


def deliver_events(platform: Platform) -> None:
    """Hand committed events to the plugins that react; each in its own transaction, so one failure holds up no other."""
    while rows := _due(platform):
        for row in rows:
            deliver(platform, row.id, row.organisation_id)
        if len(rows) < BATCH:
            return


def _due(platform: Platform) -> Sequence[Any]:
    is_due = EventRow.due_at.is_(None) | (EventRow.due_at <= platform.clock())
    with platform.database.read_session() as session, across_tenants(session, "deliver events"):
        return session.execute(
            select(EventRow.id, EventRow.organisation_id)
            .where(EventRow.delivered_at.is_(None), EventRow.tries < MAX_TRIES, is_due)
            .order_by(EventRow.id)
            .limit(BATCH)
        ).all()


def deliver(platform: Platform, event_id: int, organisation_id: int) -> None:
    """Hand one event over, once: whoever holds it at this moment, or has delivered it, leaves nothing to do."""
    try:
        with platform.writing(organisation_id) as ctx:
            waiting = select(EventRow).where(EventRow.id == event_id, EventRow.delivered_at.is_(None))
            event = ctx.session.scalar(waiting.with_for_update(skip_locked=True))
            if event is not None:
                platform.registry.tell(ctx, event)
                ctx.session.execute(update(EventRow).where(EventRow.id == event_id).values(delivered_at=ctx.now))
    except Exception as failure:
        log.exception("event %s was not delivered", event_id)
        _postpone(platform, event_id, organisation_id, type(failure).__name__)


def _postpone(platform: Platform, event_id: int, organisation_id: int, fault: str) -> None:
    with platform.writing(organisation_id) as ctx:
        event = ctx.session.get_one(EventRow, event_id)
        event.tries, event.fault = event.tries + 1, fault[:60]
        event.due_at = ctx.now + PAUSES[event.tries - 1] if event.tries < MAX_TRIES else None


def events_set_aside(ctx: Context) -> list[SetAside]:
    """The organisation's events that nobody tries any more, by type and fault."""
    ctx.require(RETRY_WORK)
    found = select(EventRow.type, EventRow.fault, func.count(), func.min(EventRow.at)).where(*_EVENT_SET_ASIDE)
    rows = ctx.session.execute(found.group_by(EventRow.type, EventRow.fault).order_by(EventRow.type, EventRow.fault))
    return [SetAside(*row) for row in rows]


def jobs_set_aside(ctx: Context) -> list[SetAside]:
    """The platform's own work in the organisation, such as letters, that has failed; people's own is theirs to start again."""
    ctx.require(RETRY_WORK)
    found = select(JobRow.kind, JobRow.message, func.count(), func.min(JobRow.created_at)).where(*_JOB_SET_ASIDE)
    rows = ctx.session.execute(found.group_by(JobRow.kind, JobRow.message).order_by(JobRow.kind, JobRow.message))
    return [SetAside(*row) for row in rows]


def retry_work(ctx: Context) -> None:
    """Try again, from the first try, all that was set aside in the organisation."""
    ctx.require(RETRY_WORK)
    ctx.session.execute(update(EventRow).where(*_EVENT_SET_ASIDE).values(tries=0, due_at=None))
    ctx.session.execute(
        update(JobRow).where(*_JOB_SET_ASIDE).values(state=WAITING, tries=0, due_at=None, ended_at=None)
    )
    wake_after_commit(ctx.session)


_EVENT_SET_ASIDE = (EventRow.delivered_at.is_(None), EventRow.tries >= MAX_TRIES)
_JOB_SET_ASIDE = (JobRow.state == FAILED, JobRow.owner_id.is_(None))
