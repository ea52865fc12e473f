"""The only door to the ledger for other features."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_

from lms.contract.types import LedgerEntry
from lms.kernel.context import Context
from lms.xapi.data import Group, Intent, KeptIntent, Outcome, Refused, Reply, Said, Sent, Trace, VoidedEntry
from lms.xapi.figures import batch, mark_stale, refold_stale, settle, stale_count
from lms.xapi.intents import intent_payload
from lms.xapi.ledger import entries_of_pairs, record, record_without_person
from lms.xapi.models import StatementRow
from lms.xapi.operations import accept, submit, void_statement, void_under_registration
from lms.xapi.permissions import VOID
from lms.xapi.queries import traces
from lms.xapi.replay import Difference, check
from lms.xapi.verbs import ANSWERED, ATTENDED, COMPLETED, EXPERIENCED, FAILED, PASSED, SUBMITTED, VERBS, VOIDED
from lms.xapi.voiding import void, voided_entries

__all__ = [
    "ANSWERED",
    "ATTENDED",
    "COMPLETED",
    "EXPERIENCED",
    "FAILED",
    "PASSED",
    "SUBMITTED",
    "VERBS",
    "VOID",
    "VOIDED",
    "Difference",
    "Group",
    "Intent",
    "KeptIntent",
    "Outcome",
    "Refused",
    "Reply",
    "Said",
    "Sent",
    "Trace",
    "VoidedEntry",
    "accept",
    "batch",
    "check",
    "entries_by_activity",
    "entries_by_registration",
    "intent_payload",
    "mark_stale",
    "raw_statements",
    "record",
    "record_without_person",
    "refold_stale",
    "registrations_and_activities",
    "settle",
    "stale_count",
    "submit",
    "traces",
    "void",
    "void_statement",
    "void_under_registration",
    "voided_entries",
]

_PAGE = 1_000


def entries_by_registration(ctx: Context, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[LedgerEntry]]:
    """The valid statements of each (registration, activity IRI)."""
    found: dict[tuple[str, str], list[LedgerEntry]] = {pair: [] for pair in pairs}
    for entry in entries_of_pairs(ctx, "registration", found):
        kept = found.get((entry.registration or "", entry.activity))
        if kept is not None:
            kept.append(entry)
    return found


def entries_by_activity(ctx: Context, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[LedgerEntry]]:
    """The valid statements of each (membership id, activity IRI)."""
    found: dict[tuple[int, str], list[LedgerEntry]] = {pair: [] for pair in pairs}
    for entry in entries_of_pairs(ctx, "membership_id", found):
        kept = found.get((entry.membership_id or 0, entry.activity))
        if kept is not None:
            kept.append(entry)
    return found


def registrations_and_activities(ctx: Context, verbs: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each (registration, activity IRI) of which one of these verbs was said, in order, for replay: read page by page."""
    both = (StatementRow.registration, StatementRow.activity)
    query = select(*both).where(StatementRow.registration.is_not(None), StatementRow.verb.in_(sorted(verbs)))
    query = query.distinct().order_by(*both).limit(_PAGE)
    page = ctx.session.execute(query).all()
    while page:
        for row in page:
            yield row.registration or "", row.activity
        page = ctx.session.execute(query.where(tuple_(*both) > tuple_(*page[-1]))).all()


def raw_statements(ctx: Context, registrations: Sequence[str]) -> Select[Any]:
    """A selectable (registration, statement_id, raw, voided_by) in order of storage, for export and display."""
    found: Any = select(
        StatementRow.registration, StatementRow.statement_id, StatementRow.raw, StatementRow.voided_by
    ).where(StatementRow.registration.in_(registrations), StatementRow.erased_at.is_(None))
    return found.order_by(StatementRow.id)  # type: ignore[no-any-return]
