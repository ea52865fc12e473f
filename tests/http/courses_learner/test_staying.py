"""The learner's own page of their path as a whole: a pause in one tap, coming back, saying the end, reading on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lms.courses.models import Enrolment, EnrolmentChange, Progress


def row_of(learning):
    with learning.platform.reading(learning.world.organisation) as ctx:
        row = ctx.session.get_one(Enrolment, learning.enrolment.id)
        ctx.session.expunge(row)
        return row


def test_a_pause_is_one_tap_and_coming_back_another(engine_name, learning, clock):
    assert "Faire une pause" in learning.get(learning.address())
    assert learning.post(f"{learning.address()}/pause").status_code == 303
    assert "est en pause" in learning.get("/")
    assert "est en pause" in learning.get(learning.address())
    assert row_of(learning).paused_at == clock()
    clock.forward(days=12)
    assert learning.post(f"{learning.address()}/reprise").location == learning.address()
    assert "est en pause" not in learning.get("/")
    assert row_of(learning).pauses == [["2026-11-23", "2026-12-05"]]


def test_the_same_tap_twice_is_one_pause(engine_name, learning):
    for _twice in range(2):
        learning.post(f"{learning.address()}/pause", intent="0" * 8)
    with learning.platform.reading(learning.world.organisation) as ctx:
        kinds = ctx.session.scalars(select(EnrolmentChange.kind).order_by(EnrolmentChange.id)).all()
    assert kinds.count("paused") == 1


def test_why_is_asked_after_and_an_unknown_why_is_none(engine_name, learning):
    base = f"{learning.address()}/pause"
    learning.post(base)
    learning.post(base, reason="laziness", words="Je déménage <b>demain</b>.")
    page = learning.client().get(base).text
    assert "Je déménage &lt;b&gt;demain" in page
    learning.post(base, words="x" * 1001)
    assert "trop long" in learning.get(base)
    learning.post(f"{learning.address()}/mes-mots/effacer")
    assert "Je déménage" not in learning.get(base)


def test_the_end_is_said_by_the_person_then_confirmed_by_staff_and_both_are_read(engine_name, learning, clock):
    base = learning.address()
    learning.post(f"{base}/fin", reason="employed", words="Un contrat en cuisine.")
    page = learning.get(f"{base}/pause")
    assert "J'ai trouvé un travail" in page
    assert "Finalement, je continue" in page
    staff = f"/inscriptions/{learning.enrolment.key}"
    said = learning.get(staff, "trainer")
    assert "Ce que la personne dit" in said
    assert "Un contrat en cuisine." in said
    assert "Un contrat en cuisine." not in learning.get(staff, "auditor")
    clock.forward(days=1)
    assert learning.post(f"{staff}/terminer", "trainer", reason="other_training").status_code == 303
    row = row_of(learning)
    assert (row.said_reason, row.end_reason, row.ended_at) == ("employed", "other_training", clock())
    page = learning.get(f"{base}/pause")
    assert "Ce que vous avez dit" in page
    assert "Ce que l’équipe a noté" in page
    assert "suit une autre formation" in page
    assert "L’équipe a noté : suit une autre formation." in learning.get(staff, "trainer")


def test_after_the_end_one_still_reads_what_one_did(engine_name, learning):
    done = f"{learning.address('lesson')}/fait"
    assert learning.post(done).status_code == 303
    staff = f"/inscriptions/{learning.enrolment.key}"
    learning.post(f"{staff}/terminer", "trainer", reason="created")
    for address in ("/", learning.address(), learning.address("lesson"), f"{learning.address('lesson')}/pourquoi"):
        learning.get(address)
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert ctx.session.scalars(select(Progress.status)).all() == ["done"]
    learning.post(f"{learning.address()}/pause")
    assert row_of(learning).paused_at is None
    learning.post(f"{staff}/reprendre", "trainer")
    assert "Continuer" in learning.get("/")
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert ctx.session.scalars(select(Progress.status)).all() == ["done"]


def test_an_end_without_a_choice_or_of_another_kind_is_not_said(engine_name, learning):
    for reason in ("", "lost_touch", "rich"):
        learning.post(f"{learning.address()}/fin", reason=reason)
    assert row_of(learning).said_reason == ""


def test_who_does_not_follow_the_course_cannot_pause_it(engine_name, learning):
    for who in ("company_head", "auditor", "trainer", "other_learner"):
        for act in ("pause", "reprise", "fin", "mes-mots/effacer"):
            assert learning.post(f"{learning.address()}/{act}", who, reason="created").status_code == 404, (who, act)
    assert row_of(learning).paused_at is None


def test_staff_pause_bring_back_and_extend_within_fifteen_months(engine_name, learning):
    staff = f"/inscriptions/{learning.enrolment.key}"
    learning.post(f"{staff}/pause", "coach", reason="work")
    assert "en pause depuis" in learning.get(staff, "coach")
    assert "en pause" in learning.get(f"/groupes/{learning.cohort.key}", "coach")
    learning.post(f"{staff}/retour", "coach")
    learning.post(f"{staff}/prolonger", "coach", until="2027-05-31")
    assert "Dernier jour : le 31 mai 2027" in learning.get(staff, "coach")
    for wrong in ("2029-01-01", "2026-01-01", "", "demain"):
        learning.post(f"{staff}/prolonger", "coach", until=wrong)
        assert "15 mois au plus" in learning.get(staff, "coach")
    assert row_of(learning).until == date(2027, 5, 31)
    for who in ("auditor", "learner", "other_trainer"):
        for act in ("pause", "retour", "prolonger"):
            answer = learning.post(f"{staff}/{act}", who, until="2027-01-01")
            assert answer.status_code == 404, (who, act)


def test_who_says_the_end_waits_for_staff_and_a_last_day_comes_up(engine_name, learning, clock):
    waits = learning.platform.registry.wait_kinds
    learning.post(f"{learning.address()}/fin", reason="testing")

    def found(name, who="trainer"):
        place = (learning.world.organisations[who], learning.world.members[who])
        with learning.app.test_request_context(), learning.platform.reading(*place) as ctx:
            return list(waits[name].waits(ctx))

    assert [one.detail for one in found("courses.end")] == ["Je teste mon activité"]
    assert found("courses.end", "other_trainer") == found("courses.end", "learner") == []
    staff = f"/inscriptions/{learning.enrolment.key}"
    learning.post(f"{staff}/retour", "trainer")
    assert found("courses.end") == []
    learning.post(f"{staff}/prolonger", "trainer", until="2026-12-20")
    assert found("courses.last_day") == []
    clock.forward(days=14)
    assert len(found("courses.last_day")) == 1
