"""What the seal reads of the ledger, and what pruning does to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, null, or_, select, update

from lms.contract.types import LedgerEntry, Source
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.media import forget_files
from lms.xapi.events import StatementsErased
from lms.xapi.ledger import entries_of
from lms.xapi.models import MentionRow, StatementRow
from lms.xapi.naming import forget_attachments
from lms.xapi.statements import thing_of

TABLE = StatementRow.__tablename__
FACTS = (
    "id",
    "statement_id",
    "stored",
    "verb",
    "activity",
    "registration",
    "membership_id",
    "actor",
    "timestamp",
    "occurred_at",
    "source",
    "authority",
    "scaled",
    "success",
    "completion",
    "seconds",
    "attempt",
    "instructor_id",
    "voids",
    "version",
)
"""The columns that folds and filters read, in the order in which they are sealed: never change this without a new format."""
_IS_PARTNERS = StatementRow.source.startswith(Source.PARTNER.value)
_OWNERS = case((_IS_PARTNERS, null()), else_=StatementRow.membership_id).label("membership_id")
"""Whose a partner's statement is may be said later, by staff: that is not what the partner said, and is not sealed."""
_FACTS = [_OWNERS if name == "membership_id" else getattr(StatementRow, name) for name in FACTS]
_SALTED = (StatementRow.salt, StatementRow.leaf, StatementRow.erased_at, StatementRow.closed_at)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ErasedRange:
    """Rows that were erased together, and the event that says so."""

    first: int
    last: int
    event_id: int
    at: datetime


def rows_to_seal(ctx: Context, *, after: int, until: int) -> Select[Any]:
    """A selectable of rows in order of storage: the columns of `FACTS` first, then salt, leaf, erased_at, closed_at."""
    found: Any = select(*_FACTS, *_SALTED).where(StatementRow.id > after, StatementRow.id <= until)
    return found.order_by(StatementRow.id)  # type: ignore[no-any-return]


def rows_to_verify(ctx: Context, *, after: int, until: int) -> Select[Any]:
    """The same with voided_by and raw."""
    found: Any = rows_to_seal(ctx, after=after, until=until).add_columns(StatementRow.voided_by, StatementRow.raw)
    return found  # type: ignore[no-any-return]


def last_row(ctx: Context) -> int:
    """The number of the ledger's last row; 0 when it is empty."""
    return ctx.session.scalar(select(func.max(StatementRow.id))) or 0


def rows_after(ctx: Context, row_id: int) -> int:
    """How many rows come after this one."""
    return ctx.session.scalar(select(func.count()).select_from(StatementRow).where(StatementRow.id > row_id)) or 0


def rows_named(ctx: Context, names: Sequence[str]) -> list[Any]:
    """Rows (id, statement_id, leaf, voids, voided_by, erased_at, verb, source) of these statement ids."""
    columns = (
        StatementRow.id,
        StatementRow.statement_id,
        StatementRow.leaf,
        StatementRow.voids,
        StatementRow.voided_by,
        StatementRow.erased_at,
        StatementRow.verb,
        StatementRow.source,
    )
    found: list[Any] = []
    for start in range(0, len(names), _CHUNK):
        query = select(*columns).where(StatementRow.statement_id.in_(names[start : start + _CHUNK]))
        found += ctx.session.execute(query).all()
    return found


def sealed_row(ctx: Context, statement_id: str) -> Any | None:
    """(id, statement_id, salt, leaf, raw, erased_at, closed_at) of one statement, or None."""
    columns = (StatementRow.id, StatementRow.statement_id, StatementRow.raw, *_SALTED)
    return ctx.session.execute(select(*columns).where(StatementRow.statement_id == statement_id)).one_or_none()


def rows_of_registration(ctx: Context, registration: str) -> Select[Any]:
    """A selectable (id, statement_id, salt, leaf, raw) of the statements that `raw_statements` gives, in the same order."""
    found: Any = select(
        StatementRow.id, StatementRow.statement_id, StatementRow.salt, StatementRow.leaf, StatementRow.raw
    ).where(
        StatementRow.registration == registration, StatementRow.erased_at.is_(None), StatementRow.closed_at.is_(None)
    )
    return found.order_by(StatementRow.id)  # type: ignore[no-any-return]


def erased_ranges(ctx: Context) -> list[ErasedRange]:
    """The rows that events say were erased, in order."""
    query = select(EventRow.id, EventRow.at, EventRow.data).where(EventRow.type == StatementsErased.type)
    found = [
        ErasedRange(first, last, row.id, row.at)
        for row in ctx.session.execute(query.order_by(EventRow.id))
        for first, last in ranges_in(row.data["rows"])
    ]
    return sorted(found, key=lambda one: (one.first, one.event_id))


def ranges_of(row_ids: Sequence[int]) -> str:
    """Numbers as text: "12-18,25"."""
    ordered = sorted(row_ids)
    starts = ordered[:1] + [after for before, after in pairwise(ordered) if after != before + 1]
    ends = [before for before, after in pairwise(ordered) if after != before + 1] + ordered[-1:]
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in zip(starts, ends, strict=True))


def ranges_in(text: str) -> Iterator[tuple[int, int]]:
    """The first and the last number of each range of such a text."""
    for part in filter(None, text.split(",")):
        first, _dash, last = part.partition("-")
        yield int(first), int(last or first)


# ------------------------------------------------------------------------------------------------------------- pruning


def closable_rows(
    ctx: Context, *, until: int, verb: str, course: str, before: datetime | None, after: int, limit: int
) -> list[int]:
    """Numbers of the sealed rows that a rule prunes, in order. `course`: the IRI of a course; "" and None ask for nothing."""
    tests: list[ColumnElement[bool]] = [
        StatementRow.id > after,
        StatementRow.id <= until,
        StatementRow.erased_at.is_(None),
        StatementRow.closed_at.is_(None),
    ]
    if verb:
        tests.append(StatementRow.verb == verb)
    if before is not None:
        tests.append(StatementRow.stored < before)
    if course:
        tests.append(_is_of_course(ctx, course))
    return list(ctx.session.scalars(select(StatementRow.id).where(*tests).order_by(StatementRow.id).limit(limit)))


def _is_of_course(ctx: Context, course: str) -> ColumnElement[bool]:
    """Statements whose parent is the course, and those whose parent is one of its activities (answers to single questions)."""
    named = select(MentionRow.statement).where(MentionRow.thing == thing_of("activity", course))
    activities = ctx.session.scalars(select(StatementRow.activity).where(StatementRow.id.in_(named)).distinct()).all()
    if not activities:
        return false()
    things = [thing_of("activity", iri) for iri in activities]
    parts = select(MentionRow.statement).where(MentionRow.thing.in_(things))
    return or_(StatementRow.activity.in_(activities), StatementRow.id.in_(named), StatementRow.id.in_(parts))


def entries_of_rows(ctx: Context, row_ids: Sequence[int]) -> list[LedgerEntry]:
    """The valid statements among these rows, as folds see them."""
    found: list[LedgerEntry] = []
    for start in range(0, len(row_ids), _CHUNK):
        found += entries_of(ctx, StatementRow.id.in_(row_ids[start : start + _CHUNK]))
    return found


def close_rows(ctx: Context, row_ids: Sequence[int]) -> None:
    """Let go of the bytes of these statements and of what came with them; the columns stay, and folds run on them as before."""
    for start in range(0, len(row_ids), _CHUNK):
        some = row_ids[start : start + _CHUNK]
        forget_files(ctx, forget_attachments(ctx, some))
        ctx.session.execute(
            update(StatementRow).where(StatementRow.id.in_(some)).values(raw="", closed_at=ctx.now),
            execution_options={"synchronize_session": False},
        )
