"""People, invitations and roles: who may do what to whom, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts import access, operations
from lms.accounts.access import NoLongerOpens
from lms.accounts.models import GrantRow, Identifier, Invitation, Membership, Person
from lms.accounts.operations import Refused
from lms.accounts.queries import grants_of, membership, people_page
from lms.accounts.roster import RosterLine
from lms.contract.types import Role, Scope
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from tests.factories.world import World

Acting = Callable[[str], Context]
AWA = RosterLine(2, "Awa", "Diallo", "awa@exemple.test", "+33612345678")
MOUSSA = RosterLine(3, "Moussa", "Traoré")


def member(ctx: Context, world: World, who: str) -> Membership:
    return ctx.session.get_one(Membership, world.members[who])


def events(ctx: Context, kind: str) -> list[EventRow]:
    ctx.session.flush()
    return list(ctx.session.scalars(select(EventRow).where(EventRow.type == f"accounts.{kind}")))


# ---------------------------------------------------------------------------------------------------------- inviting


def test_with_an_address_one_is_invited_without_one_one_is_here_at_once(acting: Acting) -> None:
    ctx = acting("trainer")
    awa, moussa = operations.invite_many(ctx, lines=[AWA, MOUSSA])
    assert (awa.membership.status, awa.is_new, awa.is_mailed) == ("invited", True, True)
    assert (moussa.membership.status, moussa.is_new, moussa.is_mailed) == ("active", True, False)
    assert [grant.role for grant in grants_of(ctx, awa.membership.id)] == [Role.LEARNER]
    assert len(events(ctx, "person_invited")) == 1
    assert len(events(ctx, "person_added")) == 1


def test_who_is_here_already_stays_as_they_are(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    line = RosterLine(2, "Autre", "Nom", "trainer@essai.test", role=Role.MANAGER)
    found = operations.invite(ctx, line=line)
    assert not found.is_new
    assert found.membership.id == world.members["trainer"]
    assert found.membership.given_name == "Trainer"
    assert [grant.role for grant in grants_of(ctx, found.membership.id)] == [Role.TRAINER]


def test_a_person_of_another_organisation_joins_without_being_told_apart(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    found = operations.invite(ctx, line=RosterLine(2, "X", "Y", "other_learner@essai.test", "+33700000000"))
    assert found.is_new
    with ctx.across("test"):
        other = ctx.session.get_one(Membership, world.members["other_learner"])
        numbers = ctx.session.scalars(select(Identifier.value).where(Identifier.person_id == other.person_id))
        assert list(numbers) == ["other_learner@essai.test"], "an inviter does not add a way into someone's account"
    assert found.membership.person_id == other.person_id


@pytest.mark.parametrize(
    ("who", "role"), [("trainer", Role.TRAINER), ("coach", Role.MANAGER), ("manager", Role.ADMINISTRATOR)]
)
def test_nobody_invites_above_themselves(acting: Acting, who: str, role: Role) -> None:
    with pytest.raises(Forbidden):
        operations.invite(acting(who), line=RosterLine(2, "A", email="a@exemple.test", role=role))


@pytest.mark.parametrize("who", ["learner", "company_head", "auditor"])
def test_only_the_team_invites(acting: Acting, who: str) -> None:
    with pytest.raises(Forbidden):
        operations.invite(acting(who), line=AWA)


def test_a_long_list_asks_no_more_than_a_short_one(
    acting: Acting, count_statements: Callable[[Context], list[str]]
) -> None:
    ctx = acting("manager")
    lines = [RosterLine(number, f"P{number}", email=f"p{number}@exemple.test") for number in range(2, 402)]
    operations.invite_many(ctx, lines=lines[:10])
    seen = count_statements(ctx)
    operations.invite_many(ctx, lines=lines)
    ctx.session.flush()
    assert sum(statement.startswith("SELECT") for statement in seen) < 5
    assert ctx.session.scalar(select(func.count()).select_from(Invitation)) == 400


def test_a_new_letter_closes_the_one_before(acting: Acting, clock: object) -> None:
    ctx = acting("manager")
    awa = operations.invite(ctx, line=AWA).membership
    first = ctx.session.scalars(select(Invitation)).one().id
    operations.invite_again(ctx, membership=awa)
    assert ctx.session.scalars(select(Invitation.id)).one() != first or len(events(ctx, "person_invited")) == 2
    awa.status = "active"
    with pytest.raises(Refused):
        operations.invite_again(ctx, membership=awa)


def test_an_invitation_is_accepted_once_and_not_too_late(acting: Acting, clock: object) -> None:
    ctx = acting("manager")
    awa = operations.invite(ctx, line=AWA).membership
    letter = ctx.session.scalars(select(Invitation)).one()
    access.accept_invitation(ctx, invitation=letter, password_hash="hash")
    assert awa.status == "active"
    assert ctx.session.get_one(Person, awa.person_id).password_hash == "hash"
    with pytest.raises(NoLongerOpens):
        access.accept_invitation(ctx, invitation=letter, password_hash=None)
    moussa = operations.invite(ctx, line=RosterLine(2, "Moussa", email="moussa@exemple.test")).membership
    late = ctx.session.scalars(select(Invitation).where(Invitation.membership_id == moussa.id)).one()
    clock.forward(days=31)  # type: ignore[attr-defined]
    with pytest.raises(NoLongerOpens):
        access.accept_invitation(ctx, invitation=late, password_hash=None)


def test_an_invitation_never_replaces_a_password(acting: Acting) -> None:
    ctx = acting("manager")
    operations.invite(ctx, line=AWA)
    letter = ctx.session.scalars(select(Invitation)).one()
    person = ctx.session.scalars(select(Person).join(Membership).where(Membership.id == letter.membership_id)).one()
    person.password_hash = "theirs"
    access.accept_invitation(ctx, invitation=letter, password_hash="new")
    assert person.password_hash == "theirs"


# ------------------------------------------------------------------------------------------------------------- people


def test_a_list_is_paged_searched_and_filtered(acting: Acting) -> None:
    ctx = acting("manager")
    lines = [RosterLine(number, f"Zoé{number:03}", "Été") for number in range(2, 122)]
    operations.invite_many(ctx, lines=lines)
    assert people_page(ctx).total == 127
    third = people_page(ctx, search="ETE zoe", number=3)
    assert (third.total, third.pages, len(third.lines)) == (120, 3, 20)
    assert people_page(ctx, search="100%").total == 0
    assert people_page(ctx, state="without_email").total == 120
    assert people_page(ctx, state="invited").total == 0
    assert people_page(ctx, number=999).number == 3


def test_lists_do_not_ask_more_for_more_people(
    acting: Acting, count_statements: Callable[[Context], list[str]]
) -> None:
    ctx = acting("manager")
    seen = count_statements(ctx)
    people_page(ctx)
    few = len(seen)
    operations.invite_many(ctx, lines=[RosterLine(number, f"Zoé{number}") for number in range(2, 60)])
    ctx.session.flush()
    seen.clear()
    people_page(ctx)
    assert len(seen) == few


def test_another_organisation_sees_nobody(acting: Acting, world: World) -> None:
    other = acting("other_learner")
    key = member(other, world, "other_learner").key
    other.session.rollback()
    ctx = acting("manager")
    with pytest.raises(NotFound):
        membership(ctx, key)
    assert people_page(ctx, search="other").total == 0


def test_a_contact_is_corrected_with_its_way_in(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    operations.change_person(
        ctx, membership=learner, given_name="Léa", family_name="Éco", email="lea@exemple.test", phone="+33612345678"
    )
    assert learner.sort_name == "eco lea"
    values = set(ctx.session.scalars(select(Identifier.value).where(Identifier.person_id == learner.person_id)))
    assert values == {"lea@exemple.test", "+33612345678"}
    with pytest.raises(Refused):
        operations.change_person(
            ctx, membership=learner, given_name="L", family_name="", email="trainer@essai.test", phone=""
        )


def test_a_contact_never_takes_over_someone_known_elsewhere(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    shared = operations.invite(ctx, line=RosterLine(2, "X", "Y", "other_learner@essai.test")).membership
    operations.change_person(
        ctx, membership=shared, given_name="X", family_name="Y", email="mine@exemple.test", phone=""
    )
    assert list(ctx.session.scalars(select(Identifier.value).where(Identifier.person_id == shared.person_id))) == [
        "other_learner@essai.test"
    ]
    learner = member(ctx, world, "learner")
    operations.change_person(
        ctx, membership=learner, given_name="L", family_name="", email="other_trainer@essai.test", phone=""
    )
    assert "other_trainer@essai.test" not in set(
        ctx.session.scalars(select(Identifier.value).where(Identifier.person_id == learner.person_id))
    )


def test_a_manager_does_not_rewrite_an_administrator(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    with pytest.raises(Forbidden):
        operations.change_person(
            ctx, membership=member(ctx, world, "administrator"), given_name="A", family_name="", email="", phone=""
        )
    with pytest.raises(Forbidden):
        operations.end_membership(ctx, membership=member(ctx, world, "administrator"))


def test_a_closed_account_opens_again(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    operations.end_membership(ctx, membership=learner)
    operations.end_membership(ctx, membership=learner)
    assert learner.status == "ended"
    assert len(events(ctx, "membership_ended")) == 1
    operations.reopen_membership(ctx, membership=learner)
    assert learner.status == "active"


# -------------------------------------------------------------------------------------------------------------- roles


def test_a_role_is_given_once_and_taken_back(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    given = operations.give_role(ctx, membership=learner, role=Role.TRAINER)
    assert operations.give_role(ctx, membership=learner, role=Role.TRAINER).id == given.id
    operations.take_role_back(ctx, membership=learner, key=given.key)
    operations.take_role_back(ctx, membership=learner, key=given.key)
    assert len(events(ctx, "role_ended")) == 1
    assert [line.is_over for line in grants_of(ctx, learner.id)] == [False, True]


def test_a_role_may_stand_on_one_scope_between_two_days(
    acting: Acting, world: World, platform: Platform, clock: object
) -> None:
    ctx = acting("manager")
    learner = member(ctx, world, "learner")
    start, end = ctx.now + timedelta(days=1), ctx.now + timedelta(days=3)
    operations.give_role(
        ctx, membership=learner, role=Role.TRAINER, scope=Scope.COHORT, scope_id=7, starts_at=start, ends_at=end
    )
    ctx.session.commit()
    held = []
    for days in (0, 2, 2):
        clock.forward(days=days)  # type: ignore[attr-defined]
        with platform.reading(world.organisation, learner.id) as later:
            held.append(Role.TRAINER in later.roles)
    assert held == [False, True, False]
    with pytest.raises(Refused):
        operations.give_role(acting("manager"), membership=learner, role=Role.COACH, starts_at=end, ends_at=start)


def test_roles_are_given_up_to_ones_own(acting: Acting, world: World) -> None:
    manager = acting("manager")
    operations.give_role(manager, membership=member(manager, world, "coach"), role=Role.MANAGER)
    with pytest.raises(Forbidden):
        operations.give_role(manager, membership=member(manager, world, "coach"), role=Role.ADMINISTRATOR)
    manager.session.rollback()
    administrator = acting("administrator")
    operations.give_role(administrator, membership=member(administrator, world, "coach"), role=Role.ADMINISTRATOR)
    trainer = acting("trainer")
    with pytest.raises(Forbidden):
        operations.give_role(trainer, membership=member(trainer, world, "coach"), role=Role.LEARNER)


def test_a_manager_does_not_unseat_an_administrator(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    administrator = member(ctx, world, "administrator")
    with pytest.raises(Forbidden):
        operations.take_role_back(ctx, membership=administrator, key=grants_of(ctx, administrator.id)[0].key)


def test_the_last_person_who_leads_stays(acting: Acting, world: World) -> None:
    ctx = acting("administrator")
    manager, administrator = member(ctx, world, "manager"), member(ctx, world, "administrator")
    operations.take_role_back(ctx, membership=manager, key=grants_of(ctx, manager.id)[0].key)
    own = grants_of(ctx, administrator.id)[0].key
    with pytest.raises(Refused):
        operations.take_role_back(ctx, membership=administrator, key=own)
    until = ctx.now + timedelta(days=1)
    operations.give_role(ctx, membership=manager, role=Role.MANAGER, ends_at=until)
    with pytest.raises(Refused):
        operations.take_role_back(ctx, membership=administrator, key=own)


def test_the_last_manager_does_not_leave(acting: Acting, world: World) -> None:
    ctx = acting("administrator")
    administrator = member(ctx, world, "administrator")
    ctx.session.get_one(
        GrantRow, ctx.session.scalars(select(GrantRow.id).where(GrantRow.membership_id == administrator.id)).one()
    ).ends_at = ctx.now
    with pytest.raises(Refused):
        operations.end_membership(ctx, membership=member(ctx, world, "manager"))


def test_anothers_grant_is_not_found(acting: Acting, world: World) -> None:
    ctx = acting("manager")
    key = grants_of(ctx, world.members["trainer"])[0].key
    with pytest.raises(NotFound):
        operations.take_role_back(ctx, membership=member(ctx, world, "learner"), key=key)


def test_two_people_on_lines_of_the_same_number_both_come(acting: Acting) -> None:
    invited = operations.invite_many(
        acting("manager"),
        lines=[RosterLine(1, "Awa"), RosterLine(1, "Moussa"), RosterLine(1, "X", email="x@exemple.test")],
    )
    assert [one.membership.given_name for one in invited] == ["Awa", "Moussa", "X"]


def test_one_address_twice_is_one_person(acting: Acting) -> None:
    first, again = operations.invite_many(acting("manager"), lines=[AWA, AWA])
    assert (first.is_new, again.is_new) == (True, False)
    assert first.membership is again.membership


def test_nobody_gives_themself_a_role_while_another_person_leads(acting: Acting, world: World) -> None:
    manager = acting("manager")
    me = member(manager, world, "manager")
    with pytest.raises(Refused, match="une autre personne responsable"):
        operations.give_role(manager, membership=me, role=Role.COACH)
    with pytest.raises(Refused):
        operations.give_role(manager, membership=me, role=Role.TRAINER, scope=Scope.COHORT, scope_id=1)
    administrator = member(manager, world, "administrator")
    administrator.status = "ended"
    manager.session.flush()
    assert operations.give_role(manager, membership=me, role=Role.COACH).membership_id == me.id


def test_of_who_was_erased_nothing_is_written_again(acting: Acting, world: World) -> None:
    ctx = acting("administrator")
    gone = member(ctx, world, "learner")
    gone.erased_at, gone.status = ctx.now, "ended"
    with pytest.raises(Refused, match="effacées"):
        operations.change_person(ctx, membership=gone, given_name="Awa", family_name="", email="a@b.test", phone="")
    with pytest.raises(Refused, match="effacées"):
        operations.give_role(ctx, membership=gone, role=Role.LEARNER)
    operations.reopen_membership(ctx, membership=gone)
    assert gone.status == "ended"
