"""Who sees what of me: said from the rights that features declare and the grants in force, never from a list of our own.

A sentence has three parts: who someone is to the person (their role and where it reaches), then what each of their rights
shows (`Right.about`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, or_, select

from lms.accounts.grants import WIDE, is_in_force
from lms.accounts.models import GrantRow, Membership
from lms.contract.types import Right, Role, Scope
from lms.kernel.context import Context
from lms.kernel.events import EventRow, EventThing
from lms.kernel.i18n import gettext, mark

__all__ = ["Look", "Onlooker", "onlookers", "recent_looks"]
LOOKS_LIVE = timedelta(days=365)
MOST_LOOKS = 20
_SEES = ("voit ", "lit ")
"""How the sentences begin, in the source language, that say what is seen."""
_WIDE: Mapping[Role, str] = MappingProxyType(
    {
        Role.LEARNER: mark("suit un parcours dans l'association"),
        Role.COMPANY_HEAD: mark("aide les personnes de l'association"),
        Role.TRAINER: mark("forme les personnes de l'association"),
        Role.COACH: mark("accompagne les personnes de l'association"),
        Role.MANAGER: mark("dirige l'association"),
        Role.AUDITOR: mark("contrôle l'association"),
        Role.ADMINISTRATOR: mark("s'occupe de la plateforme"),
    }
)
_DOES: Mapping[Role, str] = MappingProxyType(
    {
        Role.LEARNER: mark("rejoint"),
        Role.COMPANY_HEAD: mark("aide"),
        Role.TRAINER: mark("forme"),
        Role.COACH: mark("accompagne"),
        Role.MANAGER: mark("dirige"),
        Role.AUDITOR: mark("contrôle"),
        Role.ADMINISTRATOR: mark("gère"),
    }
)
_NEAR: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.COURSE: mark("%(does)s les personnes de votre parcours"),
        Scope.COHORT: mark("%(does)s votre groupe"),
        Scope.SPACE: mark("%(does)s les personnes de votre espace"),
        Scope.PERSON: mark("vous %(does)s"),
    }
)


@dataclass(frozen=True, slots=True)
class Onlooker:
    """People who see the same of the person, with what, in sentences without their subject."""

    people: tuple[tuple[str, str], ...]
    """(name, who they are to the person: "forme votre groupe")."""
    sees: tuple[str, ...]
    may: tuple[str, ...]
    """What they may do, beside what they see."""


@dataclass(frozen=True, slots=True)
class Look:
    """Someone has opened what is about the person."""

    at: datetime
    name: str


Places = Mapping[Scope, Mapping[int, bool]]
"""Scope kind → the scopes in which the person lies, and whether they do so now."""


def onlookers(ctx: Context) -> list[Onlooker]:
    """Who reaches the person signed in, by which roles, and what for; the nearest first. As many queries for 5 as for 500."""
    telling = [right for right in ctx.registry.rights.values() if right.about]
    places = _places(ctx, ctx.subject.membership_id)
    found: dict[int, tuple[str, dict[str, None], dict[str, None]]] = {}
    for holder_id, name, role, scope, scope_id in _reaching(ctx, telling, places):
        abouts = [right.about or "" for right in telling if _reaches(right, role, scope, places, scope_id)]
        if abouts:
            _name, sorts, held = found.setdefault(holder_id, (name, {}, {}))
            sorts.setdefault(_who(role, scope))
            held.update(dict.fromkeys(abouts))
    alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for name, sorts, held in found.values():
        alike.setdefault(tuple(sorted(held)), []).append((name, _listed(sorts)))
    return [_onlooker(telling, abouts, people) for abouts, people in alike.items()]


def _onlooker(telling: Iterable[Right], abouts: Collection[str], people: Iterable[tuple[str, str]]) -> Onlooker:
    held = [right.about for right in telling if right.about in abouts]
    told = {about: gettext(about) for about in held if about}
    sees = tuple(text for about, text in told.items() if about.startswith(_SEES))
    return Onlooker(tuple(people), sees, tuple(text for text in told.values() if text not in sees))


def _places(ctx: Context, me: int) -> Places:
    """Where someone lies: themself, and each group or course that a row of a feature puts them in."""
    found: dict[Scope, dict[int, bool]] = {Scope.PERSON: {me: True}}
    for rows in ctx.registry.people_in:
        kinds = {Scope(kind): column for kind, column in rows.model.__scopes__.items() if kind != Scope.PERSON}
        whose = getattr(rows.model, rows.model.__scopes__[Scope.PERSON]) == me
        columns = [getattr(rows.model, column) for column in kinds.values()]
        for *ids, is_now in ctx.session.execute(select(*columns, rows.in_force).where(whose)):
            for kind, scope_id in zip(kinds, ids, strict=True):
                inside = found.setdefault(kind, {})
                inside[scope_id] = inside.get(scope_id, False) or bool(is_now)
    return found


def _reaching(ctx: Context, telling: Iterable[Right], places: Places) -> list[tuple[int, str, Role, Scope, int | None]]:
    """The grants of others, in force, that lie on the organisation or where the person lies; the nearest first."""
    roles = sorted(frozenset().union(*(right.roles for right in telling)))
    near: list[ColumnElement[bool]] = [
        and_(GrantRow.scope == kind, GrantRow.scope_id.in_(sorted(ids))) for kind, ids in places.items()
    ]
    rows = ctx.session.execute(
        select(
            GrantRow.membership_id,
            Membership.given_name,
            Membership.family_name,
            GrantRow.role,
            GrantRow.scope,
            GrantRow.scope_id,
        )
        .join(Membership, Membership.id == GrantRow.membership_id)
        .where(
            GrantRow.role.in_(roles),
            GrantRow.membership_id != ctx.subject.membership_id,
            Membership.status == "active",
            is_in_force(ctx.now),
            or_(GrantRow.scope.in_(WIDE), *near),
        )
        .order_by(GrantRow.scope.in_(WIDE), Membership.sort_name, GrantRow.id)
    )
    return [
        (row[0], f"{row.given_name} {row.family_name}".strip(), Role(row.role), Scope(row.scope), row.scope_id)
        for row in rows
    ]


def _reaches(right: Right, role: Role, scope: Scope, places: Places, scope_id: int | None) -> bool:
    """The rule of `lms.kernel.rights`, seen from the person: what is theirs lies where they lie.

    A right on people counts while they are in the group; one on things of the group (an enrolment that has ended), for good.
    """
    if role not in right.roles:
        return False
    if scope in WIDE:
        return True
    if scope_id is None or right.scope in WIDE:
        return False
    return places[scope][scope_id] or right.scope is not Scope.PERSON


def _who(role: Role, scope: Scope) -> str:
    if scope in WIDE:
        return gettext(_WIDE[role])
    return gettext(_NEAR[scope]) % {"does": gettext(_DOES[role])}


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return gettext("%(first)s et %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def companions_of(ctx: Context, membership_id: int) -> list[int]:
    """Who trains or accompanies someone now: by a role near them, else on the whole organisation; twenty at the most."""
    places = _places(ctx, membership_id)
    near = [
        and_(GrantRow.scope == kind, GrantRow.scope_id.in_([one for one, is_now in ids.items() if is_now]))
        for kind, ids in places.items()
    ]
    held = (GrantRow.role.in_((Role.TRAINER, Role.COACH)), Membership.status == "active", is_in_force(ctx.now))
    query = select(GrantRow.membership_id).join(Membership, Membership.id == GrantRow.membership_id).where(*held)
    query = query.where(GrantRow.membership_id != membership_id).distinct().order_by(GrantRow.membership_id).limit(20)
    found = ctx.session.scalars(query.where(or_(*near))).all()
    return list(found or ctx.session.scalars(query.where(GrantRow.scope.in_(WIDE))))


def recent_looks(ctx: Context) -> list[Look]:
    """When staff have opened what is about the person, by the facts of the trail that say so: the latest, over a year."""
    types = sorted(name for name, event in ctx.registry.events.items() if event.opens)
    if not types:
        return []
    rows = ctx.session.execute(
        select(EventRow.at, Membership.given_name, Membership.family_name)
        .join(EventThing, EventThing.event_id == EventRow.id)
        .outerjoin(Membership, Membership.id == EventRow.actor_id)
        .where(
            EventRow.at > ctx.now - LOOKS_LIVE,
            EventRow.type.in_(types),
            EventThing.field == "membership_id",
            EventThing.thing_id == ctx.subject.membership_id,
            EventRow.actor_id != ctx.subject.membership_id,
        )
        .order_by(EventRow.at.desc(), EventRow.id.desc())
        .limit(MOST_LOOKS)
    )
    return [Look(row.at, f"{row.given_name or ''} {row.family_name or ''}".strip()) for row in rows]
