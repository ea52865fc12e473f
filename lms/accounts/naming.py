"""How the trail tells people, roles and ways in: only who the reader may see has a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, or_, select

from lms.accounts.keeping import PURPOSES
from lms.accounts.legal import KINDS
from lms.accounts.models import Membership
from lms.accounts.names import folded
from lms.accounts.permissions import READ_PEOPLE
from lms.accounts.roles import role_name
from lms.contract.naming import NamedThing, Naming
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark
from lms.kernel.trail import PERSON_FIELD

MOST_FOUND = 50
WAYS = {
    "password": mark("par mot de passe"),
    "link": mark("par un lien"),
    "card": mark("par une carte"),
    "invitation": mark("par une invitation"),
    "switch": mark("en changeant d’organisme"),
}


def _people(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    query = select(Membership).where(Membership.id.in_(sorted(ids)), ctx.visible(READ_PEOPLE, Membership))
    return {one.id: NamedThing(gettext(one.name), "people.person", one.key) for one in ctx.session.scalars(query)}


def _people_called(ctx: Context, text: str) -> Sequence[int]:
    parts = folded(text).split()
    if not parts:
        return ()
    is_named = and_(*(Membership.sort_name.contains(part, autoescape=True) for part in parts))
    is_meant = or_(Membership.key == text.strip(), is_named)
    query = select(Membership.id).where(is_meant, ctx.visible(READ_PEOPLE, Membership))
    return ctx.session.scalars(query.order_by(Membership.sort_name, Membership.id).limit(MOST_FOUND)).all()


def _roles(_ctx: Context, codes: Collection[str]) -> Mapping[str, NamedThing]:
    return {code: NamedThing(role_name(code)) for code in codes if code in set(Role)}


def _texts(_ctx: Context, kinds: Collection[str]) -> Mapping[str, NamedThing]:
    return {kind: NamedThing(gettext(KINDS[kind].title)) for kind in kinds if kind in KINDS}


def _ways(_ctx: Context, codes: Collection[str]) -> Mapping[str, NamedThing]:
    return {code: NamedThing(gettext(WAYS[code])) for code in codes if code in WAYS}


def _purposes(_ctx: Context, codes: Collection[str]) -> Mapping[str, NamedThing]:
    return {code: NamedThing(gettext(PURPOSES[code])) for code in codes if code in PURPOSES}


NAMINGS = (
    Naming(
        (PERSON_FIELD, "to_id"),
        mark("quelqu’un"),
        _people,
        whose=lambda _ctx, ids: list(ids),
        find=_people_called,
        scope=Scope.PERSON,
    ),
    Naming(("role",), mark("un rôle"), _roles),
    Naming(("text",), mark("un texte légal"), _texts),
    Naming(("purpose",), mark("une raison que l’on ne connaît plus"), _purposes),
    Naming(("way",), mark("par un moyen que l’on ne connaît plus"), _ways),
)
