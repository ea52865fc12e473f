"""Voiding: a statement that was wrong stays in the ledger, marked by another one that says so (xAPI 1.0.3, Data, 2.3.2)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from lms.contract.types import LedgerEntry, Source
from lms.kernel.context import Context
from lms.xapi.data import PLATFORM, Intent, NewStatement, VoidedEntry
from lms.xapi.ledger import append
from lms.xapi.models import StatementRow
from lms.xapi.statements import SOURCE_EXTENSION, VERSION, Account, Agent, VerbPart, account_of, moment
from lms.xapi.verbs import VOIDED


class StatementRef(msgspec.Struct, frozen=True):
    """2.4.4.3: the statement that is voided."""

    id: str
    objectType: str = "StatementRef"  # noqa: N815 - the specification's name


class VoidingStatement(msgspec.Struct, frozen=True, omit_defaults=True):
    """2.3.2."""

    id: str
    actor: Agent
    verb: VerbPart
    object: StatementRef
    timestamp: str
    stored: str
    authority: Agent
    version: str
    context: dict[str, Any]


REASON_EXTENSION = "/x/reason"
_encode = msgspec.json.Encoder().encode


def void(
    ctx: Context,
    statement_ids: Iterable[str],
    *,
    intent: Intent | None = None,
    source: Source = Source.STAFF,
    reason: str = "",
) -> int:
    """Void statements, in the name of who is signed in; figures follow. The caller has checked the right. Returns how many."""
    return append(ctx, [_voiding(ctx, target, intent, source, reason) for target in sorted(set(statement_ids))])


def _voiding(ctx: Context, target: str, intent: Intent | None, source: Source, reason: str) -> NewStatement:
    name = str(uuid.uuid5(uuid.UUID(intent.uuid), target)) if intent else str(uuid.uuid4())
    someone = ctx.actor or ctx.subject
    at = intent.timestamp if intent else ctx.now
    extensions = {ctx.iri_prefix + SOURCE_EXTENSION: source.value}
    if reason:
        extensions[ctx.iri_prefix + REASON_EXTENSION] = reason
    statement = VoidingStatement(
        id=name,
        actor=Agent(Account(ctx.iri_prefix, someone.uuid)),
        verb=VerbPart(VOIDED.iri, VOIDED.display),
        object=StatementRef(target),
        timestamp=moment(at),
        stored=moment(ctx.now),
        authority=Agent(Account(ctx.iri_prefix, PLATFORM)),
        version=VERSION,
        context={"platform": "Tremplin", "extensions": extensions},
    )
    return NewStatement(
        statement_id=name,
        raw=_encode(statement).decode(),
        verb=VOIDED.iri,
        activity=f"statement:{target}",
        actor=account_of(ctx.iri_prefix, someone.uuid),
        timestamp=statement.timestamp,
        occurred_at=intent.occurred_at if intent else ctx.now,
        source=source.value,
        version=VERSION,
        membership_id=someone.membership_id,
        intent_id=intent.row_id if intent else None,
        voids=target,
        refers=target,
    )


class _Extended(msgspec.Struct):
    extensions: dict[str, Any] = {}


class _Word(msgspec.Struct):
    context: _Extended = msgspec.field(default_factory=_Extended)


_word = msgspec.json.Decoder(_Word).decode
_VOIDED = select(
    *(getattr(StatementRow, field.name).label(field.name) for field in fields(LedgerEntry)), StatementRow.voided_by
).where(
    StatementRow.registration == bindparam("registration"),
    StatementRow.activity.in_(bindparam("activities", expanding=True)),
    StatementRow.voided_by.is_not(None),
    StatementRow.erased_at.is_(None),
)
_WORDS = select(
    StatementRow.statement_id,
    StatementRow.occurred_at,
    StatementRow.source,
    StatementRow.membership_id,
    StatementRow.raw,
).where(StatementRow.statement_id.in_(bindparam("ids", expanding=True)), StatementRow.erased_at.is_(None))


def voided_entries(ctx: Context, *, registration: str, activities: Collection[str]) -> list[VoidedEntry]:
    """What was said under a registration of these activity IRIs and no longer counts, in two queries.

    The caller has checked the right to read of this person.
    """
    rows = ctx.session.execute(_VOIDED, {"registration": registration, "activities": sorted(activities)}).all()
    ids = sorted({row.voided_by for row in rows})
    words = {word.statement_id: word for word in ctx.session.execute(_WORDS, {"ids": ids})} if ids else {}
    return [
        VoidedEntry(
            entry=LedgerEntry(*row[:-1]),
            at=word.occurred_at,
            source=word.source,
            by_id=word.membership_id,
            reason=_reason(ctx, word.raw),
        )
        for row in rows
        if (word := words.get(row.voided_by)) is not None
    ]


def _reason(ctx: Context, raw: str) -> str:
    """A word that was pruned gives none any more."""
    return str(_word(raw).context.extensions.get(ctx.iri_prefix + REASON_EXTENSION, "")) if raw else ""
