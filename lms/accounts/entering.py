"""Who may enter, before anyone is signed in: these reads look at all organisations and say so."""

from __future__ import annotations

from sqlalchemy import or_, select

from lms.accounts.data import Belonging, Candidate
from lms.accounts.models import AccessCard, Identifier, Invitation, Membership, Organisation, Person, SignInLink
from lms.accounts.names import shortened
from lms.accounts.passwords import is_password
from lms.kernel.context import Context

MOST = 20
"""How many people may share one number."""


def candidates(ctx: Context, kind: str, value: str) -> list[Candidate]:
    """The people whom an identifier may mean, who can enter somewhere; by name."""
    if not value:
        return []
    query = (
        select(Person.id, Person.password_hash, Membership.given_name, Membership.family_name)
        .join(Identifier, Identifier.person_id == Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Identifier.kind == kind, Identifier.value == value, Membership.status == "active")
        .order_by(Membership.sort_name, Membership.id)
        .limit(MOST * 5)
    )
    with ctx.across("sign-in: who is meant"):
        rows = ctx.session.execute(query).all()
    found: dict[int, Candidate] = {}
    for row in rows:
        short = shortened(row.given_name, row.family_name)
        found.setdefault(row.id, Candidate(row.id, short, row.password_hash))
    return list(found.values())[:MOST]


def proven(candidate: Candidate | None, password: str) -> bool:
    """Whether the password is that of the candidate; takes as long when there is none."""
    return is_password(password, candidate.password_hash if candidate else None)


def belongings(ctx: Context, person_id: int, *, contact: str = "") -> list[Belonging]:
    """The organisations that someone may enter; with a contact, only where it is the one that the organisation knows."""
    query = (
        select(Membership.organisation_id, Membership.id, Membership.key, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id, Membership.status == "active")
        .order_by(Organisation.name, Membership.id)
    )
    if contact:
        query = query.where(or_(Membership.email == contact, Membership.phone == contact))
    with ctx.across("sign-in: where one belongs"):
        rows = ctx.session.execute(query).all()
    return [Belonging(row.organisation_id, row.id, row.key, row.name) for row in rows]


def link_named(ctx: Context, key: str) -> SignInLink | None:
    """A one-time link, by the key that its token names."""
    with ctx.across("sign-in: a link"):
        return ctx.session.scalar(select(SignInLink).where(SignInLink.key == key))


def invitation_named(ctx: Context, key: str) -> tuple[Invitation, Membership, Person, str] | None:
    """An invitation with whom it is for, and the organisation's name."""
    query = (
        select(Invitation, Membership, Person, Organisation.name)
        .join(Membership, Membership.id == Invitation.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.key == key)
    )
    with ctx.across("sign-in: an invitation"):
        row = ctx.session.execute(query).one_or_none()
    return (row[0], row[1], row[2], row[3]) if row else None


def card_with(ctx: Context, code_hash: str) -> AccessCard | None:
    """A card that still opens, by the hash of its code."""
    query = (
        select(AccessCard)
        .join(Membership, Membership.id == AccessCard.membership_id)
        .where(AccessCard.code_hash == code_hash, AccessCard.revoked_at.is_(None), Membership.status == "active")
    )
    with ctx.across("sign-in: a card"):
        return ctx.session.scalar(query)
