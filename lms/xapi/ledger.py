"""The ledger: statements are appended, never changed; a wrong one is voided."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.api import lock_memberships
from lms.contract.types import LedgerEntry, Source
from lms.kernel.context import Context
from lms.xapi.data import NewStatement, Said
from lms.xapi.figures import refold_after
from lms.xapi.models import StatementRow
from lms.xapi.naming import note_names
from lms.xapi.statements import build

_COLUMNS = [getattr(StatementRow, field.name).label(field.name) for field in fields(LedgerEntry)]
_OWN = tuple(field.name for field in fields(NewStatement) if field.name not in ("refers", "mentions", "attachments"))
_values_of = attrgetter(*_OWN)
_CHUNK = 500
MANY = 10
"""From so many statements at once on, SQLite is written to in another way."""
# Core inserts: the mapped class would cost as much again per row.
_INSERTS = {
    is_sqlite: dialect.insert(StatementRow.__table__)
    .on_conflict_do_nothing(index_elements=["organisation_id", "statement_id"])
    .returning(StatementRow.__table__.c.statement_id, StatementRow.__table__.c.id)
    for is_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_INSERT_MANY = insert(StatementRow.__table__)  # type: ignore[arg-type]
_ROW_IDS = select(StatementRow.statement_id, StatementRow.id).where(
    StatementRow.statement_id.in_(bindparam("ids", expanding=True))
)
_VALID = select(*_COLUMNS).where(StatementRow.voided_by.is_(None), StatementRow.erased_at.is_(None))
_OF_PAIRS = {
    owner: _VALID.where(
        getattr(StatementRow, owner).in_(bindparam("owners", expanding=True)),
        StatementRow.activity.in_(bindparam("activities", expanding=True)),
    ).order_by(StatementRow.id)
    for owner in ("registration", "membership_id")
}
_BY_STATEMENT_ID = _VALID.where(StatementRow.statement_id.in_(bindparam("ids", expanding=True)))
_VOIDING = select(StatementRow.statement_id, StatementRow.voids, StatementRow.source).where(
    StatementRow.voids.in_(bindparam("ids", expanding=True)), StatementRow.voids.is_not(None)
)


def record(ctx: Context, said: Iterable[Said]) -> int:
    """Record what was said, in this transaction, and compute the figures it touches. Returns how many were new."""
    stored = ctx.now
    return append(ctx, [build(one, prefix=ctx.iri_prefix, stored=stored) for one in said])


def record_without_person(ctx: Context, said: Iterable[Said], *, day: datetime) -> int:
    """Record what a group said, stored to the day: the hour would tell who was there. Returns how many were new."""
    return len(enter(ctx, [build(one, prefix=ctx.iri_prefix, stored=day) for one in said], stored=day))


def append(ctx: Context, statements: Sequence[NewStatement]) -> int:
    """Append statements; those whose id is known already change nothing. Returns how many were new."""
    return len(enter(ctx, statements, stored=ctx.now))


def enter(
    ctx: Context, statements: Sequence[NewStatement], *, stored: datetime, inline: int | None = None
) -> frozenset[str]:
    """As `append`, with the moment that the statements' own bytes give; returns the ids of those that were new.

    `inline`: when more figures than this are touched, they are left to the worker.
    """
    if not statements:
        return frozenset()
    # Before anything is read: two transactions of one person take turns, so neither folds without the other's statement.
    lock_memberships(ctx, {one.membership_id for one in statements if one.membership_id is not None})
    new = _insert(ctx, [_row(ctx.here.id, one, stored) for one in statements])
    added = [one for one in statements if one.statement_id in new]
    note_names(ctx, added, new, stored=stored)
    entries = [_entry(one, new[one.statement_id]) for one in added]
    entries += _void(ctx, {str(one.voids): (one.statement_id, one.source) for one in added if one.voids is not None})
    _void_late(ctx, [one.statement_id for one in added if one.source.startswith(Source.PARTNER)])
    if entries:
        refold_after(ctx, entries, most=inline)
    return frozenset(new)


def entries_of(ctx: Context, *where: Any, limit: int | None = None) -> list[LedgerEntry]:
    """The valid statements that fulfil these conditions on `StatementRow`, in order of storage."""
    query: Any = _VALID.where(*where).order_by(StatementRow.id).limit(limit)
    return [LedgerEntry(*row) for row in ctx.session.execute(query)]


def entries_of_pairs(ctx: Context, owner: str, pairs: Collection[tuple[Any, str]]) -> list[LedgerEntry]:
    """The valid statements of these (owner, activity IRI), and some more: `owner` is "registration" or "membership_id".

    Two lists in place of a list of pairs, for which SQLite has no index: the caller leaves aside what is found too much.
    """
    if not pairs:
        return []
    which = {"owners": sorted({pair[0] for pair in pairs}), "activities": sorted({pair[1] for pair in pairs})}
    return [LedgerEntry(*row) for row in ctx.session.execute(_OF_PAIRS[owner], which)]


def _insert(ctx: Context, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Insert those that are new; returns the row of each of these, by statement id."""
    is_sqlite = bool(ctx.session.info.get("is_sqlite"))
    if not is_sqlite or len(rows) < MANY:
        return {row[0]: row[1] for row in ctx.session.execute(_INSERTS[is_sqlite], rows)}
    # There is one writer: looking up what is known, and then the new rows, takes half the time of RETURNING.
    ids = [row["statement_id"] for row in rows]
    known = _row_ids(ctx, ids)
    added = list({row["statement_id"]: row for row in reversed(rows) if row["statement_id"] not in known}.values())
    if not added:
        return {}
    ctx.session.execute(_INSERT_MANY, added[::-1])
    return {name: row_id for name, row_id in _row_ids(ctx, ids).items() if name not in known}


def _row_ids(ctx: Context, names: Sequence[str]) -> dict[str, int]:
    chunks = (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
    return {row.statement_id: row.id for chunk in chunks for row in ctx.session.execute(_ROW_IDS, {"ids": chunk})}


def _row(organisation_id: int, one: NewStatement, stored: datetime) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    row: dict[str, Any] = dict(zip(_OWN, _values_of(one), strict=True))
    row["organisation_id"] = organisation_id
    row["stored"] = stored
    row["salt"] = salt
    row["leaf"] = hashlib.sha256(b"\x00" + salt + one.raw.encode()).digest()
    return row


def _entry(one: NewStatement, row_id: int) -> LedgerEntry:
    return LedgerEntry(
        id=row_id,
        verb=one.verb,
        activity=one.activity,
        registration=one.registration,
        membership_id=one.membership_id,
        occurred_at=one.occurred_at,
        source=one.source,
        success=one.success,
        completion=one.completion,
        scaled=one.scaled,
        seconds=one.seconds,
        attempt=one.attempt,
        instructor_id=one.instructor_id,
        statement_id=one.statement_id,
    )


def may_void(voiding: str, target: str) -> bool:
    """Whether a source may void what another said: the server and staff anything, a partner its own, nobody else."""
    return voiding in (Source.SERVER, Source.STAFF) or (voiding.startswith(Source.PARTNER) and voiding == target)


def _void(ctx: Context, targets: Mapping[str, tuple[str, str]]) -> list[LedgerEntry]:
    """Void targets (id → the voiding statement's id and source). A voiding statement cannot be voided (2.3.2)."""
    found: list[LedgerEntry] = []
    names = sorted(targets)
    for start in range(0, len(names), _CHUNK):
        rows = ctx.session.execute(_BY_STATEMENT_ID, {"ids": names[start : start + _CHUNK]})
        found += [LedgerEntry(*row) for row in rows]
    voided = []
    for entry in found:
        voiding, source = targets[entry.statement_id]
        if may_void(source, entry.source) and not entry.verb.endswith("/voided"):
            _mark_voided(ctx, entry.statement_id, voiding)
            voided.append(entry)
    return voided


def _void_late(ctx: Context, names: Sequence[str]) -> None:
    """A partner's statement that arrives after the one that voids it is void: the order of arrival tells nothing."""
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        voiding = {row.voids: (row.statement_id, row.source) for row in ctx.session.execute(_VOIDING, {"ids": chunk})}
        if voiding:
            _void(ctx, voiding)


def _mark_voided(ctx: Context, name: str, voiding: str) -> None:
    ctx.session.execute(
        update(StatementRow)
        .where(StatementRow.statement_id == name, StatementRow.voided_by.is_(None))
        .values(voided_by=voiding),
        execution_options={"synchronize_session": False},
    )
