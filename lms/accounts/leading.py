"""An organisation keeps at least one person who leads it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from lms.accounts.grants import LEADERS, WIDE
from lms.accounts.models import GrantRow, Membership
from lms.kernel.context import Context
from lms.kernel.i18n import mark


class Refused(Exception):
    """The act makes no sense as things stand; the message is a French sentence that says what to do."""


def leading(ctx: Context) -> list[GrantRow]:
    """The lasting grants that lead the organisation, locked: two people cannot take each other's role at once."""
    query = (
        select(GrantRow)
        .join(Membership, Membership.id == GrantRow.membership_id)
        .where(
            GrantRow.role.in_(LEADERS),
            GrantRow.scope.in_(WIDE),
            GrantRow.starts_at <= ctx.now,
            GrantRow.ends_at.is_(None),
            Membership.status == "active",
        )
        .order_by(GrantRow.id)
        .with_for_update(of=GrantRow)
    )
    return list(ctx.session.scalars(query))


def keep_a_leader(ctx: Context, ending: Iterable[int]) -> None:
    """Raise `Refused` when nobody would lead once these grants have ended."""
    found, ended = {row.id for row in leading(ctx)}, set(ending)
    if found & ended and not found - ended:
        raise Refused(mark("C'est la dernière personne responsable : donnez d'abord ce rôle à quelqu'un d'autre."))


def keep_a_leader_without(ctx: Context, membership_id: int) -> None:
    """The same, when someone goes."""
    keep_a_leader(ctx, [row.id for row in leading(ctx) if row.membership_id == membership_id])
