"""A trainer marks what they see of a whole workshop, on one page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.accounts.api import ensure_person
from lms.courses.api import progress_of
from lms.xapi.models import StatementRow
from tests.factories.asking import SEEN, asking
from tests.factories.courses import enrol
from tests.factories.learning import Learning, start_learning


@pytest.fixture
def workshop(app, platform, world) -> Learning:
    return start_learning(app, platform, world, modules=asking(SEEN), coverage=())


def address(learning) -> str:
    return f"/groupes/{learning.cohort.key}/observations/{learning.course.keys['pitch']}"


def join(learning, count) -> list[str]:
    with learning.platform.writing(learning.world.organisation) as ctx:
        people = [
            ensure_person(ctx, given_name=f"Awa{number:02}", email=f"a{number}@essai.test") for number in range(count)
        ]
        return [enrol(ctx, learning.cohort, membership_id=one.id).key for one in people]


def mark(learning, marks, *, who="trainer", seen="-,-", **more):
    sent = {f"seen-{person}": seen for person in {person for person, _name in marks}}
    sent |= {f"m-{person}-{learning.course.keys[name]}": given for (person, name), given in marks.items()}
    return learning.post(address(learning), who, **sent, **more)


def figure(learning, key=None):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return progress_of(ctx, learning.enrolment.id).get(learning.course.keys["pitch"])


def test_both_marked_it_is_done_with_the_mean(engine_name, workshop):
    me = workshop.enrolment.key
    assert "Learner Essai" in workshop.get(address(workshop), "trainer")
    assert mark(workshop, {(me, "short"): "yes", (me, "who"): "partly"}).location == address(workshop)
    assert (figure(workshop).status, figure(workshop).best) == ("done", 0.75)
    page = workshop.get(workshop.address("pitch"))
    assert "en partie" in page
    assert "<strong>en deux minutes</strong>" in page
    assert "Trainer Essai" in workshop.get(workshop.address("pitch") + "/pourquoi")


def test_seen_in_part_it_is_not_done_yet(engine_name, workshop):
    me = workshop.enrolment.key
    mark(workshop, {(me, "short"): "yes"})
    assert figure(workshop) is None
    mark(workshop, {(me, "who"): "no"}, seen="yes,-")
    assert (figure(workshop).status, figure(workshop).best) == ("started", 0.5)


def test_a_workshop_of_twelve_is_one_act(engine_name, workshop, count_queries):
    people = join(workshop, 11)
    everyone = [workshop.enrolment.key, *people]
    sent = {f"seen-{one}": "-,-" for one in everyone} | {f"all-{one}": "1" for one in everyone[:-1]}
    sent[f"m-{people[0]}-{workshop.course.keys['who']}"] = "no"
    with count_queries() as queries:
        assert workshop.post(address(workshop), "trainer", **sent).status_code == 303
    few = len(queries)
    assert few < 45
    panel = workshop.get(f"/groupes/{workshop.cohort.key}", "trainer")
    assert "10 sur 12" in panel


def test_the_page_of_a_workshop_asks_as_much_for_two_as_for_twenty(engine_name, workshop, count_queries):
    join(workshop, 1)
    workshop.get(address(workshop), "trainer")
    with count_queries() as few:
        workshop.get(address(workshop), "trainer")
    with workshop.platform.writing(workshop.world.organisation) as ctx:
        for number in range(30):
            one = ensure_person(ctx, given_name=f"Zoé{number}", email=f"z{number}@essai.test")
            enrol(ctx, workshop.cohort, membership_id=one.id)
    with count_queries() as many:
        page = workshop.get(address(workshop), "trainer")
    assert len(many) == len(few)
    assert page.count("Tout oui</span>") == 25
    assert "page=2" in page


def test_a_page_kept_for_an_hour_changes_only_what_it_touched(engine_name, workshop):
    me = workshop.enrolment.key
    mark(workshop, {(me, "short"): "yes", (me, "who"): "yes"})
    mark(workshop, {(me, "short"): "no", (me, "who"): "partly"}, who="coach", seen="no,-")
    page = workshop.get(workshop.address("pitch"))
    assert "oui" in page
    assert "en partie" in page
    assert "pas encore</span>" not in page


def test_the_same_form_sent_twice_notes_once(engine_name, workshop):
    me, intent = workshop.enrolment.key, "6ed9dbb3-2b32-4b16-8a54-0f9a1f0b0c11"
    for _ in range(2):
        mark(workshop, {(me, "short"): "yes", (me, "who"): "yes"}, intent=intent)
    with workshop.platform.reading(workshop.world.organisation) as ctx:
        said = ctx.session.scalars(select(StatementRow.source)).all()
    assert said == ["staff"] * 3


def test_nothing_touched_says_so(engine_name, workshop):
    workshop.post(address(workshop), "trainer", **{f"seen-{workshop.enrolment.key}": "-,-"})
    assert "rien n'est noté" in workshop.get(address(workshop), "trainer")


def test_one_person_is_marked_on_a_page_of_their_own(engine_name, workshop):
    join(workshop, 3)
    page = workshop.get(f"{address(workshop)}?personne={workshop.enrolment.key}", "trainer")
    assert "Learner Essai" in page
    assert "Awa" not in page


def test_a_mark_that_does_not_exist_and_another_organisations_person_are_refused(engine_name, workshop):
    me = workshop.enrolment.key
    mark(workshop, {(me, "short"): "super"})
    mark(workshop, {("zzzzzzzzzz", "short"): "yes"})
    assert figure(workshop) is None
    assert mark(workshop, {(me, "short"): "yes"}, who="other_trainer").status_code == 404


def test_auditors_read_and_learners_find_nothing(engine_name, workshop):
    me = workshop.enrolment.key
    mark(workshop, {(me, "short"): "yes"})
    page = workshop.get(address(workshop), "auditor")
    assert "pas vu" in page
    assert 'type="radio"' not in page
    for who in ("auditor", "learner", "company_head"):
        assert mark(workshop, {(me, "short"): "no"}, who=who).status_code == 404
    for who in ("learner", "company_head", "other_trainer"):
        assert workshop.client(who).get(address(workshop)).status_code == 404
