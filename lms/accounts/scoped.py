"""Roles on one thing of another feature: a group, a course, a space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from lms.accounts.models import GrantRow, Membership
from lms.contract.types import STAFF, Role, Scope
from lms.kernel.context import Context


@dataclass(frozen=True, slots=True)
class ScopedGrant:
    """Someone's role on one group, course or space: in force now, or to come."""

    id: int
    key: str
    membership_id: int
    name: str
    role: Role
    starts_at: datetime
    ends_at: datetime | None


def grants_on(ctx: Context, *, scope: Scope, scope_id: int) -> list[ScopedGrant]:
    """Who holds a role on this thing alone, by name. The caller asks for the right."""
    rows = ctx.session.execute(
        select(
            GrantRow.id,
            GrantRow.key,
            GrantRow.membership_id,
            Membership.given_name,
            Membership.family_name,
            GrantRow.role,
            GrantRow.starts_at,
            GrantRow.ends_at,
        )
        .join(Membership, Membership.id == GrantRow.membership_id)
        .where(
            GrantRow.scope == scope,
            GrantRow.scope_id == scope_id,
            or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > ctx.now),
        )
        .order_by(Membership.sort_name, GrantRow.id)
    )
    return [
        ScopedGrant(
            row.id,
            row.key,
            row.membership_id,
            f"{row.given_name} {row.family_name}".strip(),
            Role(row.role),
            row.starts_at,
            row.ends_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Holder:
    """Someone who holds a role now, on the organisation (`scope_id` None) or on one thing of it."""

    membership_id: int
    name: str
    role: Role
    scope: Scope
    scope_id: int | None


def holders(ctx: Context, roles: Iterable[Role]) -> list[Holder]:
    """Who holds one of these roles now, on whatever scope, in order of their ids: a few dozen people at the most."""
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
            GrantRow.role.in_(sorted(roles)),
            GrantRow.starts_at <= ctx.now,
            or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > ctx.now),
            Membership.status == "active",
        )
        .order_by(GrantRow.membership_id, GrantRow.id)
    )
    return [
        Holder(
            row.membership_id,
            f"{row.given_name} {row.family_name}".strip(),
            Role(row.role),
            Scope(row.scope),
            row.scope_id,
        )
        for row in rows
    ]


STAFF_IDS = (
    select(GrantRow.membership_id)
    .where(
        GrantRow.role.in_(sorted(STAFF)),
        GrantRow.starts_at <= bindparam("now"),
        or_(GrantRow.ends_at.is_(None), GrantRow.ends_at > bindparam("now")),
    )
    .distinct()
)
"""A selectable of the membership ids of those who work for the organisation, at the moment `now`."""


def staff_ids(ctx: Context) -> list[int]:
    """Those who work for the organisation, on whatever scope. The caller asks for the right."""
    return list(ctx.session.scalars(STAFF_IDS, {"now": ctx.now}))
