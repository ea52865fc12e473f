"""What the ledger holds on a person: to read, and to erase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from lms.contract.types import LedgerEntry, PersonalData
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.xapi.figures import mark_stale
from lms.xapi.ledger import entries_of
from lms.xapi.models import IntentRow, StatementRow

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
    """Every act that the person sent and every statement about them, as it is kept."""
    return PersonalData(gettext(_TITLE), [*_intents(ctx, membership_id), *_statements(ctx, membership_id)])


def _intents(ctx: Context, membership_id: int) -> list[Mapping[str, object]]:
    rows = ctx.session.execute(
        select(
            IntentRow.uuid, IntentRow.kind, IntentRow.payload, IntentRow.made_at, IntentRow.outcome, IntentRow.reason
        )
        .where(IntentRow.membership_id == membership_id)
        .order_by(IntentRow.id)
    )
    return [
        {
            mark("Numéro de l’envoi"): row.uuid,
            mark("Sorte d’envoi"): row.kind,
            mark("Contenu, tel que vous l’avez envoyé"): row.payload,
            mark("Fait le"): row.made_at,
            mark("Réponse de Tremplin"): row.outcome,
            mark("Pourquoi"): row.reason,
        }
        for row in rows
    ]


def _statements(ctx: Context, membership_id: int) -> list[Mapping[str, object]]:
    rows = ctx.session.execute(
        select(StatementRow.raw, StatementRow.stored, StatementRow.voided_by)
        .where(StatementRow.membership_id == membership_id, StatementRow.erased_at.is_(None))
        .order_by(StatementRow.id)
    )
    return [
        {
            mark("Ce que nous avons noté, tel qu’il est gardé"): row.raw,
            mark("Gardé le"): row.stored,
            mark("Annulé par"): row.voided_by,
        }
        for row in rows
    ]


def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Of the class "raw": text, columns and salt go; id, moment of storage and leaf stay, so that the seal holds.

    Figures are computed again without what is erased. What was sent keeps its UUID only: it cannot be sent again.
    """
    if RAW not in classes:
        return
    while entries := entries_of(ctx, StatementRow.membership_id == membership_id, limit=_CHUNK):
        _erase(ctx, entries)
    ctx.session.execute(
        update(StatementRow)
        .where(StatementRow.membership_id == membership_id, StatementRow.erased_at.is_(None))
        .values(erased_at=ctx.now, **_ERASED),
        execution_options={"synchronize_session": False},
    )
    ctx.session.execute(
        update(IntentRow).where(IntentRow.membership_id == membership_id).values(payload={}),
        execution_options={"synchronize_session": False},
    )


def _erase(ctx: Context, entries: list[LedgerEntry]) -> None:
    for figure in ctx.registry.figures:
        mark_stale(ctx, figure.name, set(figure.touched(ctx, entries)))
    ctx.session.execute(
        update(StatementRow)
        .where(StatementRow.id.in_([entry.id for entry in entries]))
        .values(erased_at=ctx.now, **_ERASED),
        execution_options={"synchronize_session": False},
    )
