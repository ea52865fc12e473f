"""Rights: one rule, read two ways. `holds` looks at a thing, `visible` filters a query, from the same declaration.

A model declares `__scopes__`: scope kind → column (`{"cohort": "cohort_id", "person": "membership_id"}`). A grant of a role
on a scope reaches a row when the row lies in that scope; a grant on the organisation reaches all of its rows. People lie in
a group, too, while a row says so that a feature has declared (`PeopleIn`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from lms.contract.types import PeopleIn, Right, Role, Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, given to someone on a scope. `scope_id` is None for the site and the organisation."""

    role: Role
    scope: Scope
    scope_id: int | None = None


class Forbidden(Exception):
    """A right one lacks on a thing that one may see (403)."""


class NotFound(Exception):
    """No such thing for this person: it does not exist, or is not theirs to know of (404)."""


class NotSignedIn(Exception):
    """The page needs someone signed in (401)."""


def reach(grants: Iterable[Grant], right: Right) -> tuple[bool, Mapping[str, frozenset[int]]]:
    """Where a right is held: (everywhere in the organisation, scope kind → ids)."""
    scoped: dict[str, set[int]] = {}
    for grant in grants:
        if grant.role not in right.roles:
            continue
        if grant.scope in (Scope.SITE, Scope.ORGANISATION):
            return True, {}
        if grant.scope_id is not None:
            scoped.setdefault(grant.scope, set()).add(grant.scope_id)
    return False, {kind: frozenset(ids) for kind, ids in scoped.items()}


def holds(grants: Iterable[Grant], right: Right, on: Any = None) -> bool:
    """Whether these grants give the right on a thing; without a thing: on the organisation or on something in it."""
    everywhere, scoped = reach(grants, right)
    if everywhere:
        return True
    if on is None:
        return bool(scoped)
    return any(getattr(on, column) in scoped.get(kind, ()) for kind, column in on.__scopes__.items())


def visible(
    grants: Iterable[Grant], right: Right, model: Any, people_in: Iterable[PeopleIn] = ()
) -> ColumnElement[bool]:
    """The same rule as a filter on a mapped class."""
    everywhere, scoped = reach(grants, right)
    if everywhere:
        return true()
    tests = list(_lying_in(model, scoped))
    if are_people(model):
        for rows in people_in:
            inside = list(_lying_in(rows.model, scoped))
            whom = getattr(rows.model, rows.model.__scopes__[Scope.PERSON])
            tests += [model.id.in_(select(whom).where(rows.in_force, or_(*inside)))] if inside else []
    return or_(*tests) if tests else false()


def are_people(model: Any) -> bool:
    """Whether the rows of a mapped class, or a row, are people themselves, and not things of theirs."""
    return bool(model.__scopes__.get(Scope.PERSON) == "id")


def _lying_in(model: Any, scoped: Mapping[str, frozenset[int]]) -> Iterator[ColumnElement[bool]]:
    for kind, column in model.__scopes__.items():
        if kind in scoped:
            yield getattr(model, column).in_(sorted(scoped[kind]))
