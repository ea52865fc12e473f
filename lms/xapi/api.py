"""The only door to the ledger for other features."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_

from lms.contract.types import LedgerEntry
from lms.kernel.context import Context
from lms.xapi.data import (
    LIMIT,
    MOST,
    Filter,
    Found,
    Group,
    Intent,
    KeptAttachment,
    KeptIntent,
    Mention,
    NewStatement,
    Outcome,
    Refused,
    Reply,
    Said,
    Sent,
    Trace,
    Unacceptable,
    VoidedEntry,
)
from lms.xapi.figures import batch, mark_stale, refold_stale, settle, stale_count
from lms.xapi.finding import (
    HAS_BYTES,
    attachments_of,
    known_statements,
    last_said_of,
    matching_statements,
    statement_by_id,
)
from lms.xapi.formats import UUID, moment_of, read_json
from lms.xapi.intents import intent_payload
from lms.xapi.ledger import enter, entries_of_pairs, may_void, record, record_without_person
from lms.xapi.models import StatementRow
from lms.xapi.operations import accept, submit, void_statement, void_under_registration
from lms.xapi.permissions import VOID
from lms.xapi.queries import traces
from lms.xapi.replay import Difference, check
from lms.xapi.sealing import (
    FACTS,
    ErasedRange,
    closable_rows,
    close_rows,
    entries_of_rows,
    erased_ranges,
    last_row,
    ranges_in,
    ranges_of,
    rows_after,
    rows_named,
    rows_of_registration,
    rows_to_seal,
    rows_to_verify,
    sealed_row,
)
from lms.xapi.sealing import TABLE as LEDGER_TABLE
from lms.xapi.statements import ATTEMPT_EXTENSION, Account, Agent, identifiers_of, moment, thing_of
from lms.xapi.telling import told_to_person
from lms.xapi.verbs import ANSWERED, ATTENDED, COMPLETED, EXPERIENCED, FAILED, PASSED, SUBMITTED, VERBS, VOIDED
from lms.xapi.voiding import void, voided_entries

__all__ = [
    "ANSWERED",
    "ATTEMPT_EXTENSION",
    "ATTENDED",
    "COMPLETED",
    "EXPERIENCED",
    "FACTS",
    "FAILED",
    "LEDGER_TABLE",
    "LIMIT",
    "MOST",
    "PASSED",
    "SUBMITTED",
    "UUID",
    "VERBS",
    "VOID",
    "VOIDED",
    "Account",
    "Agent",
    "Difference",
    "ErasedRange",
    "Filter",
    "Found",
    "Group",
    "Intent",
    "KeptAttachment",
    "KeptIntent",
    "Mention",
    "NewStatement",
    "Outcome",
    "Refused",
    "Reply",
    "Said",
    "Sent",
    "Trace",
    "Unacceptable",
    "VoidedEntry",
    "accept",
    "attachments_of",
    "batch",
    "check",
    "closable_rows",
    "close_rows",
    "enter",
    "entries_by_activity",
    "entries_by_registration",
    "entries_of_rows",
    "erased_ranges",
    "identifiers_of",
    "intent_payload",
    "known_statements",
    "last_row",
    "last_said_of",
    "mark_stale",
    "matching_statements",
    "may_void",
    "moment",
    "moment_of",
    "ranges_in",
    "ranges_of",
    "raw_statements",
    "read_json",
    "record",
    "record_without_person",
    "refold_stale",
    "registrations_and_activities",
    "rows_after",
    "rows_named",
    "rows_of_registration",
    "rows_to_seal",
    "rows_to_verify",
    "sealed_row",
    "settle",
    "stale_count",
    "statement_by_id",
    "submit",
    "thing_of",
    "told_to_person",
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
    ).where(StatementRow.registration.in_(registrations), *HAS_BYTES)
    return found.order_by(StatementRow.id)  # type: ignore[no-any-return]
