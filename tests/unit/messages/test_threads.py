"""Threads: asked, answered, closed, reopened; sent twice; who reads and who writes."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lms.contract.types import Role, Scope
from lms.kernel.preferences import set_preference
from lms.kernel.rights import Forbidden, NotFound
from lms.messages.models import CLOSED, REOPENED, SAID, Message, Thread
from lms.messages.operations import close_thread, mark_read, open_thread, reopen_thread, settle_help, write_message
from lms.messages.queries import conversation, thread_list, unread_threads
from lms.messages.reading import LEADERS_READ, YES, thread_by_key
from lms.messages.saying import Refused
from tests.factories.courses import enrol, make_cohort, make_course
from tests.factories.messages import TEXT, answered, asked, myself, newcomer, words


def test_a_person_asks_and_a_trainer_answers(acting, clock, world) -> None:
    thread = asked(acting("learner"))
    assert thread.responsible_id == world.members["trainer"]
    assert thread.waiting_since == clock.now
    clock.forward(hours=3)
    answered(acting("trainer"), thread)
    ctx = acting("learner")
    said = conversation(ctx, thread_by_key(ctx, thread.key))
    assert [one.text for one in said.bubbles] == [TEXT, "Le coût, c'est ce que vous payez."]
    assert said.bubbles[1].sent_at - said.bubbles[1].waited_since == clock.now - said.bubbles[0].sent_at
    assert said.waiting_since is None
    assert said.unread == 1
    assert [name for _key, name in unread_threads(ctx)] == ["Trainer Essai"]


def test_a_form_sent_twice_opens_one_thread_and_says_one_thing(acting) -> None:
    ctx = acting("learner")
    same = words()
    first = open_thread(ctx, person=myself(ctx), words=same)
    second = open_thread(ctx, person=myself(ctx), words=same)
    assert first.id == second.id
    again = words("Encore une chose")
    write_message(ctx, first, words=again)
    write_message(ctx, first, words=again)
    assert ctx.session.scalar(select(func.count()).select_from(Message).where(Message.kind == SAID)) == 2


def test_two_people_who_send_the_same_form_key_say_two_things(acting) -> None:
    name = str(uuid.uuid4())
    for who in ("learner", "company_head"):
        ctx = acting(who)
        open_thread(ctx, person=myself(ctx), words=words(intent=name))
        ctx.session.commit()
    assert acting("trainer").session.scalar(select(func.count()).select_from(Thread)) == 2


def test_an_empty_or_endless_message_is_refused(acting) -> None:
    ctx = acting("learner")
    for text, reason in (("  \n ", "empty"), ("a" * 4001, "long")):
        with pytest.raises(Refused) as refused:
            open_thread(ctx, person=myself(ctx), words=words(text))
        assert refused.value.reason == reason


def test_an_answer_to_a_closed_thread_reopens_it_and_loses_nothing(acting) -> None:
    thread = asked(acting("learner"))
    answered(acting("trainer"), thread)
    ctx = acting("trainer")
    close_thread(ctx, thread_by_key(ctx, thread.key))
    ctx.session.commit()
    answered(acting("learner"), thread, "Encore une question")
    ctx = acting("learner")
    found = thread_by_key(ctx, thread.key)
    assert found.closed_at is None
    assert found.waiting_since is not None
    kinds = [one.kind for one in conversation(ctx, found).bubbles]
    assert kinds == [SAID, SAID, CLOSED, REOPENED, SAID]


def test_what_waits_for_an_answer_is_not_closed_by_staff(acting) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    with pytest.raises(Refused):
        close_thread(ctx, thread_by_key(ctx, thread.key))
    settle_help(ctx, thread_by_key(ctx, thread.key))
    close_thread(ctx, thread_by_key(ctx, thread.key))
    reopen_thread(ctx, thread_by_key(ctx, thread.key))
    assert thread_by_key(ctx, thread.key).closed_at is None


def test_the_person_closes_what_they_no_longer_need(acting) -> None:
    thread = asked(acting("learner"))
    ctx = acting("learner")
    close_thread(ctx, thread_by_key(ctx, thread.key))
    assert thread_by_key(ctx, thread.key).waiting_since is None


def test_staff_write_first_and_the_person_reads(acting, world) -> None:
    from lms.accounts.api import person

    ctx = acting("coach")
    open_thread(ctx, person=person(ctx, world.members["learner"]), words=words("Comment allez-vous ?"))
    ctx.session.commit()
    ctx = acting("learner")
    (line,) = thread_list(ctx).lines
    assert (line.name, line.unread, line.waiting_since) == ("Coach Essai", 1, None)


def test_reading_takes_the_mark_away_and_never_goes_back(acting) -> None:
    thread = asked(acting("learner"))
    answered(acting("trainer"), thread)
    answered(acting("trainer"), thread, "Et encore")
    ctx = acting("learner")
    found = thread_by_key(ctx, thread.key)
    keys = [one.key for one in conversation(ctx, found).bubbles]
    mark_read(ctx, found, key=keys[-1])
    mark_read(ctx, found, key=keys[0])
    assert conversation(ctx, found).unread == 0


def test_a_message_of_another_thread_is_no_place_to_have_read_to(acting) -> None:
    mine = asked(acting("learner"))
    theirs = asked(acting("company_head"))
    ctx = acting("company_head")
    key = conversation(ctx, thread_by_key(ctx, theirs.key)).last_key
    ctx = acting("learner")
    with pytest.raises(NotFound):
        mark_read(ctx, thread_by_key(ctx, mine.key), key=key)


@pytest.mark.parametrize(
    "who", ["company_head", "manager", "auditor", "administrator", "other_trainer", "other_learner"]
)
def test_nobody_else_reads(acting, who: str) -> None:
    thread = asked(acting("learner"))
    with pytest.raises(NotFound):
        thread_by_key(acting(who), thread.key)
    assert not thread_list(acting(who)).lines


@pytest.mark.parametrize("who", ["learner", "trainer", "coach"])
def test_the_person_and_those_who_accompany_read(acting, who: str) -> None:
    thread = asked(acting("learner"))
    assert thread_by_key(acting(who), thread.key).key == thread.key


def test_who_leads_reads_when_the_organisation_says_so_and_writes_never(acting) -> None:
    thread = asked(acting("learner"))
    ctx = acting("manager")
    set_preference(ctx, LEADERS_READ, YES)
    found = thread_by_key(ctx, thread.key)
    with pytest.raises(Forbidden):
        write_message(ctx, found, words=words("Je regarde"))
    with pytest.raises(NotFound):
        thread_by_key(acting("auditor"), thread.key)


def test_the_trainer_of_another_group_reads_and_writes_nothing(acting, platform, world) -> None:
    with platform.writing(world.organisation) as ctx:
        course = make_course(ctx)
        here = make_cohort(ctx, course, code="ICI")
        elsewhere = make_cohort(ctx, course, code="LA")
        enrol(ctx, here, membership_id=world.members["learner"])
    newcomer(platform, world, "near", Role.TRAINER, scope=Scope.COHORT, scope_id=here.id)
    newcomer(platform, world, "far", Role.TRAINER, scope=Scope.COHORT, scope_id=elsewhere.id)
    thread = asked(acting("learner"))
    assert thread.responsible_id == world.members["near"]
    assert thread_by_key(acting("near"), thread.key)
    ctx = acting("far")
    with pytest.raises(NotFound):
        thread_by_key(ctx, thread.key)
    from lms.accounts.api import person

    with pytest.raises(Forbidden):
        open_thread(ctx, person=person(ctx, world.members["learner"]), words=words())


def test_who_acts_for_someone_does_not_read_their_messages(acting, world) -> None:
    from lms.accounts.api import actor_of

    thread = asked(acting("learner"))
    ctx = acting("manager")
    with pytest.raises(NotFound):
        thread_by_key(ctx.acting_for(actor_of(ctx, world.members["learner"])), thread.key)


def test_a_long_thread_is_read_page_by_page(acting) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    for number in range(60):
        write_message(ctx, thread_by_key(ctx, thread.key), words=words(f"Réponse {number}"))
    found = thread_by_key(ctx, thread.key)
    newest, older = conversation(ctx, found), conversation(ctx, found, number=2)
    assert (len(newest.bubbles), len(older.bubbles), newest.total) == (50, 11, 61)
    assert newest.bubbles[-1].text == "Réponse 59"
    assert older.bubbles[0].text == TEXT


def test_the_number_of_queries_of_a_list_does_not_grow(acting, count_queries) -> None:
    counts = []
    for many in (1, 12):
        for _ in range(many):
            asked(acting("learner"))
        ctx = acting("trainer")
        with count_queries() as sent:
            thread_list(ctx, waiting=True)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_same_form_sent_twice_at_the_same_moment_opens_one_thread(platform, world) -> None:
    same = words()

    def send(_number: int) -> str:
        with platform.writing(world.organisation, world.members["learner"]) as ctx:
            return open_thread(ctx, person=myself(ctx), words=same).key

    with ThreadPoolExecutor(2) as both:
        keys = set(both.map(send, range(4)))
    assert len(keys) == 1


def test_two_who_answer_at_once_both_stand_and_count_as_one_help(acting, platform, world) -> None:
    thread = asked(acting("learner"))

    def send(who: str) -> None:
        with platform.writing(world.organisation, world.members[who]) as ctx:
            write_message(ctx, thread_by_key(ctx, thread.key), words=words(f"Réponse de {who}"))

    with ThreadPoolExecutor(2) as both:
        list(both.map(send, ["trainer", "coach"]))
    ctx = acting("learner")
    bubbles = conversation(ctx, thread_by_key(ctx, thread.key)).bubbles
    assert {one.text for one in bubbles[1:]} == {"Réponse de trainer", "Réponse de coach"}
    assert sum(one.waited_since is not None for one in bubbles) == 1
