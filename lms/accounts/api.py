"""The only door to people and organisations for other features."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, bindparam, select

from lms.accounts.attempts import Attempts, TooManyAttempts, neighbourhood
from lms.accounts.consent import accept_terms
from lms.accounts.data import Addressee, PersonInfo
from lms.accounts.devices import note_use
from lms.accounts.grants import roles_of
from lms.accounts.identity import identify, organisation_by_code, organisations
from lms.accounts.logos import own_logo as organisation_logo
from lms.accounts.models import ContactChange, Identifier, Membership, Organisation, Person
from lms.accounts.names import folded
from lms.accounts.operations import (
    Invited,
    end_grant,
    ensure_person,
    give_role,
    grant_role,
    invite_many,
    take_role_back,
)
from lms.accounts.organisations import create_organisation
from lms.accounts.passwords import hash_password
from lms.accounts.permissions import READ_PEOPLE
from lms.accounts.roles import role_name
from lms.accounts.roster import RosterLine
from lms.accounts.scoped import STAFF_IDS, Holder, ScopedGrant, grants_on, holders, staff_ids
from lms.accounts.signing import NotOurs, Signer
from lms.contract.types import Right
from lms.kernel.context import Actor, Context
from lms.kernel.rights import NotFound

__all__ = [
    "READ_PEOPLE",
    "STAFF_IDS",
    "Addressee",
    "Attempts",
    "Holder",
    "Invited",
    "NotOurs",
    "PersonInfo",
    "RosterLine",
    "ScopedGrant",
    "Signer",
    "TooManyAttempts",
    "accept_terms",
    "actor_of",
    "actors_of",
    "addressee",
    "create_organisation",
    "end_grant",
    "ensure_person",
    "folded",
    "give_role",
    "grant_role",
    "grants_on",
    "hash_password",
    "holders",
    "identify",
    "invite_many",
    "is_readable",
    "lock_memberships",
    "members",
    "membership_ids_by_uuid",
    "neighbourhood",
    "note_use",
    "organisation_by_code",
    "organisation_details",
    "organisation_logo",
    "organisations",
    "own_addresses",
    "people",
    "people_reached",
    "person",
    "person_by_key",
    "role_name",
    "roles_of",
    "staff_ids",
    "take_role_back",
]


_IDS_BY_UUID = select(Membership.uuid, Membership.id).where(Membership.uuid.in_(bindparam("uuids", expanding=True)))


def people(ctx: Context) -> Select[*tuple[Any, ...]]:
    """A selectable that others may join: membership_id, key, uuid, given_name, family_name, sort_name, status."""
    return select(
        Membership.id.label("membership_id"),
        Membership.key,
        Membership.uuid,
        Membership.given_name,
        Membership.family_name,
        Membership.sort_name,
        Membership.status,
    )


def people_reached(ctx: Context, right: Right) -> Select[int]:
    """A selectable of the membership ids that a right of the actor reaches: by the organisation, a group, the person."""
    return select(Membership.id).where(ctx.visible(right, Membership))


def addressee(ctx: Context, membership_id: int) -> Addressee:
    """Whom a letter to someone is for, or `NotFound`. The caller has a reason to write."""
    query = select(Membership.given_name, Membership.email, Person.language, Membership.status).join(
        Person, Person.id == Membership.person_id
    )
    row = ctx.session.execute(query.where(Membership.id == membership_id)).one_or_none()
    if row is None:
        raise NotFound
    return Addressee(row.given_name, row.email, row.language, row.status != "ended")


def own_addresses(ctx: Context, membership_id: int) -> frozenset[str]:
    """Every e-mail under which someone is or was known here, none for who is not. The caller has a reason to ask."""
    member = ctx.session.get(Membership, membership_id)
    if member is None:
        return frozenset()
    known = select(Identifier.value).where(Identifier.person_id == member.person_id)
    changes = select(ContactChange.value, ContactChange.old_value).where(ContactChange.membership_id == membership_id)
    earlier = [value for row in ctx.session.execute(changes) for value in row]
    return frozenset(one for one in (member.email, *ctx.session.scalars(known), *earlier) if one and "@" in one)


def members(ctx: Context, ids: Iterable[int]) -> dict[int, PersonInfo]:
    """People by membership id, in one query."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = ctx.session.execute(
        select(
            Membership.id,
            Membership.key,
            Membership.uuid,
            Membership.given_name,
            Membership.family_name,
            Membership.sort_name,
        ).where(Membership.id.in_(wanted))
    )
    return {
        row.id: PersonInfo(row.id, row.key, row.uuid, f"{row.given_name} {row.family_name}".strip(), row.sort_name)
        for row in rows
    }


def person(ctx: Context, membership_id: int) -> PersonInfo:
    """One person, or `NotFound`."""
    found = members(ctx, [membership_id]).get(membership_id)
    if found is None:
        raise NotFound
    return found


def person_by_key(ctx: Context, key: str) -> PersonInfo:
    """One person by the key of an address; the caller asks for the right."""
    found = ctx.session.scalar(select(Membership.id).where(Membership.key == key))
    if found is None:
        raise NotFound
    return person(ctx, found)


def is_readable(ctx: Context, membership_id: int) -> bool:
    """Whether the actor may open the page of this person."""
    query = select(Membership.id).where(Membership.id == membership_id, ctx.visible(READ_PEOPLE, Membership))
    return ctx.session.scalar(query) is not None


def membership_ids_by_uuid(ctx: Context, uuids: Iterable[str]) -> dict[str, int]:
    """Pseudonym → membership id, in one query."""
    rows = ctx.session.execute(_IDS_BY_UUID, {"uuids": sorted(set(uuids))})
    return {row.uuid: row.id for row in rows}


def actor_of(ctx: Context, membership_id: int) -> Actor:
    """Someone, as the subject of an act done on their behalf."""
    row = ctx.session.get(Membership, membership_id)
    if row is None:
        raise NotFound
    return Actor(row.id, row.person_id, row.uuid, row.name)


def actors_of(ctx: Context, ids: Iterable[int]) -> dict[int, Actor]:
    """Several people as subjects of acts done on their behalf, by membership id, in one query."""
    wanted = Membership.id.in_(sorted(set(ids)))
    columns = (Membership.id, Membership.person_id, Membership.uuid, Membership.given_name, Membership.family_name)
    rows = ctx.session.execute(select(*columns).where(wanted))
    return {
        row.id: Actor(row.id, row.person_id, row.uuid, f"{row.given_name} {row.family_name}".strip()) for row in rows
    }


def organisation_details(ctx: Context) -> dict[str, str]:
    """What documents print of the organisation: name, siret, nda, address, representative, contact, qualiopi_certificate."""
    row = ctx.session.get_one(Organisation, ctx.here.id)
    names = ("name", "siret", "nda", "address", "representative", "contact", "qualiopi_certificate")
    return {name: getattr(row, name) for name in names}


def lock_memberships(ctx: Context, ids: Iterable[int]) -> None:
    """Make transactions about the same people take turns: their rows, in sorted order (on SQLite there is one writer anyway)."""
    wanted = sorted(ids)
    if wanted and not ctx.session.info.get("is_sqlite"):
        query = select(Membership.id).where(Membership.id.in_(wanted)).order_by(Membership.id)
        ctx.session.execute(query.with_for_update(key_share=True)).all()
