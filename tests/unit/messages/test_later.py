"""Answers that leave tomorrow: sent twice in two ways, taken back with what they carry, and nobody left waiting for nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from lms.accounts.models import Membership
from lms.kernel.files import FileRow
from lms.kernel.media import FILE, MediaRow, Prepared
from lms.messages.models import Attachment, LaterMessage, Message
from lms.messages.operations import take_back_later, write_later, write_message
from lms.messages.reading import thread_by_key
from lms.messages.saying import Refused
from lms.messages.waiting import answers_to_give
from tests.factories.messages import asked, no_letters, words, work

PAPER = Prepared(FILE, "devis.txt", b"Un devis tout a fait seul.", media_type="text/plain")


@pytest.fixture(autouse=True)
def empty_box(request):
    if "platform" in request.fixturenames:
        no_letters(request.getfixturevalue("platform"))


def test_tomorrow_then_now_leaves_once_and_the_worker_goes_on(acting, platform, clock) -> None:
    thread, intent = asked(acting("learner")), str(uuid.uuid4())
    ctx = acting("trainer")
    due = ctx.now + timedelta(hours=20)
    write_later(ctx, thread_by_key(ctx, thread.key), words=words("Demain.", intent=intent), due_at=due)
    write_message(ctx, thread_by_key(ctx, thread.key), words=words("Non, tout de suite.", intent=intent))
    ctx.session.commit()
    clock.forward(days=1)
    work(platform)
    ctx = acting("trainer")
    said = [
        one.text for one in ctx.session.query(Message).order_by(Message.id) if one.author_id == ctx.actor.membership_id
    ]
    assert said == ["Non, tout de suite."]
    assert ctx.session.query(LaterMessage).count() == 0


def test_now_then_tomorrow_says_that_it_has_left(acting) -> None:
    thread, intent = asked(acting("learner")), str(uuid.uuid4())
    ctx = acting("trainer")
    write_message(ctx, thread_by_key(ctx, thread.key), words=words("Voici.", intent=intent))
    with pytest.raises(Refused, match="sent_already"):
        write_later(ctx, thread_by_key(ctx, thread.key), words=words("Voici.", intent=intent), due_at=ctx.now)


def test_what_is_taken_back_leaves_nothing_behind(acting, platform) -> None:
    thread = asked(acting("learner"))
    ctx = acting("trainer")
    sent = words("Avec un papier.", media=(PAPER,), data_dir=platform.settings.data_dir)
    later = write_later(ctx, thread_by_key(ctx, thread.key), words=sent, due_at=ctx.now + timedelta(days=1))
    name = ctx.session.query(FileRow).one().sha256
    assert take_back_later(ctx, thread_by_key(ctx, thread.key), key=later.key) == "Avec un papier."
    for table in (LaterMessage, Attachment, MediaRow, FileRow):
        assert ctx.session.query(table).count() == 0, table
    ctx.session.commit()
    platform.clock.forward(days=3650)  # the bytes were written by the machine's own clock
    work(platform)
    assert not list((platform.settings.data_dir / "files").glob(f"*/{name}"))


def test_nobody_is_asked_to_answer_who_has_left(acting, platform, world) -> None:
    asked(acting("learner"))
    ctx = acting("trainer")
    assert len(answers_to_give(ctx)) == 1
    ctx.session.rollback()
    with platform.writing(world.organisation) as ctx:
        ctx.session.get_one(Membership, world.members["learner"]).status = "ended"
    assert answers_to_give(acting("trainer")) == []
