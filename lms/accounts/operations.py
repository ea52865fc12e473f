"""Writes on organisations, people and roles."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import GrantRow, Identifier, Membership, Organisation, Person
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.database import TenantSession


def create_organisation(session: TenantSession, *, name: str, timezone: str = "Europe/Paris", **details: str) -> Organisation:
    """Create a tenant: an act of the operator, from the command line."""
    row = Organisation(name=name, timezone=timezone, **details)
    session.add(row)
    session.flush()
    return row


def sort_name_of(given_name: str, family_name: str) -> str:
    """What lists are sorted by: family name, then given name, without accents or case."""
    text = unicodedata.normalize("NFKD", f"{family_name} {given_name}".strip().casefold())
    return "".join(letter for letter in text if not unicodedata.combining(letter))[:220]


def ensure_person(
    ctx: Context,
    *,
    given_name: str,
    family_name: str = "",
    email: str = "",
    phone: str = "",
    password_hash: str | None = None,
    status: str = "active",
    language: str = "fr",
) -> Membership:
    """A membership for someone, on the person that this e-mail already names, else on a new one.

    The caller has checked the right. `phone` is in E.164. A phone number alone never joins two people: it may be shared.
    """
    known = ctx.session.scalar(select(Identifier).where(Identifier.kind == "email", Identifier.value == email.lower())) if email else None
    if known is None:
        person = Person(password_hash=password_hash, language=language)
        ctx.session.add(person)
        ctx.session.flush()
        for kind, value in (("email", email.lower()), ("phone", phone)):
            if value:
                ctx.session.add(Identifier(person_id=person.id, kind=kind, value=value))
        person_id = person.id
    else:
        person_id = known.person_id
        existing = ctx.session.scalar(select(Membership).where(Membership.person_id == person_id))
        if existing is not None:
            return existing
    membership = Membership(
        organisation_id=ctx.here.id,
        person_id=person_id,
        given_name=given_name.strip(),
        family_name=family_name.strip(),
        sort_name=sort_name_of(given_name, family_name),
        email=email.lower(),
        phone=phone,
        status=status,
        created_at=ctx.now,
    )
    ctx.session.add(membership)
    ctx.session.flush()
    return membership


def grant_role(
    ctx: Context,
    *,
    membership_id: int,
    role: Role,
    scope: Scope = Scope.ORGANISATION,
    scope_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> GrantRow:
    """Give a role on a scope. The caller has checked the right; a person's own role is on the scope of the person."""
    row = GrantRow(
        organisation_id=ctx.here.id,
        membership_id=membership_id,
        role=role,
        scope=scope,
        scope_id=membership_id if scope is Scope.PERSON and scope_id is None else scope_id,
        starts_at=starts_at or ctx.now,
        ends_at=ends_at,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def end_grant(ctx: Context, *, grant_id: int) -> None:
    """End a role now: who had it, and when, stays known."""
    ctx.session.get_one(GrantRow, grant_id).ends_at = ctx.now
