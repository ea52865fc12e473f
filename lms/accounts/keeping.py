"""What a law has us keep of someone who was erased: what, why, until when; and their name, locked away until then.

A proof without a name proves nothing to who inspects. So the name of someone who followed a path is locked
(`lms.kernel.locking`) when the erasure begins: it stands nowhere else, it is opened for an inspection only, and each
opening is written down, and committed, before it is read. At the term it goes with the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, select

from lms.accounts.events import KeptNameOpened
from lms.accounts.grants import require_everywhere
from lms.accounts.models import Erasure, Membership
from lms.accounts.permissions import ERASE_PEOPLE
from lms.contract.types import Scope
from lms.kernel.context import Context
from lms.kernel.events import EventRow, EventThing
from lms.kernel.i18n import gettext, mark
from lms.kernel.locking import CannotUnlock, Locker
from lms.kernel.rights import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class LawKeeps:
    """What stands in a retention class that a law has us keep, said to the person and of them, and the law."""

    what: str
    what_of: str
    law: str


KEPT: Mapping[str, LawKeeps] = MappingProxyType(
    {
        "evidence": LawKeeps(
            mark("vos inscriptions, leurs dates, et les preuves de votre parcours"),
            mark("ses inscriptions, leurs dates, ses résultats, et les dossiers de preuves où son nom est écrit"),
            mark("Code du travail, article L. 6362-6 : l'association montre, en cas de contrôle, ce qui a été fait"),
        ),
        "trail": LawKeeps(
            mark("le journal (qui a fait quoi, et quand) et les conditions que vous avez acceptées"),
            mark("le journal (qui a fait quoi, et quand), ses rôles, et les conditions acceptées"),
            mark("RGPD, articles 5.2 et 7.1 : l'association prouve qu'elle a respecté les droits de chacun"),
        ),
    }
)
"""Retention class → what the law keeps of it. Why this stands against an erasure: GDPR, art. 17.3 b and e."""
PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        "inspection": mark("un contrôle de l'État ou d'un financeur"),
        "court": mark("une demande de la justice"),
        "person": mark("une demande de la personne elle-même"),
    }
)
"""Why a kept name may be opened."""
_AT_ONCE = timedelta(minutes=1)
"""How long after it was written down a name may be read."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Someone has opened a kept name."""

    at: datetime
    by: str
    purpose: str


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What is kept of someone who was erased."""

    key: str
    number: str
    """What stands in the place of their name."""
    done_at: datetime
    kept_until: datetime
    has_name: bool
    openings: tuple[Opening, ...]


def lock_name(ctx: Context, row: Erasure, locker: Locker) -> None:
    """Lock the name of who will be erased, if they have followed something: else no law wants it."""
    member = ctx.session.get_one(Membership, row.membership_id)
    if row.locked or member.erased_at is not None or not _has_followed(ctx, member.id):
        return
    row.locked = locker.lock(json.dumps({"name": member.name, "former_name": member.former_name}))


def _has_followed(ctx: Context, membership_id: int) -> bool:
    for rows in ctx.registry.people_in:
        whose = getattr(rows.model, rows.model.__scopes__[Scope.PERSON]) == membership_id
        if ctx.session.scalar(select(rows.model.id).where(whose).limit(1)) is not None:
            return True
    return False


def kept(ctx: Context, key: str) -> KeptPage:
    """What is kept, and who has opened it; `NotFound` before the erasure is done, and after the term."""
    row = _row(ctx, key)
    member = ctx.session.get_one(Membership, row.membership_id)
    if row.done_at is None or row.kept_until is None:
        raise NotFound
    return KeptPage(row.key, member.uuid, row.done_at, row.kept_until, bool(row.locked), _openings(ctx, row))


def note_opening(ctx: Context, *, key: str, purpose: str) -> None:
    """Write down that a kept name will be read, and what for: to be committed before `opened_name`."""
    row = _row(ctx, key)
    if purpose not in PURPOSES or not row.locked:
        raise NotFound
    ctx.tell(KeptNameOpened(row.membership_id, row.id, purpose))


def opened_name(ctx: Context, *, key: str, locker: Locker) -> str:
    """The kept name, to who has just written down why; `Forbidden` otherwise. "" when no key opens it any more."""
    row = _row(ctx, key)
    written = select(EventRow.id).join(EventThing, EventThing.event_id == EventRow.id)
    mine = (EventRow.actor_id == ctx.subject.membership_id, EventRow.at > ctx.now - _AT_ONCE)
    if ctx.session.scalar(written.where(*mine, *_about(row)).limit(1)) is None:
        raise Forbidden(ERASE_PEOPLE.name)
    try:
        found = json.loads(locker.unlock(row.locked))
    except CannotUnlock:
        return ""
    before = found["former_name"]
    return f"{found['name']} ({before})" if before else str(found["name"])


def _row(ctx: Context, key: str) -> Erasure:
    require_everywhere(ctx, ERASE_PEOPLE)
    row = ctx.session.scalar(select(Erasure).where(Erasure.key == key))
    if row is None:
        raise NotFound
    return row


def _about(row: Erasure) -> tuple[ColumnElement[bool], ...]:
    return (EventThing.field == "erasure_id", EventThing.thing_id == row.id, EventRow.type == KeptNameOpened.type)


def _openings(ctx: Context, row: Erasure) -> tuple[Opening, ...]:
    query = (
        select(EventRow.at, EventRow.data, Membership.given_name, Membership.family_name)
        .join(EventThing, EventThing.event_id == EventRow.id)
        .outerjoin(Membership, Membership.id == EventRow.actor_id)
        .where(*_about(row))
        .order_by(EventRow.at.desc(), EventRow.id.desc())
    )
    return tuple(
        Opening(at, f"{given or ''} {family or ''}".strip(), _why(data))
        for at, data, given, family in ctx.session.execute(query)
    )


def _why(data: Mapping[str, str]) -> str:
    code = data["purpose"]
    return gettext(PURPOSES[code])
