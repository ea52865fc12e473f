"""What machines keep about a person: to read, and to erase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import delete, or_, select

from lms.accounts.api import own_addresses
from lms.contract.types import PersonalData
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.lrs.models import DocumentRow, SessionRow
from lms.xapi.api import identifiers_of

RAW = "raw"
_TITLE = mark("Ce que des outils ont gardé pour vous")
_CHUNK = 100


def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Every document under the person's pseudonym: bookmarks, answers begun, preferences of a tool; when tools were opened."""
    return PersonalData(gettext(_TITLE), chain(_documents(ctx, membership_id), _sessions(ctx, membership_id)))


def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """No law keeps these: they go with the class "raw"."""
    if RAW in classes:
        known_as = [one for address in own_addresses(ctx, membership_id) for one in identifiers_of(address)]
        ctx.session.execute(
            delete(DocumentRow).where(or_(DocumentRow.membership_id == membership_id, DocumentRow.agent.in_(known_as))),
            execution_options={"synchronize_session": False},
        )
        ctx.session.execute(
            delete(SessionRow).where(SessionRow.membership_id == membership_id),
            execution_options={"synchronize_session": False},
        )


def _documents(ctx: Context, membership_id: int) -> Iterator[Mapping[str, object]]:
    query = select(DocumentRow).where(DocumentRow.membership_id == membership_id).order_by(DocumentRow.id)
    last = 0
    while rows := ctx.session.scalars(query.where(DocumentRow.id > last).limit(_CHUNK)).all():
        last = rows[-1].id
        for row in rows:
            yield {
                mark("Outil ou activité"): row.activity or row.client,
                mark("Nom du document"): row.name,
                mark("Contenu"): _text(row),
                mark("Changé le"): row.changed_at,
            }
            ctx.session.expunge(row)


def _sessions(ctx: Context, membership_id: int) -> Iterator[Mapping[str, object]]:
    query = select(SessionRow).where(SessionRow.membership_id == membership_id).order_by(SessionRow.id)
    last = 0
    while rows := ctx.session.scalars(query.where(SessionRow.id > last).limit(_CHUNK)).all():
        last = rows[-1].id
        for row in rows:
            yield {
                mark("Outil ou activité"): row.activity,
                mark("Ouvert le"): row.opened_at,
                mark("Fermé le"): row.ended_at or row.expires_at,
            }
            ctx.session.expunge(row)


def _text(row: Any) -> str:
    try:
        return str(row.content.decode())
    except UnicodeDecodeError:
        return f"{row.media_type}, {len(row.content)}"
