"""Who holds which role, where and until when, over the whole organisation; a role given on a group or a course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from lms.accounts.models import GrantRow, Membership
from lms.accounts.permissions import READ_PEOPLE
from lms.accounts.roles import SCOPE_NAMES
from lms.contract.naming import NamedThing, Naming
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound

NARROW = frozenset({Role.TRAINER, Role.COACH, Role.AUDITOR})
"""Roles that make sense on one group or one course."""
_CHUNK = 500


class WrongPlace(Exception):
    """This role is given on the whole organisation only."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Someone's role, where, from when until when."""

    key: str
    person: NamedThing
    role: Role
    where: NamedThing
    starts_at: datetime
    ends_at: datetime | None
    is_over: bool


def holdings_page(ctx: Context, *, role: str = "", are_over: bool = False, number: int = 1) -> Listed[Holding]:
    """A page of the roles that are held, or that have ended, by the name of who holds them."""
    query = _held(ctx, role, are_over=are_over)
    total = ctx.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = ctx.session.execute(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    return Listed(_told(ctx, rows), total, number)


def every_holding(ctx: Context, *, role: str = "", are_over: bool = False) -> Iterator[Holding]:
    """All of them, for a file, a piece at a time."""
    query, start = _held(ctx, role, are_over=are_over).limit(_CHUNK), 0
    while rows := ctx.session.execute(query.offset(start)).all():
        yield from _told(ctx, rows)
        start += _CHUNK


def _held(ctx: Context, role: str, *, are_over: bool) -> Select[*tuple[Any, ...]]:
    tests = [ctx.visible(READ_PEOPLE, Membership)]
    if role:
        tests.append(GrantRow.role == role)
    tests.append(
        GrantRow.ends_at <= ctx.now if are_over else or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > ctx.now)
    )
    return (
        select(GrantRow, Membership.key.label("person_key"), Membership.given_name, Membership.family_name)
        .join(Membership, Membership.id == GrantRow.membership_id)
        .where(*tests)
        .order_by(Membership.sort_name, Membership.id, GrantRow.id)
    )


def _told(ctx: Context, rows: Sequence[Any]) -> list[Holding]:
    wanted: dict[str, set[int]] = {}
    for grant, *_who in rows:
        if grant.scope_id is not None and grant.scope != Scope.PERSON:
            wanted.setdefault(grant.scope, set()).add(grant.scope_id)
    named = {scope: naming.names(ctx, wanted[scope]) for scope, naming in _places(ctx).items() if scope in wanted}
    return [
        Holding(
            grant.key,
            NamedThing(gettext(f"{given} {family}".strip()), "people.person", key),
            Role(grant.role),
            named.get(grant.scope, {}).get(grant.scope_id) or NamedThing(gettext(SCOPE_NAMES[Scope(grant.scope)])),
            grant.starts_at,
            grant.ends_at,
            grant.ends_at is not None and grant.ends_at <= ctx.now,
        )
        for grant, key, given, family in rows
    ]


def _places(ctx: Context) -> Mapping[Scope, Naming]:
    """Scope → how its things are told, for the scopes that features bring."""
    return {one.scope: one for one in ctx.registry.namings if one.scope not in (None, Scope.PERSON)}


def places_offered(ctx: Context) -> list[tuple[str, str]]:
    """("cohort:key", its name) of the things on which a role may be given; "" is the whole organisation."""
    offered = [("", gettext("toute l’association"))]
    for scope, naming in _places(ctx).items():
        if naming.choices is not None:
            title = gettext(SCOPE_NAMES[scope])
            offered += [
                (f"{scope}:{key}", f"{title[:1].upper()}{title[1:]} : {name}") for key, name in naming.choices(ctx)
            ]
    return offered


def place_named(ctx: Context, role: Role, place: str) -> tuple[Scope | None, int | None]:
    """The scope that `places_offered` named, for a role: (None, None) is where this role usually is.

    Raises `WrongPlace` for a role that is only given on the whole organisation, `NotFound` for what the actor may not know of.
    """
    if not place:
        return None, None
    if role not in NARROW:
        raise WrongPlace
    scope, _, key = place.partition(":")
    naming = next((one for kind, one in _places(ctx).items() if kind == scope), None)
    found = naming.find(ctx, key) if naming is not None and naming.find is not None else ()
    if not found:
        raise NotFound
    return Scope(scope), found[0]


def holder_of(ctx: Context, key: str) -> Membership:
    """Who holds a grant that is in force or to come, or `NotFound`."""
    query = (
        select(Membership)
        .join(GrantRow, GrantRow.membership_id == Membership.id)
        .where(GrantRow.key == key, ctx.visible(READ_PEOPLE, Membership))
    )
    found = ctx.session.scalar(query)
    if found is None:
        raise NotFound
    return found
