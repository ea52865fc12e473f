"""Who holds which role now, and what follows for those who act on others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
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


def roles_over(ctx: Context, right: Right, ids: Iterable[int]) -> dict[int, frozenset[Role]]:
    """Membership id → the actor's roles that reach this person: those on everyone, and those on a group that they are in."""
    wide, wanted = wide_roles(ctx), sorted(set(ids))
    found = dict.fromkeys(wanted, wide)
    for role in sorted(ctx.roles - wide):
        alone = replace(ctx, grants=tuple(grant for grant in ctx.grants if grant.role == role))
        query = select(Membership.id).where(Membership.id.in_(wanted), alone.visible(right, Membership))
        for one in ctx.session.scalars(query):
            found[one] |= {role}
    return found


def opened_by(roles: Iterable[Role]) -> frozenset[Role]:
    """For whom someone with these roles may make a way in: people who hold none but these."""
    return frozenset().union(*(OPENS.get(role, frozenset()) for role in roles))


def may_open_for(ctx: Context, right: Right, membership_id: int) -> bool:
    """Whether the actor may act on a way in of this person, who stands above the actor in no role."""
    theirs = roles_of(ctx, [membership_id]).get(membership_id, ())
    return set(theirs) <= opened_by(roles_over(ctx, right, [membership_id])[membership_id])


def require_everywhere(ctx: Context, right: Right) -> None:
    """Raise `Forbidden` unless the right is held on the whole organisation."""
    if not ctx.holds_everywhere(right):
        raise Forbidden(right.name)


def require_over(ctx: Context, right: Right, memberships: Iterable[Membership]) -> None:
    """Raise `Forbidden` unless the right is held on each, and none of them stands above the actor."""
    people = list(memberships)
    ids = [one.id for one in people]
    theirs, mine = roles_of(ctx, ids), roles_over(ctx, right, ids)
    for one in people:
        if not mine[one.id] & right.roles or not set(theirs.get(one.id, ())) <= opened_by(mine[one.id]):
            raise Forbidden(right.name)


def is_only_followed(roles: Collection[Role]) -> bool:
    """Whether someone with these roles learns here and does no more."""
    return Role.LEARNER in roles and set(roles) <= {Role.LEARNER, Role.COMPANY_HEAD}
