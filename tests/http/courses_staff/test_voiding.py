"""Staff void what was noted by mistake: with a reason, once, and everyone can read that it was."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from lms.contract.types import Role
from lms.courses.models import Cohort
from lms.courses.operations import assign_staff
from lms.kernel.events import EventRow
from tests.factories.learning import Learning, start_learning

REASON = "c'était noté deux fois"


@pytest.fixture
def learning(engine_name: Any, app: Any, platform: Any, world: Any) -> Learning:
    """A learner who has done the lesson."""
    found = start_learning(app, platform, world)
    assert found.post(f"{found.address('lesson')}/fait").status_code == 303
    return found


def why(learning: Learning) -> str:
    return f"/inscriptions/{learning.enrolment.key}/{learning.course.keys['lesson']}"


def way_to_void(learning: Learning, who: str = "trainer") -> str:
    found = re.search(r'href="([^"]+/annuler/[0-9a-f-]{36})"', learning.get(why(learning), who))
    assert found
    return found[1]


def test_a_mistake_is_voided_after_a_confirmation_and_stays_in_sight(learning: Learning, platform: Any) -> None:
    path = way_to_void(learning)
    page = learning.get(path, "trainer")
    assert "Rien n’est effacé" in page
    assert REASON in page
    assert "fait le" in learning.get(why(learning), "trainer")
    for _twice in range(2):
        answer = learning.post(path, "trainer", reason="twice")
        assert answer.status_code == 303
    page = learning.get(why(learning), "trainer")
    assert "pas commencé" in page
    assert "Trainer Essai" in page
    assert REASON in page
    assert "/annuler/" not in page
    assert "déjà annulé" in learning.get(path, "trainer")
    own = learning.get(f"{learning.address('lesson')}/pourquoi")
    assert REASON in own
    assert "Trainer Essai" in own
    with platform.reading(learning.world.organisation) as ctx:
        told = [row for row in ctx.session.query(EventRow) if row.type == "xapi.statement_voided"]
        assert len(told) == 1


def test_a_reason_is_asked_for(learning: Learning) -> None:
    path = way_to_void(learning)
    for reason in ("", "parce que"):
        answer = learning.client("trainer").post(path, data={"reason": reason}, follow_redirects=True)
        assert "Choisissez une raison." in unescape(answer.text)
    assert "fait le" in learning.get(why(learning), "trainer")


@pytest.mark.parametrize("who", ["auditor", "learner", "company_head", "other_trainer"])
def test_others_void_nothing(learning: Learning, who: str) -> None:
    path = way_to_void(learning)
    if who == "auditor":
        assert "/annuler/" not in learning.get(why(learning), who)
    assert learning.client(who).get(path).status_code == 404
    assert learning.post(path, who, reason="mistake").status_code == 404
    assert "fait le" in learning.get(why(learning), "trainer")


def test_a_trainer_of_one_group_voids_in_it_alone(learning: Learning, platform: Any, world: Any) -> None:
    path = way_to_void(learning)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        cohort = ctx.session.get_one(Cohort, learning.cohort.id)
        assign_staff(ctx, cohort=cohort, membership_id=world.members["company_head"], role=Role.COACH)
    assert way_to_void(learning, "company_head") == path
    assert learning.post(path, "company_head", reason="test").status_code == 303
    assert "c'était un essai" in learning.get(why(learning), "trainer")


def test_the_statement_must_be_of_this_enrolment(learning: Learning, platform: Any, world: Any) -> None:
    here = f"{why(learning)}/annuler"
    assert learning.client("trainer").get(f"{here}/00000000-0000-0000-0000-000000000000").status_code == 404
    answer = learning.post(f"{here}/00000000-0000-0000-0000-000000000000", "trainer", reason="test")
    assert answer.status_code == 404


def test_what_was_noted_in_one_gesture_is_voided_together(learning: Learning) -> None:
    """A session that is validated says two things of someone: neither makes sense without the other."""
    here = f"/groupes/{learning.cohort.key}/seances/{learning.course.keys['session']}"
    assert learning.post(here, "trainer", enrolment=learning.enrolment.key).status_code == 303
    reasons = f"/inscriptions/{learning.enrolment.key}/{learning.course.keys['session']}"
    page = learning.get(reasons, "trainer")
    paths = re.findall(r'href="([^"]+/annuler/[0-9a-f-]{36})"', page)
    assert len(paths) == 2
    assert learning.get(paths[0], "trainer").count(": <bdi>Trainer Essai</bdi>") == 2
    assert learning.post(paths[0], "trainer", reason="wrong_person").status_code == 303
    page = learning.get(reasons, "trainer")
    assert "pas commencé" in page
    assert page.count("ce n'était pas cette personne") == 2
