"""E-mails and numbers that find people at sign-in: whose they are, and how they follow a contact that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Identifier, Membership
from lms.kernel.context import Context

_Found = TypeVar("_Found")
_LOOKS = 3


class EmailTaken(Exception):
    """Someone else has taken this e-mail in this very moment: an e-mail names one person."""


def looking_again(ctx: Context, act: Callable[[], _Found]) -> _Found:
    """Let people join; when someone lets the same one join at once, look again: they are known by then."""
    for _ in range(_LOOKS - 1):
        try:
            with ctx.session.begin_nested():
                return act()
        except IntegrityError:
            continue
    return act()


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
    """Another organisation's person, or another person's address, stays as it is: this one could otherwise enter there.

    `EmailTaken` when another person takes it at once.
    """
    with ctx.across("correct a contact: is the person known elsewhere"):
        own = select(Membership.id).where(Membership.person_id == membership.person_id)
        elsewhere = len(ctx.session.scalars(own.limit(2)).all()) > 1
    if elsewhere or (
        kind == "email" and people_with(ctx, [value]).get(value, membership.person_id) != membership.person_id
    ):
        return
    person_id = membership.person_id
    try:
        with ctx.session.begin_nested():
            ctx.session.execute(delete(Identifier).where(Identifier.person_id == person_id, Identifier.kind == kind))
            if value:
                ctx.session.add(Identifier(person_id=person_id, kind=kind, value=value, verified_at=verified_at))
    except IntegrityError as taken:
        raise EmailTaken from taken
