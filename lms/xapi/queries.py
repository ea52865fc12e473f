"""Reads of the ledger: for machines at `/xapi/`, and for the pages that say why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, select, tuple_

from lms.kernel.context import Context
from lms.kernel.database import is_settled
from lms.kernel.rights import NotFound
from lms.xapi.data import Filter, Trace
from lms.xapi.models import StatementRow
from lms.xapi.telling import trace_of

MOST_TRACES = 500
_ONE = select(StatementRow.raw, StatementRow.stored, StatementRow.voided_by).where(
    StatementRow.statement_id == bindparam("statement_id"), StatementRow.erased_at.is_(None)
)
_PAGE = select(StatementRow.raw, StatementRow.statement_id, StatementRow.stored, StatementRow.id).where(
    StatementRow.voided_by.is_(None), StatementRow.erased_at.is_(None)
)
_PLACE = select(StatementRow.stored, StatementRow.id).where(StatementRow.statement_id == bindparam("after"))


def statement_by_id(ctx: Context, statement_id: str, *, voided: bool = False) -> tuple[str, datetime]:
    """The bytes of a statement and when it was stored, or `NotFound`; voided ones only when they are asked for."""
    row = ctx.session.execute(_ONE, {"statement_id": statement_id}).one_or_none()
    if row is None or (row.voided_by is not None) != voided:
        raise NotFound(f"statementId: no statement {statement_id}")
    return row.raw, row.stored


def matching_statements(ctx: Context, wanted: Filter) -> tuple[list[str], str | None]:
    """A page of statements as bytes, newest first unless `ascending`; and the id after which the next page begins."""
    given = {name: value for name in _CONDITIONS if (value := getattr(wanted, name, None)) is not None}
    if wanted.after is not None:
        place = ctx.session.execute(_PLACE, {"after": wanted.after}).one_or_none()
        if place is None:
            raise NotFound("more: this address leads nowhere any more")
        given["moment"], given["row_id"] = place
    rows = _rows(ctx, wanted, given)
    if wanted.agent is not None:
        # Who it is about, beside who did it (2.1.3): two queries that each have their index.
        about = {name: value for name, value in given.items() if name != "agent"}
        rows |= _rows(ctx, wanted, {**about, "about": f"agent:{wanted.agent}"[:500]})
    page = sorted(rows.items(), reverse=not wanted.ascending)
    following = page[wanted.limit - 1][1].statement_id if len(page) > wanted.limit else None
    return [row.raw for _place, row in page[: wanted.limit]], following


def _rows(ctx: Context, wanted: Filter, given: dict[str, Any]) -> dict[tuple[datetime, int], Any]:
    query = _page(frozenset(given), wanted.ascending, bool(ctx.session.info.get("is_sqlite")))
    rows = ctx.session.execute(query, {**given, "most": wanted.limit + 1})
    return {(row.stored, row.id): row for row in rows}


_CONDITIONS: dict[str, Any] = {
    "agent": StatementRow.actor == bindparam("agent"),
    "about": StatementRow.activity == bindparam("about"),
    "verb": StatementRow.verb == bindparam("verb"),
    "activity": StatementRow.activity == bindparam("activity"),
    # The second half is true of all, and makes SQLite choose the index of registrations.
    "registration": and_(StatementRow.registration == bindparam("registration"), StatementRow.activity > ""),
    "since": StatementRow.stored > bindparam("since"),
    "until": StatementRow.stored <= bindparam("until"),
}


@cache
def _page(given: frozenset[str], ascending: bool, is_sqlite: bool) -> Any:  # noqa: FBT001 - a key of the cache
    """The query for these conditions, made once."""
    query: Any = _PAGE.where(*(condition for name, condition in _CONDITIONS.items() if name in given))
    if "since" in given and not is_sqlite:
        query = query.where(is_settled(StatementRow))
    here = tuple_(StatementRow.stored, StatementRow.id)
    if "row_id" in given:
        place = tuple_(
            bindparam("moment", type_=StatementRow.stored.type), bindparam("row_id", type_=StatementRow.id.type)
        )
        query = query.where(here > place if ascending else here < place)
    order = (StatementRow.stored, StatementRow.id)
    return query.order_by(*(order if ascending else (one.desc() for one in order))).limit(bindparam("most"))


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
