"""Questionnaires: in one's name with proposals, or without a name, and then nobody can tell who answered what."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.accounts.api import actor_of, ensure_person
from lms.activities.questionnaire.models import Ballot, Reply
from lms.contract.types import Role, Scope
from lms.courses.api import enrolments_by_id, progress_of
from lms.courses.models import ActivityRow, EnrolmentChange
from lms.courses.structure import forget_structures
from lms.kernel.events import EventRow
from lms.kernel.rights import Grant
from lms.xapi.api import Outcome, submit
from lms.xapi.models import IntentRow, StatementRow
from tests.factories.asking import MORE, POSITIONING, SATISFACTION, asking
from tests.factories.courses import enrol
from tests.factories.learning import Learning, start_learning


@pytest.fixture
def asked(app, platform, world) -> Learning:
    return start_learning(app, platform, world, modules=asking(POSITIONING, SATISFACTION, MORE), coverage=())


def answer(learning, name="positioning", *, intent=None, who="learner", **given):
    sent = {f"q-{learning.course.keys[key]}": value for key, value in given.items()}
    if name == "satisfaction":
        sent["unnamed"] = "1"
    return learning.post(learning.address(name) + "/questionnaire", who, intent=intent, **sent)


def position(learning, books="4", stand="c_yes", **more):
    return answer(learning, q_books=books, q_stand=learning.course.keys[stand], **more)


def all_of(learning, model):
    with learning.platform.reading(learning.world.organisation) as ctx:
        return ctx.session.scalars(select(model).order_by(model.id)).all()


def people(learning, count, start=0):
    """More people of the group, who answer without their name; the number of intents accepted."""
    accepted = 0
    for number in range(start, start + count):
        with learning.platform.writing(learning.world.organisation) as ctx:
            one = ensure_person(ctx, given_name=f"Awa{number}", email=f"awa{number}@essai.test")
            enrol(ctx, learning.cohort, membership_id=one.id)
            theirs = replace(ctx, actor=actor_of(ctx, one.id), grants=(Grant(Role.LEARNER, Scope.PERSON, one.id),))
            keys = learning.course.keys
            answers = {keys["s_like"]: str(number % 4 + 1), keys["s_text"]: f"mot {number}"}
            payload = {"activity": keys["satisfaction"], "answers": answers}
            reply = submit(theirs, kind="questionnaire.answer_anonymously", payload=payload)
            accepted += reply.outcome is Outcome.ACCEPTED
    return accepted


def results(learning, name="satisfaction", who="trainer"):
    return learning.get(f"/groupes/{learning.cohort.key}/questionnaires/{learning.course.keys[name]}", who)


def test_answers_in_ones_name_propose_and_the_person_decides(engine_name, asked):
    page = asked.get(asked.address("positioning"))
    assert "<strong>bonne réponse</strong>" in page
    assert "0 sur 3" in asked.get("/")
    assert position(asked, q_why="Pour vivre.").location == asked.address("positioning")
    page = asked.get(asked.address("positioning"))
    assert "Vous tenez déjà vos comptes." in page
    assert "Passer : La suite" in page
    assert "Ajouter : Comparer ses prix" in page
    assert "1 sur 3" in asked.get("/")
    asked.post(asked.address("positioning") + "/proposition", number=0, accept=1)
    assert "1 sur 2" in asked.get("/")
    asked.post(asked.address("positioning") + "/proposition", number=1, accept=1)
    assert "1 sur 3" in asked.get("/")
    assert "choisi" in asked.get(asked.address("positioning"))
    asked.post(asked.address("positioning") + "/proposition", number=0)
    assert "1 sur 4" in asked.get("/")
    kinds = [(one.kind, one.by_id) for one in all_of(asked, EnrolmentChange)][1:]
    assert kinds == [(kind, asked.world.members["learner"]) for kind in ("skipped", "added", "restored")]


def test_what_is_skipped_counts_for_nobody_any_more(engine_name, asked):
    position(asked)
    asked.post(asked.address("positioning") + "/proposition", number=0, accept=1)
    assert "1 sur 2" in asked.get(f"/groupes/{asked.cohort.key}", "trainer")
    assert "si vous voulez" in asked.get(asked.address())


def test_a_trainer_decides_with_the_person(engine_name, asked):
    position(asked)
    key = all_of(asked, Reply)[0].key
    page = asked.get(f"/reponses/{key}", "trainer")
    assert "4 / 4" in page
    assert "Vous tenez déjà vos comptes." in page
    assert asked.post(f"/reponses/{key}", "trainer", number=0, accept=1).status_code == 303
    assert "1 sur 2" in asked.get("/")
    with asked.platform.reading(asked.world.organisation) as ctx:
        found = enrolments_by_id(ctx, [asked.enrolment.id])[asked.enrolment.id]
    assert found.adjusted == {asked.course.keys["lesson"]: "skip"}
    for who in ("auditor", "learner", "other_trainer", "company_head"):
        assert asked.post(f"/reponses/{key}", who, number=0).status_code == 404
    for who in ("learner", "other_trainer", "company_head"):
        assert asked.client(who).get(f"/reponses/{key}").status_code == 404


def test_the_ledger_holds_keys_and_no_words(engine_name, asked):
    position(asked, q_why="Parce que ma cousine Fatou vend.")
    said = all_of(asked, StatementRow)
    assert [one.verb.rpartition("/")[2] for one in said] == ["completed", "answered", "answered", "answered"]
    assert "Fatou" not in "".join(one.raw for one in said)
    assert json.loads(said[1].raw)["result"]["response"] == "4"
    assert json.loads(said[2].raw)["result"]["response"] == asked.course.keys["c_yes"]


def test_answering_again_replaces_what_is_shown(engine_name, asked):
    position(asked, books="1", stand="c_no")
    assert "Vous tenez déjà" not in asked.get(asked.address("positioning"))
    position(asked, books="3", stand="c_no")
    assert "Vous tenez déjà" in asked.get(asked.address("positioning"))
    assert len(all_of(asked, Reply)) == 1
    assert len(all_of(asked, StatementRow)) == 6


@pytest.mark.parametrize("books", ["5", "0", "-1", "quatre", ""])
def test_a_step_that_does_not_exist_is_refused(engine_name, asked, books):
    assert "Il manque une réponse" in position(asked, books=books).text
    assert not all_of(asked, Reply)


def test_without_a_name_nothing_leads_to_the_person(engine_name, asked):
    intent = str(uuid.uuid4())
    answer(asked, "satisfaction", intent=intent, s_like="1", s_text="Le local est froid.")
    assert "Merci, vous avez répondu." in asked.get(asked.address("satisfaction"))
    (row,) = all_of(asked, IntentRow)
    assert row.uuid == hashlib.sha256(intent.encode()).hexdigest()
    assert (row.membership_id, row.sent_by_id, row.payload) == (None, None, {})
    assert (row.received_at.hour, row.received_at.minute, row.made_at) == (0, 0, row.received_at)
    (done,) = all_of(asked, StatementRow)
    assert done.intent_id is None
    assert done.statement_id not in {str(uuid.uuid5(uuid.UUID(intent), str(number))) for number in range(5)}
    (ballot,) = all_of(asked, Ballot)
    assert not ballot.is_counted
    assert not {"membership_id", "enrolment_id", "intent_id"} & set(Ballot.__table__.columns.keys())
    assert not [one for one in all_of(asked, EventRow) if "questionnaire" in one.type]
    assert "froid" not in results(asked)


def test_four_are_not_read_five_are(engine_name, asked):
    assert people(asked, 4) == 4
    assert "Pas encore de résultat" in results(asked)
    assert not [one for one in all_of(asked, StatementRow) if one.membership_id is None]
    people(asked, 1, start=4)
    page = results(asked)
    assert "5 réponses comptées." in page
    assert "mot 3" in page
    assert "Qui a répondu" not in page
    said = [one for one in all_of(asked, StatementRow) if one.membership_id is None]
    assert len(said) == 10
    for one in said:
        raw = json.loads(one.raw)
        assert raw["actor"]["objectType"] == "Group"
        assert "registration" not in raw["context"]
        assert "instructor" not in raw["context"]
        assert one.registration is None
        assert one.intent_id is None
        assert raw["stored"] == raw["timestamp"] == "2026-11-22T23:00:00.000Z"
        assert one.stored == one.occurred_at
        assert "mot" not in raw.get("result", {}).get("response", "")


def test_a_sixth_waits_so_that_no_difference_tells_who_they_are(engine_name, asked):
    people(asked, 5)
    before = results(asked)
    people(asked, 1, start=5)
    after = results(asked)
    assert "mot 5" not in after
    assert "5 réponses comptées." in after
    people(asked, 4, start=6)
    assert "10 réponses comptées." in results(asked)
    assert "mot 5" in results(asked)
    assert "mot 5" not in before


def test_without_a_name_one_answers_once_and_a_form_sent_twice_is_one(engine_name, asked):
    intent = str(uuid.uuid4())
    for _ in range(2):
        answer(asked, "satisfaction", intent=intent, s_like="2")
        assert "Merci, c’est envoyé." in asked.get(asked.address("satisfaction"))
    answer(asked, "satisfaction", s_like="4")
    assert "Vous avez déjà répondu. Merci !" in asked.get(asked.address("satisfaction"))
    assert len(all_of(asked, Ballot)) == 1
    with asked.platform.reading(asked.world.organisation) as ctx:
        assert progress_of(ctx, asked.enrolment.id)[asked.course.keys["satisfaction"]].status == "done"


def test_the_named_door_does_not_take_what_is_asked_without_a_name(engine_name, asked):
    with asked.platform.writing(asked.world.organisation, asked.world.members["learner"]) as ctx:
        for kind, name in (
            ("questionnaire.answer", "satisfaction"),
            ("questionnaire.answer_anonymously", "positioning"),
        ):
            payload = {"activity": asked.course.keys[name], "answers": {}}
            assert submit(ctx, kind=kind, payload=payload).reason == "unreadable"
    assert not all_of(asked, Reply)
    assert not all_of(asked, Ballot)


def test_results_in_names_show_plots_tables_and_who(engine_name, asked):
    position(asked, q_why="Pour vivre.")
    page = results(asked, "positioning")
    assert "<svg" in page
    assert "4 : Tout à fait" in page
    assert "100 %" in page
    assert "Pour vivre." in page
    assert "Learner Essai" in page
    assert "1 sur 1" in asked.get(f"/groupes/{asked.cohort.key}", "trainer")


def test_results_ask_as_much_for_two_as_for_twenty(engine_name, asked, count_queries):
    people(asked, 5)
    results(asked)
    with count_queries() as few:
        results(asked)
    people(asked, 15, start=5)
    with count_queries() as many:
        results(asked)
    assert len(many) == len(few)


def test_learners_and_others_find_no_results(engine_name, asked):
    address = f"/groupes/{asked.cohort.key}/questionnaires/{asked.course.keys['satisfaction']}"
    for who in ("learner", "company_head", "other_trainer"):
        assert asked.client(who).get(address).status_code == 404
    assert asked.client("auditor").get(address).status_code == 200


def test_ones_answers_stand_in_ones_data(engine_name, asked):
    position(asked, q_why="Pour vivre.")
    answer(asked, "satisfaction", s_like="1", s_text="Secret.")
    page = asked.get("/moi/donnees")
    assert "Pour vivre." in page
    assert "Secret." not in page


def test_what_was_promised_without_a_name_is_never_kept_with_one(engine_name, asked):
    """The questionnaire changed while the page was open: what the page said holds."""
    page = asked.get(asked.address("satisfaction"))
    assert 'name="unnamed" value="1"' in page
    sent = {f"q-{asked.course.keys['q_books']}": "4", f"q-{asked.course.keys['q_why']}": "Secret.", "unnamed": "1"}
    asked.post(asked.address("positioning") + "/questionnaire", **sent)
    assert not all_of(asked, Reply)
    assert [(one.membership_id, one.payload, one.outcome) for one in all_of(asked, IntentRow)] == [
        (None, {}, "refused")
    ]


def test_a_questionnaire_removed_meanwhile_says_so(engine_name, asked):
    with asked.platform.writing(asked.world.organisation) as ctx:
        ctx.session.query(ActivityRow).filter_by(key=asked.course.keys["positioning"]).delete()
    forget_structures()
    assert position(asked).location == asked.address()
    assert "n'est plus dans votre parcours" in asked.get(asked.address())
    assert all_of(asked, IntentRow)[0].payload["answers"]


def test_a_line_that_is_missing_loses_nothing_of_what_was_typed(engine_name, asked):
    address = asked.address("positioning") + "/questionnaire"
    keys = asked.course.keys
    answered = asked.post(address, **{f"q-{keys['q_books']}": "3", f"q-{keys['q_why']}": "Parce que j'aime compter."})
    assert answered.status_code == 422
    assert "Il manque une réponse" in answered.text
    assert "j&#39;aime compter." in answered.text
    assert 'value="3" checked' in answered.text
    assert not all_of(asked, Reply)
    unnamed = asked.post(
        asked.address("satisfaction") + "/questionnaire", unnamed="1", **{f"q-{keys['s_text']}": "Bien."}
    )
    assert unnamed.status_code == 422
    assert "Bien." in unnamed.text
    assert 'name="unnamed" value="1"' in unnamed.text
    assert not all_of(asked, IntentRow), "nothing of it is kept"
