"""What threads hold on a person: said to them, and erased; that help was given stays as long as evidence does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from lms.kernel.files import FileRow, path_of
from lms.kernel.media import MediaRow, forgotten_bytes, prepare, remove_bytes
from lms.messages.models import Attachment, Handover, LaterMessage, Message, Notice, Reading, Thread
from lms.messages.operations import ask_handover, open_thread, write_later, write_message
from lms.messages.queries import conversation
from lms.messages.reading import thread_by_key
from lms.messages.saying import Refused
from tests.factories.media import photo
from tests.factories.messages import TEXT, answered, myself, words, work

EVERYTHING = frozenset({"account", "trail", "raw", "evidence", "technical"})


@pytest.fixture
def told(acting, platform, world, clock):
    """A thread with a photo, an answer, an answer for tomorrow and a hand-over."""
    picture = prepare("stand.jpg", photo(), accepts=["photo"])
    ctx = acting("learner")
    data_dir = platform.settings.data_dir
    thread = open_thread(ctx, person=myself(ctx), words=words(media=(picture,), data_dir=data_dir))
    ctx.session.commit()
    answered(acting("trainer"), thread)
    answered(acting("learner"), thread, "Merci, mais pourquoi ?")
    ctx = acting("trainer")
    write_later(ctx, thread_by_key(ctx, thread.key), words=words("Demain"), due_at=clock.now.replace(hour=23))
    ask_handover(ctx, thread_by_key(ctx, thread.key), to_id=world.members["coach"])
    ctx.session.commit()
    work(platform)
    return thread


def rows(ctx, model) -> int:
    return ctx.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_person_reads_everything_that_was_said(acting, told, world) -> None:
    ctx = acting("learner")
    (held,) = [one for one in ctx.registry.personal_data(ctx, world.members["learner"]) if one.title == "Vos messages"]
    text = str(held.rows)
    assert [file.name for file in held.files] == ["stand.webp"]
    assert TEXT in text
    assert "Le coût" in text
    assert "stand.webp" in text
    assert "Trainer Essai" in text


def test_staff_read_what_they_wrote(acting, told, world) -> None:
    ctx = acting("trainer")
    (held,) = [one for one in ctx.registry.personal_data(ctx, world.members["trainer"]) if one.title == "Vos messages"]
    text = str(held.rows)
    assert "Le coût" in text
    assert "Demain" in text
    assert TEXT not in text


def test_with_the_account_go_words_and_photos_and_the_dates_stay(acting, told, platform, world) -> None:
    ctx = acting("learner")
    paths = [path_of(platform.settings.data_dir, one) for one in ctx.session.query(FileRow)]
    assert all(path.exists() for path in paths)
    ctx.session.rollback()
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"account"}))
        names = forgotten_bytes(ctx)
    ctx = acting("trainer")
    assert {row.text for row in ctx.session.query(Message)} == {""}
    assert (rows(ctx, Attachment), rows(ctx, MediaRow), rows(ctx, FileRow), rows(ctx, LaterMessage)) == (0, 0, 0, 0)
    said = conversation(ctx, thread_by_key(ctx, told.key))
    assert [one.is_erased for one in said.bubbles if one.kind == "said"] == [True, True, True]
    assert said.bubbles[1].waited_since is not None
    assert said.is_gone
    remove_bytes(ctx, platform.settings.data_dir, names, before=datetime.now(UTC))  # the disk has its own clock
    assert not any(path.exists() for path in paths)


def test_an_erased_persons_thread_takes_no_answer(acting, told, platform, world) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"account"}))
    ctx = acting("trainer")
    with pytest.raises(Refused) as refused:
        write_message(ctx, thread_by_key(ctx, told.key), words=words("Vous êtes là ?"))
    assert refused.value.reason == "gone"


def test_a_file_that_another_row_names_stays(acting, told, platform, world) -> None:
    picture = prepare("stand.jpg", photo(), accepts=["photo"])
    ctx = acting("company_head")
    open_thread(ctx, person=myself(ctx), words=words(media=(picture,), data_dir=platform.settings.data_dir))
    ctx.session.commit()
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], frozenset({"account"}))
    ctx = acting("trainer")
    assert rows(ctx, MediaRow) == 1
    assert rows(ctx, FileRow) == 2


def test_with_the_evidence_goes_that_it_was(acting, told, platform, world) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["learner"], EVERYTHING)
    ctx = acting("trainer")
    for model in (Thread, Message, LaterMessage, Attachment, Reading, Handover, Notice):
        assert rows(ctx, model) == 0, model


def test_what_staff_wrote_to_others_stays_when_they_are_erased(acting, told, platform, world) -> None:
    with platform.writing(world.organisation) as ctx:
        ctx.registry.erase_personal_data(ctx, world.members["trainer"], frozenset({"account"}))
    ctx = acting("learner")
    said = conversation(ctx, thread_by_key(ctx, told.key))
    assert "Le coût, c'est ce que vous payez." in [one.text for one in said.bubbles]
    assert "Personne effacée" in [one.author for one in said.bubbles]
