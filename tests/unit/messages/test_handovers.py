"""A hand-over ends only when it is accepted."""

from __future__ import annotations

import pytest

from lms.contract.types import Role
from lms.kernel.rights import Forbidden
from lms.messages.models import ASKED, DECLINED, TAKEN_OVER, WITHDRAWN, Handover
from lms.messages.operations import answer_handover, ask_handover, withdraw_handover
from lms.messages.queries import conversation
from lms.messages.reading import thread_by_key
from lms.messages.saying import Refused
from lms.messages.waiting import answers_to_give, handovers_to_answer
from tests.factories.messages import answered, asked, newcomer


@pytest.fixture
def handed(acting, world):
    """The trainer has asked the coach to take over."""
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members["coach"])
    ctx.session.commit()
    return thread


def test_until_it_is_accepted_the_first_one_stays_responsible_and_both_are_told(acting, world, handed) -> None:
    for who in ("trainer", "coach"):
        ctx = acting(who)
        said = conversation(ctx, thread_by_key(ctx, handed.key))
        assert said.responsible_id == world.members["trainer"]
        assert (said.handover.from_name, said.handover.to_name) == ("Trainer Essai", "Coach Essai")
    assert [wait.key for wait in answers_to_give(acting("trainer"))] == [f"answer:{handed.key}"]
    assert not answers_to_give(acting("coach"))
    assert [wait.key for wait in handovers_to_answer(acting("coach"))] == [f"handover:{handed.key}"]


def test_the_person_sees_no_hand_over_before_it_is_accepted(acting, handed) -> None:
    ctx = acting("learner")
    assert conversation(ctx, thread_by_key(ctx, handed.key)).handover is None


def test_accepted_it_changes_who_answers_and_the_thread_says_so(acting, world, handed) -> None:
    ctx = acting("coach")
    answer_handover(ctx, thread_by_key(ctx, handed.key), is_accepted=True)
    ctx.session.commit()
    ctx = acting("learner")
    said = conversation(ctx, thread_by_key(ctx, handed.key))
    assert said.responsible_id == world.members["coach"]
    assert (said.bubbles[-1].kind, said.bubbles[-1].author) == (TAKEN_OVER, "Coach Essai")
    assert not answers_to_give(acting("trainer"))
    assert len(answers_to_give(acting("coach"))) == 1


def test_declined_it_changes_nothing(acting, world, handed) -> None:
    ctx = acting("coach")
    answer_handover(ctx, thread_by_key(ctx, handed.key), is_accepted=False)
    assert thread_by_key(ctx, handed.key).responsible_id == world.members["trainer"]
    assert ctx.session.query(Handover).one().state == DECLINED


def test_withdrawn_it_can_no_longer_be_accepted(acting, handed) -> None:
    ctx = acting("trainer")
    withdraw_handover(ctx, thread_by_key(ctx, handed.key))
    ctx.session.commit()
    ctx = acting("coach")
    with pytest.raises(Refused):
        answer_handover(ctx, thread_by_key(ctx, handed.key), is_accepted=True)


def test_asked_twice_it_is_asked_once_and_of_another_the_first_request_ends(acting, platform, world, handed) -> None:
    newcomer(platform, world, "third", Role.COACH)
    ctx = acting("trainer")
    ask_handover(ctx, thread_by_key(ctx, handed.key), to_id=world.members["coach"])
    ask_handover(ctx, thread_by_key(ctx, handed.key), to_id=world.members["third"])
    assert [row.state for row in ctx.session.query(Handover).order_by(Handover.id)] == [WITHDRAWN, ASKED]


def test_taken_by_oneself_it_is_accepted_at_once(acting, world) -> None:
    thread = asked(acting("learner"))
    ctx = acting("coach")
    ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members["coach"])
    assert thread_by_key(ctx, thread.key).responsible_id == world.members["coach"]


@pytest.mark.parametrize("to", ["auditor", "learner", "company_head", "trainer", "other_coach"])
def test_only_who_could_answer_is_asked(acting, world, to: str) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    with pytest.raises(Refused):
        ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members[to])


def test_the_person_hands_nothing_over(acting, world) -> None:
    thread = asked(acting("learner"))
    ctx = acting("learner")
    with pytest.raises(Forbidden):
        ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members["coach"])


def test_only_who_was_asked_accepts(acting, handed) -> None:
    ctx = acting("trainer")
    with pytest.raises(Refused):
        answer_handover(ctx, thread_by_key(ctx, handed.key), is_accepted=True)


def test_an_answer_by_another_does_not_change_who_is_responsible(acting, world) -> None:
    thread = asked(acting("learner"))
    answered(acting("coach"), thread)
    assert thread_by_key(acting("trainer"), thread.key).responsible_id == world.members["trainer"]
