"""Reads of the ledger for the pages that say why."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from lms.kernel.context import Context
from lms.xapi.data import Trace
from lms.xapi.models import StatementRow
from lms.xapi.telling import trace_of

MOST_TRACES = 500


def traces(
    ctx: Context,
    *,
    membership_id: int | None = None,
    registration: str | None = None,
    activity: str | None = None,
    statement_ids: Collection[str] | None = None,
    with_voided: bool = False,
) -> list[Trace]:
    """What was said of a person, under a registration, of an activity, or under these ids: oldest first, 500 at most.

    The caller has checked the right to read of this person.
    """
    given = {
        StatementRow.membership_id: membership_id,
        StatementRow.registration: registration,
        StatementRow.activity: activity,
    }
    query = _TRACES.where(*(column == value for column, value in given.items() if value is not None))
    if statement_ids is not None:
        query = query.where(StatementRow.statement_id.in_(sorted(statement_ids)))
    if not with_voided:
        query = query.where(StatementRow.voided_by.is_(None))
    rows = ctx.session.execute(query.order_by(StatementRow.occurred_at, StatementRow.id).limit(MOST_TRACES))
    return [trace_of(ctx, row) for row in rows]


_TRACES = select(
    StatementRow.statement_id,
    StatementRow.verb,
    StatementRow.activity,
    StatementRow.occurred_at,
    StatementRow.source,
    StatementRow.scaled,
    StatementRow.success,
    StatementRow.seconds,
    StatementRow.voided_by,
    StatementRow.raw,
).where(StatementRow.erased_at.is_(None))
