"""E-mails and numbers that find people at sign-in: whose they are, and how they follow a contact that changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from lms.accounts.models import Identifier, Membership
from lms.kernel.context import Context


def people_with(ctx: Context, emails: Iterable[str]) -> dict[str, int]:
    """E-mail → the person whom it names."""
    query = select(Identifier.value, Identifier.person_id).where(
        Identifier.kind == "email", Identifier.value.in_(sorted(set(emails)))
    )
    return {row.value: row.person_id for row in ctx.session.execute(query)}


def is_email_taken_here(ctx: Context, membership: Membership, email: str) -> bool:
    """Whether someone else of the organisation has this e-mail."""
    query = select(Membership.id).where(Membership.email == email, Membership.id != membership.id)
    return ctx.session.scalar(query.limit(1)) is not None


def replace_identifier(
    ctx: Context, membership: Membership, kind: str, value: str, *, verified_at: datetime | None = None
) -> None:
    """Another organisation's person, or another person's address, stays as it is: this one could otherwise enter there."""
    with ctx.across("correct a contact: is the person known elsewhere"):
        own = select(Membership.id).where(Membership.person_id == membership.person_id)
        elsewhere = len(ctx.session.scalars(own.limit(2)).all()) > 1
    if elsewhere or (
        kind == "email" and people_with(ctx, [value]).get(value, membership.person_id) != membership.person_id
    ):
        return
    ctx.session.execute(delete(Identifier).where(Identifier.person_id == membership.person_id, Identifier.kind == kind))
    if value:
        ctx.session.add(Identifier(person_id=membership.person_id, kind=kind, value=value, verified_at=verified_at))
