"""Who accompanies whom: said here, once.

A person is accompanied by the trainers and coaches who hold their role on the person, or on a group or a course that the
person follows now. When there is none, by those who hold it on the whole organisation; in an organisation without trainers
or coaches, by those who lead it. docs/decisions/0013 says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from lms.accounts.api import Holder, holders
from lms.contract.types import Role, Scope
from lms.courses.api import enrolments
from lms.kernel.context import Context
from lms.messages.data import Companion
from lms.messages.models import Thread
from lms.messages.permissions import COMPANIONS

_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
_WIDE = frozenset({Scope.SITE, Scope.ORGANISATION})


def companions_of(ctx: Context, membership_id: int) -> list[Companion]:
    """Those who accompany someone: trainers first, then coaches, each in the order of their names."""
    candidates = candidates_for(ctx, membership_id)
    near = [one for one in candidates if one.is_near]
    return near or candidates


def candidates_for(ctx: Context, membership_id: int) -> list[Companion]:
    """Those who may be asked to answer someone: who accompanies them, and all others of the organisation who could."""
    everyone = [one for one in holders(ctx, COMPANIONS | _LEADERS) if one.membership_id != membership_id]
    places = _places_of(ctx, membership_id)
    found = _named(everyone, places, COMPANIONS)
    return found or _named(everyone, places, _LEADERS)


def chosen_companion(ctx: Context, membership_id: int, *, wanted: int | None = None) -> int | None:
    """Who answers a new thread: who is asked for; else who answered last; else, trainers first, who has least to answer.

    None in an organisation where nobody can.
    """
    found = {one.membership_id: one for one in companions_of(ctx, membership_id)}
    if wanted in found or not found:
        return wanted if wanted in found else None
    answered = (Thread.membership_id == membership_id, Thread.responsible_id.in_(sorted(found)))
    before = ctx.session.scalar(select(Thread.responsible_id).where(*answered).order_by(Thread.id.desc()).limit(1))
    if before is not None:
        return before
    load = _waiting_for(ctx, sorted(found))
    return min(found, key=lambda one: (found[one].role is not Role.TRAINER, load.get(one, 0), one))


def _waiting_for(ctx: Context, ids: Sequence[int]) -> dict[int, int]:
    rows = ctx.session.execute(
        select(Thread.responsible_id, func.count())
        .where(Thread.waiting_since.is_not(None), Thread.responsible_id.in_(ids))
        .group_by(Thread.responsible_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _places_of(ctx: Context, membership_id: int) -> frozenset[tuple[Scope, int]]:
    """The scopes in which someone lies now."""
    whole = enrolments(ctx).subquery()
    rows = ctx.session.execute(
        select(whole.c.cohort_id, whole.c.course_id).where(
            whole.c.membership_id == membership_id, whole.c.ended_at.is_(None)
        )
    )
    found = {(Scope.PERSON, membership_id)}
    for cohort_id, course_id in rows:
        found |= {(Scope.COHORT, cohort_id), (Scope.COURSE, course_id)}
    return frozenset(found)


def _named(everyone: Iterable[Holder], places: frozenset[tuple[Scope, int]], roles: frozenset[Role]) -> list[Companion]:
    found: dict[int, Companion] = {}
    for one in everyone:
        is_near = one.scope_id is not None and (one.scope, one.scope_id) in places
        if one.role not in roles or not (is_near or one.scope in _WIDE):
            continue
        known = found.get(one.membership_id)
        role = Role.TRAINER if Role.TRAINER in (one.role, known.role if known else None) else one.role
        found[one.membership_id] = Companion(
            one.membership_id, one.name, role, is_near or bool(known and known.is_near)
        )
    return sorted(found.values(), key=lambda one: (one.role is not Role.TRAINER, one.name, one.membership_id))
