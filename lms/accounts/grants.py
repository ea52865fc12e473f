"""Who holds which role now, and what follows for those who act on others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from lms.accounts.models import GrantRow, Membership
from lms.accounts.permissions import OPENS, roles_that_may_be_given
from lms.contract.types import Right, Role, Scope
from lms.kernel.context import Context
from lms.kernel.rights import Forbidden

LEADERS = (Role.MANAGER, Role.ADMINISTRATOR)
WIDE = (Scope.SITE, Scope.ORGANISATION)


def is_in_force(now: datetime) -> ColumnElement[bool]:
    """The filter of grants that hold at a moment."""
    return and_(GrantRow.starts_at <= now, or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > now))


def roles_of(ctx: Context, ids: Iterable[int]) -> dict[int, tuple[Role, ...]]:
    """Membership id → the roles held now or from a later day on, in one query."""
    rows = ctx.session.execute(
        select(GrantRow.membership_id, GrantRow.role)
        .where(GrantRow.membership_id.in_(sorted(ids)), or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > ctx.now))
        .order_by(GrantRow.id)
    )
    found: dict[int, dict[Role, None]] = {}
    for row in rows:
        found.setdefault(row.membership_id, {})[Role(row.role)] = None
    return {owner: tuple(roles) for owner, roles in found.items()}


def wide_roles(ctx: Context) -> frozenset[Role]:
    """The actor's roles on the whole organisation: only these give rights over people at large."""
    return frozenset(grant.role for grant in ctx.grants if grant.scope in WIDE)


def givable_roles(ctx: Context) -> frozenset[Role]:
    """The roles that the actor may give."""
    return roles_that_may_be_given(wide_roles(ctx))


def may_open_for(ctx: Context, theirs: Iterable[Role]) -> bool:
    """Whether the actor may make a way in for someone with these roles."""
    return set(theirs) <= frozenset().union(*(OPENS.get(role, frozenset()) for role in wide_roles(ctx)))


def require_everywhere(ctx: Context, right: Right) -> None:
    """Raise `Forbidden` unless the right is held on the whole organisation."""
    if not ctx.holds_everywhere(right):
        raise Forbidden(right.name)


def require_over(ctx: Context, right: Right, memberships: Iterable[Membership]) -> None:
    """Raise `Forbidden` unless the right is held on each, and none of them stands above the actor."""
    people = list(memberships)
    theirs = roles_of(ctx, [one.id for one in people])
    for one in people:
        ctx.require(right, on=one)
        if not may_open_for(ctx, theirs.get(one.id, ())):
            raise Forbidden(right.name)
