"""Voir comme: staff see the pages of learning as someone sees them, and can send nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.accounts.models import Membership
from lms.kernel.events import EventRow


def key_of(learning, who: str) -> str:
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.scalars(select(Membership.key).where(Membership.id == learning.world.members[who])).one()


def see(learning, whom: str, who: str = "trainer"):
    return learning.client(who).post(f"/personnes/{key_of(learning, whom)}/voir-comme")


def test_a_trainer_sees_the_path_as_the_person_sees_it(engine_name, learning) -> None:
    assert "Voir comme cette personne" in learning.get(f"/personnes/{key_of(learning, 'learner')}", "trainer")
    assert see(learning, "learner").location == "/"
    page = learning.get("/", "trainer")
    assert "Vous voyez les pages de Learner Essai." in page
    assert learning.address() in page
    assert "Vous voyez les pages" in learning.get(learning.address("lesson"), "trainer")


def test_nothing_can_be_sent_in_their_name(engine_name, learning) -> None:
    see(learning, "learner")
    answer = learning.post(learning.address("lesson") + "/fait", "trainer")
    assert answer.status_code == 403
    assert "Rien ne peut être envoyé à sa place" in answer.text
    assert learning.client("trainer").post("/outbox", json={}).status_code == 403
    learning.post("/voir-comme/fin", "trainer")
    assert "fait" not in learning.get(learning.address(), "learner").split("<main")[1].split("kicker")[0]


@pytest.mark.parametrize("address", ["/moi", "/moi/donnees", "/personnes", "/groupes", "/ce-soir"])
def test_what_is_theirs_alone_and_what_is_staffs_is_not_shown(engine_name, learning, address) -> None:
    see(learning, "learner")
    assert learning.client("trainer").get(address).status_code == 403


def test_it_ends_by_a_button_and_by_itself(engine_name, learning) -> None:
    see(learning, "learner")
    assert learning.post("/voir-comme/fin", "trainer").location == "/"
    assert learning.client("trainer").get("/").location == "/ce-soir"
    see(learning, "learner")
    learning.platform.clock.forward(minutes=31)
    assert learning.client("trainer").get("/").location == "/ce-soir"


def test_the_trail_says_who_looked(engine_name, learning) -> None:
    see(learning, "learner")
    with learning.platform.reading(learning.world.organisation) as ctx:
        rows = ctx.session.scalars(select(EventRow).where(EventRow.type == "accounts.viewing_begun")).all()
    assert [(row.actor_id, row.data["membership_id"]) for row in rows] == [
        (learning.world.members["trainer"], learning.world.members["learner"])
    ]


def test_nobody_sees_as_staff_and_learners_see_as_nobody(engine_name, learning) -> None:
    assert see(learning, "coach").status_code == 403
    assert see(learning, "manager").status_code == 403
    assert see(learning, "company_head", "learner").status_code == 404
    assert see(learning, "learner", "auditor").status_code == 404
    assert see(learning, "learner", "other_trainer").status_code == 404


def test_the_cookie_of_one_is_of_no_use_to_another(engine_name, learning) -> None:
    see(learning, "learner")
    with learning.client("trainer").session_transaction() as cookie:
        kept = cookie["seeing"]
    with learning.client("company_head").session_transaction() as cookie:
        cookie["seeing"] = kept
    assert "Vous voyez les pages" not in learning.get("/", "company_head")
