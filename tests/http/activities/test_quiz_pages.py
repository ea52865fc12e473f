"""A quiz in the browser: nothing leaks before, all is explained after."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from lms.accounts.api import grant_role
from lms.contract.types import Role, Scope
from lms.xapi.models import IntentRow
from tests.factories.courses import QUESTIONS, enrol


def form_of(page):
    """The hidden and shown fields of the quiz's form."""
    form = page[page.index("/reponses") :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def test_nothing_tells_the_answer_before(engine_name, learning):
    page = learning.get(learning.address("quiz"))
    assert "RETOUR" not in page
    assert "correct" not in page
    assert "mistakes" not in page
    assert "3.25" not in page
    assert "bénéfice" not in page.lower()
    for kind in QUESTIONS.values():
        assert kind["prompt"] in page
    # A pair's key never stands beside the text that goes with it.
    keys = learning.course.keys
    for pair in ("p1", "p2", "p3"):
        assert f'<option value="{keys[pair]}"' not in page


def test_each_kind_of_question_works_without_scripts(engine_name, learning):
    page = learning.get(learning.address("quiz"))
    keys = learning.course.keys
    assert f'type="radio" name="q-{keys["q_single"]}"' in page
    assert f'type="checkbox" name="q-{keys["q_multiple"]}"' in page
    assert f'name="q-{keys["q_number"]}"' in page
    assert f'<select name="q-{keys["q_matching"]}-{keys["p1"]}"' in page
    assert f'<select name="q-{keys["q_ordering"]}-{keys["i1"]}"' in page


def whole_form(learning):
    """Every answer right, found on the page as a person would."""
    page, keys = learning.get(learning.address("quiz")), learning.course.keys
    options = dict(re.findall(r'<option value="(\d)">(Achat|Transport|Loyer|Cadeau)</option>', page))
    places = {text: place for place, text in options.items()}
    return {
        **form_of(page),
        f"q-{keys['q_single']}": keys["right"],
        f"q-{keys['q_multiple']}": [keys["tissu"], keys["bus"]],
        f"q-{keys['q_true_false']}": "false",
        f"q-{keys['q_number']}": "3,25 €",
        f"q-{keys['q_short']}": "le benefice",
        f"q-{keys['q_matching']}-{keys['p1']}": places["Achat"],
        f"q-{keys['q_matching']}-{keys['p2']}": places["Transport"],
        f"q-{keys['q_matching']}-{keys['p3']}": places["Loyer"],
        f"q-{keys['q_ordering']}-{keys['i1']}": "1",
        f"q-{keys['q_ordering']}-{keys['i2']}": "2",
        f"q-{keys['q_ordering']}-{keys['i3']}": "3",
        f"q-{keys['q_practice']}": "true",
    }


def test_all_right_is_seven_out_of_seven(engine_name, learning):
    answer = learning.client().post(learning.address("quiz") + "/reponses", data=whole_form(learning))
    page = learning.get(answer.location)
    assert "7 sur 7" in page
    assert "C’est réussi." in page
    assert "Pas encore" not in page
    assert "le benefice" in page
    assert "Bravo." in learning.get(learning.address("after_lesson"))


def test_a_result_shows_own_answers_and_why(engine_name, learning):
    keys = learning.course.keys
    data = {
        **form_of(learning.get(learning.address("quiz"))),
        f"q-{keys['q_single']}": keys["wrong"],
        f"q-{keys['q_number']}": "8,75",
    }
    page = learning.get(learning.client().post(learning.address("quiz") + "/reponses", data=data).location)
    assert "0 sur 7" in page
    assert "il faut 4,2 sur 7" in page
    assert "RETOUR-FAUX" in page
    assert "RETOUR-OUBLI" in page
    assert "Je baisse mon prix." in page
    assert "Vous n’avez pas répondu." in page
    assert "RETOUR-JUSTE" not in page
    assert "Essayer encore" in page


def test_the_same_form_twice_shows_the_same_result(engine_name, learning):
    data = whole_form(learning)
    first = learning.client().post(learning.address("quiz") + "/reponses", data=data)
    changed = {**data, f"q-{learning.course.keys['q_single']}": learning.course.keys["wrong"]}
    again = learning.client().post(learning.address("quiz") + "/reponses", data=changed)
    assert first.location == again.location
    assert "7 sur 7" in learning.get(again.location)


def test_a_reload_draws_the_same_questions(engine_name, learning):
    address = learning.address("limited_quiz")
    drawn = [re.findall(r'name="(q-[^"]+)"', learning.get(address)) for _time in range(2)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3


def test_the_last_attempt_is_said_and_then_closed(engine_name, learning):
    address = learning.address("limited_quiz")
    assert "Il vous reste 2 essais." in learning.get(address)
    for _time in range(2):
        learning.client().post(address + "/reponses", data=form_of(learning.get(address)))
    page = learning.get(address)
    assert "Vous avez fait tous les essais" in page
    assert "/reponses" not in page
    answer = learning.client().post(address + "/reponses", data={"attempt": "3", "intent": str(uuid.uuid4())})
    assert answer.location == address
    assert "Vos réponses sont gardées" in learning.get(address)


def test_someone_elses_result_is_not_found(engine_name, learning):
    location = learning.client().post(learning.address("quiz") + "/reponses", data=whole_form(learning)).location
    with learning.platform.writing(learning.world.organisation) as ctx:
        enrol(ctx, learning.cohort, membership_id=learning.world.members["coach"])
        grant_role(ctx, membership_id=learning.world.members["coach"], role=Role.LEARNER, scope=Scope.PERSON)
    assert learning.client("coach").get(location).status_code == 404
    assert learning.client().get(learning.address("limited_quiz") + "?" + location.partition("?")[2]).status_code == 404
    assert learning.client().get(learning.address("quiz") + "?resultat=n-importe-quoi").status_code == 404


def test_an_expired_session_keeps_the_answers(engine_name, learning, client):
    data = whole_form(learning)
    answer = client.post(learning.address("quiz") + "/reponses", data=data)
    assert answer.status_code == 401
    assert "Renvoyer mes réponses" in answer.text
    kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    assert ("intent", data["intent"]) in kept
    assert (f"q-{learning.course.keys['q_single']}", learning.course.keys["right"]) in kept
    again = learning.client().post(learning.address("quiz") + "/reponses", data=data)
    assert "7 sur 7" in learning.get(again.location)


def test_nobody_sends_the_answers_that_someone_else_left_on_the_computer(engine_name, learning, client):
    data = whole_form(learning)
    address = learning.address("quiz") + "/reponses"
    left = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', client.post(address, data=data).text)
    )
    with learning.platform.writing(learning.world.organisation) as ctx:
        enrol(ctx, learning.cohort, membership_id=learning.world.members["coach"])
        grant_role(ctx, membership_id=learning.world.members["coach"], role=Role.LEARNER, scope=Scope.PERSON)
    answer = learning.client("coach").post(address, data=left)
    assert answer.status_code == 409
    assert "Une autre personne a répondu sur cet ordinateur" in answer.text
    assert dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)) == left
    with learning.platform.reading(learning.world.organisation) as ctx:
        assert ctx.session.scalars(select(IntentRow)).all() == []
    sent = learning.client().post(address, data=left)
    assert "resultat=" in sent.location


@pytest.mark.parametrize("seconds", ["", "-3", "nan", "inf", "beaucoup", "99999999"])
def test_a_strange_time_is_unknown(engine_name, learning, seconds):
    answer = learning.post(learning.address("quiz") + "/reponses", attempt="1", seconds=seconds)
    assert "resultat" in answer.location
    assert "inconnu" in learning.get(learning.address("quiz") + "/pourquoi")
