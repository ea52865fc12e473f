"""Letters: who, when, and how little they say; answers that leave tomorrow at 9; a worker that dies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.kernel.delivery import deliver_events
from lms.kernel.events import EventRow
from lms.kernel.preferences import set_preference
from lms.messages import tasks
from lms.messages.models import LaterMessage, Message, Notice
from lms.messages.operations import (
    answer_handover,
    ask_handover,
    mark_read,
    take_back_later,
    write_later,
    write_message,
)
from lms.messages.queries import conversation
from lms.messages.quiet import NO_MAIL, OF_ALL, OWN, after_quiet, tomorrow_morning
from lms.messages.reading import thread_by_key
from lms.messages.saying import Refused
from tests.factories.messages import answered, asked, letters, no_letters, words, work

PARIS = "Europe/Paris"


@pytest.fixture(autouse=True)
def empty_box(request):
    if "acting" in request.fixturenames:
        no_letters(request.getfixturevalue("platform"))


def test_who_is_asked_gets_a_letter_with_the_first_words_only(acting, platform) -> None:
    asked(
        acting("learner"),
        "Je ne comprends pas le seuil de rentabilité de mon activité, et je me demande si mon mari doit signer",
    )
    work(platform)
    (letter,) = letters(platform)
    text = letter.get_content()
    assert letter["To"] == "trainer@essai.test"
    assert letter["Subject"] == "Learner Essai vous a écrit"
    assert "Je ne comprends pas le seuil" in text
    assert "mari" not in text
    assert "/messages/" in text


def test_the_answer_is_announced_to_the_person_once(acting, platform, clock) -> None:
    thread = asked(acting("learner"))
    work(platform)
    clock.forward(hours=1)
    answered(acting("trainer"), thread)
    answered(acting("trainer"), thread, "Et une autre chose")
    work(platform)
    work(platform)
    assert [letter["To"] for letter in letters(platform)] == ["trainer@essai.test", "learner@essai.test"]


def test_what_follows_within_a_quarter_of_an_hour_is_one_letter_more(acting, platform, clock) -> None:
    thread = asked(acting("learner"))
    work(platform)
    for text in ("Ah, et aussi", "Encore"):
        clock.forward(minutes=2)
        answered(acting("learner"), thread, text)
        work(platform)
    assert len(letters(platform)) == 1
    clock.forward(minutes=15)
    work(platform)
    assert len(letters(platform)) == 2


def test_a_worker_that_comes_late_keeps_quiet_hours(acting, platform, clock) -> None:
    clock.now = datetime(2026, 11, 23, 18, 50, tzinfo=UTC)  # ten to eight in the evening, in Paris
    thread = asked(acting("learner"))
    work(platform)
    clock.forward(minutes=5)
    answered(acting("learner"), thread, "Et aussi")
    deliver_events(platform)
    clock.forward(hours=2)
    work(platform)
    assert len(letters(platform)) == 1
    clock.now = datetime(2026, 11, 24, 7, 1, tzinfo=UTC)
    work(platform)
    assert len(letters(platform)) == 2


def test_what_has_been_read_meanwhile_is_not_announced(acting, platform, clock) -> None:
    clock.now = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    thread = asked(acting("learner"))
    work(platform)
    ctx = acting("trainer")
    found = thread_by_key(ctx, thread.key)
    mark_read(ctx, found, key=conversation(ctx, found).last_key)
    ctx.session.commit()
    clock.forward(hours=12)
    work(platform)
    assert letters(platform) == []


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (datetime(2026, 11, 23, 18, 59, tzinfo=UTC), datetime(2026, 11, 23, 18, 59, tzinfo=UTC)),
        (datetime(2026, 11, 23, 19, 0, tzinfo=UTC), datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),  # summer time begins
    ],
)
def test_no_letter_leaves_between_20_h_and_8_h_by_the_clock_of_the_organisation(at, leaves) -> None:
    assert after_quiet(at, (20, 8), PARIS) == leaves


def test_quiet_hours_of_the_worker_are_kept(acting, platform, clock) -> None:
    clock.now = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # 21:30 in Paris
    asked(acting("learner"))
    work(platform)
    assert letters(platform) == []
    clock.now = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
    work(platform)
    assert letters(platform) == []
    clock.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    work(platform)
    assert len(letters(platform)) == 1


def test_the_organisation_and_the_person_choose_their_hours(acting, platform, clock) -> None:
    clock.now = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # 19:30 in Paris
    ctx = acting("manager")
    set_preference(ctx, OF_ALL, "de 19 h à 9 h")
    ctx.session.commit()
    ctx = acting("coach")
    set_preference(ctx, OWN, "jamais")
    ctx.session.commit()
    asked(acting("learner"))
    asked(acting("company_head"), wanted=ctx.actor.membership_id)
    work(platform)
    assert [letter["To"] for letter in letters(platform)] == ["coach@essai.test"]


def test_who_wants_no_mail_gets_none(acting, platform) -> None:
    ctx = acting("trainer")
    set_preference(ctx, OWN, NO_MAIL)
    ctx.session.commit()
    asked(acting("learner"))
    work(platform)
    assert letters(platform) == []


def test_an_answer_leaves_tomorrow_at_nine(acting, platform, clock) -> None:
    clock.now = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    due = tomorrow_morning(clock.now, PARIS)
    assert due == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    same = words("À demain")
    first = write_later(ctx, thread_by_key(ctx, thread.key), words=same, due_at=due)
    assert write_later(ctx, thread_by_key(ctx, thread.key), words=same, due_at=due).id == first.id
    ctx.session.commit()
    ctx = acting("learner")
    said = conversation(ctx, thread_by_key(ctx, thread.key))
    assert (len(said.bubbles), said.later, said.waiting_since is not None) == (1, (), True)
    clock.now = due
    ctx.session.rollback()
    work(platform)
    work(platform)
    ctx = acting("learner")
    said = conversation(ctx, thread_by_key(ctx, thread.key))
    assert [one.text for one in said.bubbles][1:] == ["À demain"]
    assert said.bubbles[1].sent_at == due
    assert said.waiting_since is None
    assert ctx.session.query(LaterMessage).count() == 0


def test_an_answer_is_taken_back_before_it_leaves(acting, platform, clock) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    found = thread_by_key(ctx, thread.key)
    later = write_later(ctx, found, words=words("Non"), due_at=tomorrow_morning(clock.now, PARIS))
    assert take_back_later(ctx, found, key=later.key) == "Non"
    ctx.session.commit()
    clock.forward(days=2)
    work(platform)
    assert acting("learner").session.query(Message).count() == 1


def test_a_worker_that_dies_loses_nothing(acting, platform, monkeypatch) -> None:
    asked(acting("learner"))

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(tasks, "start_job", dies)
        with pytest.raises(KeyboardInterrupt):
            work(platform)
    work(platform)
    assert len(letters(platform)) == 1


def test_an_event_told_twice_is_noted_once(acting, platform) -> None:
    asked(acting("learner"))
    work(platform)
    ctx = acting("trainer")
    for row in ctx.session.query(EventRow):
        row.delivered_at = None
    ctx.session.commit()
    deliver_events(platform)
    ctx = acting("trainer")
    assert ctx.session.query(Notice).one().due_at is None
    ctx.session.rollback()
    work(platform)
    assert len(letters(platform)) == 1


def test_a_hand_over_is_announced_both_ways(acting, platform, world) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members["coach"])
    ctx.session.commit()
    work(platform)
    ctx = acting("coach")
    answer_handover(ctx, thread_by_key(ctx, thread.key), is_accepted=True)
    ctx.session.commit()
    work(platform)
    found = [(letter["To"], letter["Subject"]) for letter in letters(platform)]
    assert ("coach@essai.test", "Trainer Essai vous demande de prendre la suite") in found
    assert ("trainer@essai.test", "Coach Essai prend la suite") in found


def test_someone_who_has_left_is_not_written_to(acting, platform, world) -> None:
    from lms.accounts.models import Membership

    thread = asked(acting("learner"))
    with platform.writing(world.organisation) as ctx:
        ctx.session.get_one(Membership, world.members["learner"]).status = "ended"
    ctx = acting("trainer")
    with pytest.raises(Refused) as refused:
        write_message(ctx, thread_by_key(ctx, thread.key), words=words("Bonjour ?"))
    assert refused.value.reason == "gone"
