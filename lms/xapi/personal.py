"""What the ledger holds on a person: to read, and to erase."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import or_, select, update

from lms.accounts.api import members, own_addresses
from lms.contract.types import PersonalData, PersonalFile
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.media import forget_files
from lms.xapi.data import PLATFORM, Outcome
from lms.xapi.events import StatementsErased
from lms.xapi.figures import mark_stale
from lms.xapi.ledger import entries_of
from lms.xapi.models import IntentRow, MentionRow, StatementRow
from lms.xapi.naming import forget_names
from lms.xapi.sealing import ranges_of
from lms.xapi.statements import account_of, identifiers_of, thing_of
from lms.xapi.telling import told_to_person, trace_of

RAW = "raw"
_CHUNK = 500
_TITLE = mark("Ce que vous avez fait")
_ERASED: dict[str, Any] = {
    "verb": "",
    "activity": "",
    "registration": None,
    "membership_id": None,
    "actor": "",
    "timestamp": "",
    "occurred_at": StatementRow.stored,
    "source": "",
    "scaled": None,
    "success": None,
    "completion": None,
    "seconds": None,
    "attempt": None,
    "instructor_id": None,
    "intent_id": None,
    "voids": None,
    "raw": "",
    "salt": b"",
}


def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """What the person has done, in sentences, and what could not be kept as sent; all of it, as it is kept, in two files."""
    files = [
        PersonalFile("traces.jsonl", chunks=_raw(ctx, membership_id)),
        PersonalFile("envois.jsonl", chunks=_sent(ctx, membership_id)),
    ]
    return PersonalData(gettext(_TITLE), chain(_statements(ctx, membership_id), _left_out(ctx, membership_id)), files)


def _statements(ctx: Context, membership_id: int) -> Iterator[Mapping[str, object]]:
    for row in _in_pages(ctx, _about(membership_id), StatementRow):
        yield {
            mark("Ce que nous avons noté"): told_to_person(ctx, row.verb, trace_of(ctx, row).name, row.scaled),
            mark("Fait le"): row.occurred_at,
            mark("Annulé depuis"): row.voided_by is not None or None,
        }


def _left_out(ctx: Context, membership_id: int) -> Iterator[Mapping[str, object]]:
    """What was sent and does not count as it is: no statement tells of it."""
    query = select(IntentRow).where(IntentRow.membership_id == membership_id, IntentRow.outcome != Outcome.ACCEPTED)
    for row in _in_pages(ctx, query, IntentRow):
        is_late = row.outcome == Outcome.LATE
        yield {
            mark("Ce que vous avez envoyé"): gettext(mark("gardé, mais arrivé trop tard"))
            if is_late
            else gettext(mark("gardé, mais pas compté")),
            mark("Fait le"): row.made_at,
        }


def _sent(ctx: Context, membership_id: int) -> Iterator[bytes]:
    """What the person sent, as they sent it, one a line."""
    query = select(IntentRow).where(IntentRow.membership_id == membership_id)
    for row in _in_pages(ctx, query, IntentRow):
        told = {"id": row.uuid, "kind": row.kind, "made_at": row.made_at.isoformat(), "payload": row.payload}
        answer = {"outcome": row.outcome, "reason": row.reason}
        yield json.dumps({**told, **answer}, ensure_ascii=False).encode() + b"\n"


def _raw(ctx: Context, membership_id: int) -> Iterator[bytes]:
    """The statements as they are in the ledger, one a line."""
    for row in _in_pages(ctx, _about(membership_id).where(StatementRow.closed_at.is_(None)), StatementRow):
        yield row.raw.replace("\r", " ").replace("\n", " ").encode() + b"\n"


def _about(membership_id: int) -> Any:
    return select(StatementRow).where(StatementRow.membership_id == membership_id, StatementRow.erased_at.is_(None))


def _in_pages(ctx: Context, query: Any, model: type[IntentRow | StatementRow]) -> Iterator[Any]:
    """Rows in order of storage, some hundreds in memory at a time."""
    last = 0
    while rows := ctx.session.scalars(query.where(model.id > last).order_by(model.id).limit(_CHUNK)).all():
        last = rows[-1].id
        yield from rows
        for row in rows:
            ctx.session.expunge(row)


def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Of the class "raw": text, columns and salt go; id, moment of storage and leaf stay, so that the seal holds.

    Figures are computed again without what is erased. What was sent keeps its UUID only: it cannot be sent again.
    """
    if RAW not in classes:
        return
    while entries := entries_of(ctx, StatementRow.membership_id == membership_id, limit=_CHUNK):
        for figure in ctx.registry.figures:
            mark_stale(ctx, figure.name, set(figure.touched(ctx, entries)))
        _erase(ctx, [entry.id for entry in entries])
    voided = select(StatementRow.id).where(
        StatementRow.membership_id == membership_id, StatementRow.erased_at.is_(None)
    )
    while row_ids := ctx.session.scalars(voided.limit(_CHUNK)).all():
        _erase(ctx, row_ids)
    _erase_where_named(ctx, membership_id)
    ctx.session.execute(
        update(IntentRow).where(IntentRow.membership_id == membership_id).values(payload={}),
        execution_options={"synchronize_session": False},
    )


def _erase_where_named(ctx: Context, membership_id: int) -> None:
    """What machines said of the person under an e-mail, or beside someone else: with it there is often a name.

    Bytes are never changed, so a statement that names the person goes as a whole, whoever acted in it (decision 21). What
    we say ourselves names people by their pseudonym alone, which leads nowhere any more.
    """
    found = [one for address in own_addresses(ctx, membership_id) for one in identifiers_of(address)]
    found += [account_of(ctx.iri_prefix, one.uuid) for one in members(ctx, [membership_id]).values()]
    named = select(MentionRow.statement).where(MentionRow.thing.in_([thing_of("agent", one) for one in found]))
    is_theirs = or_(StatementRow.actor.in_(found), StatementRow.id.in_(named))
    query = select(StatementRow.id).where(
        is_theirs, StatementRow.erased_at.is_(None), StatementRow.authority != PLATFORM
    )
    while row_ids := ctx.session.scalars(query.limit(_CHUNK)).all():
        entries = entries_of(ctx, StatementRow.id.in_(row_ids))
        for figure in ctx.registry.figures:
            mark_stale(ctx, figure.name, set(figure.touched(ctx, entries)))
        _erase(ctx, row_ids)


def _erase(ctx: Context, row_ids: Sequence[int]) -> None:
    forget_files(ctx, forget_names(ctx, row_ids))
    ctx.session.execute(
        update(StatementRow).where(StatementRow.id.in_(row_ids)).values(erased_at=ctx.now, **_ERASED),
        execution_options={"synchronize_session": False},
    )
    ctx.tell(StatementsErased(len(row_ids), ranges_of(row_ids)))
