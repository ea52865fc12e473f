"""Staff say who took part."""

from __future__ import annotations

import re

from lms.accounts.api import ensure_person
from lms.courses.api import cohort_by_key
from tests.factories.courses import enrol


def address(learning):
    return f"/groupes/{learning.cohort.key}/seances/{learning.course.keys['session']}"


def test_ticking_people_makes_it_done(engine_name, learning):
    page = learning.get(address(learning), "trainer")
    assert "Learner Essai" in page
    assert "0 sur 1" in page
    answer = learning.post(address(learning), "trainer", enrolment=learning.enrolment.key)
    assert answer.location == address(learning)
    assert "1 sur 1" in learning.get(address(learning), "trainer")
    assert "Présent et fait" in learning.get(learning.address("session"))
    assert "Trainer Essai" in learning.get(learning.address("session") + "/pourquoi")


def test_a_mistake_is_taken_back(engine_name, learning):
    learning.post(address(learning), "trainer", enrolment=learning.enrolment.key)
    learning.post(address(learning) + "/retirer", "trainer", enrolment=learning.enrolment.key)
    assert "0 sur 1" in learning.get(address(learning), "trainer")
    assert "Présent et fait" not in learning.get(learning.address("session"))


def test_ticking_nobody_says_so(engine_name, learning):
    learning.post(address(learning), "trainer")
    assert "Cochez au moins une personne." in learning.get(address(learning), "trainer")


def test_an_auditor_reads_and_notes_nothing(engine_name, learning):
    assert 'type="checkbox"' not in learning.get(address(learning), "auditor")
    assert learning.post(address(learning), "auditor", enrolment=learning.enrolment.key).status_code == 404


def test_learners_and_others_find_nothing(engine_name, learning):
    for who in ("learner", "company_head", "other_trainer"):
        assert learning.client(who).get(address(learning)).status_code == 404
        assert learning.post(address(learning), who, enrolment=learning.enrolment.key).status_code == 404
    assert (
        learning.client("trainer")
        .get(address(learning).replace(learning.course.keys["session"], learning.course.keys["lesson"]))
        .status_code
        == 404
    )


def test_the_learner_sees_what_and_where(engine_name, learning):
    page = learning.get(learning.address("session"))
    assert "On fixe un prix ensemble." in page
    assert "Une calculette." in page
    assert "Tulle, salle 2" in page
    assert "Tulle, salle 2" in learning.get("/")
    assert "lieu à fixer" not in page + learning.get("/")
    posts = re.findall(r'method="post" action="([^"]+)"', page[page.index("<main") : page.index("</main")])
    assert [address.rpartition("/")[2] for address in posts] == ["aide"], "help, and nothing to declare"


def test_the_panel_of_a_group_lists_its_sessions(engine_name, learning):
    learning.post(address(learning), "trainer", enrolment=learning.enrolment.key)
    app = learning.app
    with (
        app.test_request_context(),
        learning.platform.reading(learning.world.organisation, learning.world.members["trainer"]) as ctx,
    ):
        panels = ctx.registry.panels_at("cohort", ctx, cohort_by_key(ctx, learning.cohort.key))
    assert any("Atelier\u00a0: mon prix" in panel and "1 sur 1" in panel for panel in panels)


def test_a_large_group_is_listed_by_pages_those_to_note_first(engine_name, learning):
    with learning.platform.writing(learning.world.organisation) as ctx:
        for number in range(60):
            person = ensure_person(ctx, given_name=f"Zoé{number}", email=f"z{number}@essai.test")
            enrol(ctx, learning.cohort, membership_id=person.id)
    learning.post(address(learning), "trainer", enrolment=learning.enrolment.key)
    first, second = (learning.get(f"{address(learning)}?page={number}", "trainer") for number in (1, 2))
    assert "1 sur 61" in first
    assert (first.count('name="enrolment"'), second.count('name="enrolment"')) == (50, 11)
    assert "Learner Essai" not in first
    assert "Learner Essai" in second
    assert f"{address(learning)}?page=2" in first
