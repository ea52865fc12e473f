"""One rule, read two ways: what `holds` says of a thing, `visible` shows in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from lms.accounts.models import Membership
from lms.contract.types import Right, Role, Scope
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, Grant, NotFound, holds, reach
from tests.conftest import TestClock
from tests.factories.world import World

READ = Right("essai:thing:read", "Lire", Scope.COHORT, frozenset({Role.TRAINER, Role.MANAGER, Role.LEARNER}))


class Thing:
    __scopes__: ClassVar[dict[str, str]] = {"cohort": "cohort_id", "person": "membership_id"}

    def __init__(self, cohort_id: Any, membership_id: Any) -> None:
        self.cohort_id, self.membership_id = cohort_id, membership_id


ids = some.integers(1, 4)
grants = some.builds(Grant, some.sampled_from(Role), some.sampled_from(Scope), some.none() | ids)


@given(some.lists(grants, max_size=5), some.builds(Thing, ids, ids))
def test_a_right_is_held_through_one_grant_that_reaches_the_thing(given_to: Any, thing: Any) -> None:
    expected = any(
        one.role in READ.roles
        and (
            one.scope in (Scope.SITE, Scope.ORGANISATION)
            or (one.scope == "cohort" and one.scope_id == thing.cohort_id)
            or (one.scope == "person" and one.scope_id == thing.membership_id)
        )
        for one in given_to
    )
    assert holds(given_to, READ, thing) == expected


@given(some.lists(grants, max_size=5), some.lists(grants, max_size=3), some.builds(Thing, ids, ids))
def test_more_grants_never_take_a_right_away(few: Any, more: Any, thing: Any) -> None:
    assert holds([*few, *more], READ, thing) >= holds(few, READ, thing)


@given(some.lists(grants, max_size=5))
def test_no_role_of_the_right_means_no_reach(given_to: Any) -> None:
    others = [one for one in given_to if one.role not in READ.roles]
    assert reach(others, READ) == (False, {})
    assert not holds(others, READ)


def test_a_grant_on_a_scope_without_its_id_reaches_nothing() -> None:
    assert not holds([Grant(Role.TRAINER, Scope.COHORT, None)], READ, Thing(1, 1))


@pytest.mark.parametrize(
    "given_to",
    [
        (),
        (Grant(Role.TRAINER, Scope.ORGANISATION),),
        (Grant(Role.AUDITOR, Scope.ORGANISATION),),
        (Grant(Role.ADMINISTRATOR, Scope.SITE),),
        (Grant(Role.LEARNER, Scope.PERSON, "learner"),),
        (Grant(Role.LEARNER, Scope.PERSON, "learner"), Grant(Role.TRAINER, Scope.PERSON, "coach")),
        (Grant(Role.LEARNER, Scope.PERSON, "other_learner"),),
        (Grant(Role.TRAINER, Scope.COHORT, "learner"),),
    ],
)
def test_a_list_shows_exactly_the_things_that_one_may_open(
    engine_name: str, acting: Callable[[str], Context], world: World, given_to: Any
) -> None:
    ctx = acting("trainer")
    ctx = replace(ctx, grants=tuple(replace(one, scope_id=world.members.get(one.scope_id)) for one in given_to))
    shown = set(ctx.session.scalars(select(Membership.id).where(ctx.visible(READ, Membership))))
    people = ctx.session.scalars(select(Membership)).all()
    assert shown == {person.id for person in people if ctx.holds(READ, on=person)}


def test_require_raises_forbidden_with_the_name_of_the_right(
    engine_name: str, acting: Callable[[str], Context]
) -> None:
    with pytest.raises(Forbidden, match="essai:thing:read"):
        acting("auditor").require(READ)


def test_a_context_without_anyone_has_no_rights_and_no_subject(
    engine_name: str, platform: Platform, world: World
) -> None:
    with platform.reading(world.organisation) as ctx:
        assert not ctx.holds(READ)
        with pytest.raises(NotFound):
            _ = ctx.subject


def test_a_role_that_has_ended_gives_nothing(
    engine_name: str, platform: Platform, world: World, clock: TestClock
) -> None:
    with platform.writing(world.organisation) as ctx:
        row = ctx.session.execute(select(Membership).where(Membership.given_name == "Trainer")).scalar_one()
        member = row.id
    assert _holds(platform, world, member)
    with platform.writing(world.organisation) as ctx:
        from lms.accounts.models import GrantRow

        ctx.session.scalars(select(GrantRow).where(GrantRow.membership_id == member)).one().ends_at = ctx.now
    assert not _holds(platform, world, member)


def _holds(platform: Platform, world: World, member: Any) -> Any:
    with platform.reading(world.organisation, member) as ctx:
        return ctx.holds(READ)
