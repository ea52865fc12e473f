"""The ledger: statements are appended, never changed; a wrong one is voided."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Insert, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.api import lock_memberships
from lms.contract.types import LedgerEntry, Source
from lms.kernel.context import Context
from lms.xapi.data import NewStatement, Said
from lms.xapi.figures import refold_after
from lms.xapi.models import StatementRow
from lms.xapi.statements import build

_COLUMNS = [getattr(StatementRow, field.name).label(field.name) for field in fields(LedgerEntry)]
_OWN = [field.name for field in fields(NewStatement) if field.name != "voids"]


def record(ctx: Context, said: Iterable[Said]) -> int:
    """Record what was said, in this transaction, and compute the figures it touches. Returns how many were new."""
    stored = ctx.now
    return append(ctx, [build(one, prefix=ctx.iri_prefix, stored=stored) for one in said])


def append(ctx: Context, statements: Sequence[NewStatement]) -> int:
    """Append statements; those whose id is known already change nothing. Returns how many were new."""
    if not statements:
        return 0
    # Before anything is read: two transactions of one person take turns, so neither folds without the other's statement.
    lock_memberships(ctx, {one.membership_id for one in statements if one.membership_id is not None})
    stored = ctx.now
    rows = [_row(ctx.here.id, one, stored) for one in statements]
    new = set(ctx.session.scalars(_insert(ctx).returning(StatementRow.id), rows))
    entries = _entries(ctx, _BY_ID, sorted(new)) if new else []
    entries += _void(ctx, [one for one in statements if one.voids is not None], {entry.statement_id for entry in entries})
    if entries:
        refold_after(ctx, entries)
    return len(new)


_BY_ID = StatementRow.id
_CHUNK = 500


def entries_of(ctx: Context, *where: Any) -> list[LedgerEntry]:
    """The valid statements that fulfil these conditions on `StatementRow`, in order of storage."""
    rows = ctx.session.execute(_valid().where(*where).order_by(StatementRow.id))
    return [LedgerEntry(*row) for row in rows]


def _valid() -> Select[Any]:
    return select(*_COLUMNS).where(StatementRow.voided_by.is_(None))


def _entries(ctx: Context, column: Any, values: Sequence[Any]) -> list[LedgerEntry]:
    found: list[LedgerEntry] = []
    for start in range(0, len(values), _CHUNK):
        rows = ctx.session.execute(select(*_COLUMNS).where(column.in_(values[start : start + _CHUNK])))
        found += [LedgerEntry(*row) for row in rows]
    return found


def _row(organisation_id: int, one: NewStatement, stored: Any) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    return {
        **{name: getattr(one, name) for name in _OWN},
        "organisation_id": organisation_id,
        "stored": stored,
        "salt": salt,
        "leaf": hashlib.sha256(b"\x00" + salt + one.raw.encode()).digest(),
    }


def _insert(ctx: Context) -> Insert:
    dialect = sqlite if ctx.session.info.get("is_sqlite") else postgresql
    return dialect.insert(StatementRow).on_conflict_do_nothing(index_elements=["organisation_id", "statement_id"])


def _void(ctx: Context, voiding: Sequence[NewStatement], new: set[str]) -> list[LedgerEntry]:
    """Void the targets. Only the server and staff void what others said; a voiding statement cannot be voided (2.3.2)."""
    targets = {
        str(one.voids): one.statement_id
        for one in voiding
        if one.statement_id in new and one.source.split(":")[0] in (Source.SERVER, Source.STAFF, Source.PARTNER)
    }
    if not targets:
        return []
    found = [entry for entry in _entries(ctx, StatementRow.statement_id, sorted(targets)) if not entry.verb.endswith("/voided")]
    for entry in found:
        ctx.session.execute(
            update(StatementRow).where(StatementRow.id == entry.id, StatementRow.voided_by.is_(None)).values(voided_by=targets[entry.statement_id]),
            execution_options={"synchronize_session": False},
        )
    return found
