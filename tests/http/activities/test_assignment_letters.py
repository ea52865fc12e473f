"""A letter says that a work was read: when, to whom, and how little it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lms.accounts.models import Membership
from lms.kernel.preferences import set_preference
from tests.factories.asking import WORK, asking
from tests.factories.learning import Learning, start_learning
from tests.factories.messages import letters, no_letters, work


@pytest.fixture
def handed(app, platform, world) -> Learning:
    no_letters(platform)
    made = start_learning(app, platform, world, modules=asking(WORK), coverage=())
    made.post(made.address("work") + "/travail", text="Ma robe coûte 22 €, et mon mari est malade.")
    return made


def grade(learning: Learning, given: str = "yes", *, seen: int = 0) -> None:
    page = learning.get("/rendus", "trainer")
    address = page[page.index('<a class="btn') :].split('href="')[1].split('"')[0] if not seen else learning.graded
    learning.graded = address
    marks = {f"m-{learning.course.keys[name]}": given for name in ("cost", "time")}
    answer = learning.post(address, "trainer", number=1, seen=seen, comment="Comptez votre bus.", **marks)
    assert answer.status_code == 303


def test_handing_in_writes_to_nobody(engine_name, handed) -> None:
    work(handed.platform)
    assert not letters(handed.platform)


def test_who_is_read_is_told_with_a_link_that_opens_the_work(engine_name, handed, clock) -> None:
    grade(handed)
    work(handed.platform)
    assert not letters(handed.platform), "a moment is left to correct a mark"
    clock.forward(minutes=11)
    work(handed.platform)
    work(handed.platform)
    (letter,) = letters(handed.platform)
    text = letter.get_content()
    assert letter["To"] == "learner@essai.test"
    assert letter["Subject"] == "Votre travail a été lu"
    assert "« Mon prix à moi »" in text
    for private in ("22 €", "mari", "bus"):
        assert private not in text
    address = text.split("127.0.0.1:8000")[1].split()[0]
    assert address == handed.address("work") + "#rendu"
    assert "Comptez votre bus." in handed.get(address.partition("#")[0])


def test_a_mark_corrected_at_once_is_one_letter(engine_name, handed, clock) -> None:
    grade(handed, "no")
    clock.forward(minutes=5)
    grade(handed, "yes", seen=1)
    clock.forward(minutes=20)
    work(handed.platform)
    assert len(letters(handed.platform)) == 1


def test_who_has_handed_in_again_is_told_nothing_of_the_former(engine_name, handed, clock) -> None:
    grade(handed, "no")
    handed.post(handed.address("work") + "/travail", text="Encore.")
    clock.forward(minutes=20)
    work(handed.platform)
    assert not letters(handed.platform)


def test_quiet_hours_are_kept_and_no_mail_is_none(engine_name, handed, clock) -> None:
    clock.now = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # half past ten in the evening, in Paris
    grade(handed)
    work(handed.platform)
    clock.forward(hours=9)
    work(handed.platform)
    assert not letters(handed.platform)
    clock.forward(hours=1)
    work(handed.platform)
    assert len(letters(handed.platform)) == 1
    with handed.platform.writing(handed.world.organisation, handed.world.members["learner"]) as ctx:
        set_preference(ctx, "messages.own_quiet_hours", "pas d'e-mail")
    grade(handed, "no", seen=1)
    clock.forward(days=1)
    work(handed.platform)
    assert len(letters(handed.platform)) == 1


def test_a_worker_that_comes_late_wakes_nobody(engine_name, handed, clock) -> None:
    grade(handed)
    clock.now = datetime(2026, 11, 23, 18, 50, tzinfo=UTC)
    work(handed.platform)
    clock.now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    grade(handed, "no", seen=1)
    work(handed.platform)
    assert len(letters(handed.platform)) == 1, "the one of before eight"
    clock.now = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    work(handed.platform)
    assert len(letters(handed.platform)) == 1
    clock.now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    work(handed.platform)
    assert len(letters(handed.platform)) == 2


def test_who_has_left_or_has_no_mail_gets_none(engine_name, handed, clock) -> None:
    grade(handed)
    with handed.platform.writing(handed.world.organisation) as ctx:
        ctx.session.get_one(Membership, handed.world.members["learner"]).email = ""
    clock.forward(days=1)
    work(handed.platform)
    assert not letters(handed.platform)
