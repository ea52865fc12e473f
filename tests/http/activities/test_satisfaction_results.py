"""Satisfaction among the results of the organisation: how it is calculated, and that no choice of dates shows one person."""

from __future__ import annotations

import copy
from html import unescape
from typing import Any

import pytest

from tests.factories.asking import POSITIONING, SATISFACTION, asking
from tests.factories.learning import Learning, start_learning
from tests.http.activities.test_questionnaire_pages import people, position

NAMED: dict[str, Any] = copy.deepcopy(SATISFACTION) | {"key": "@named", "title": "En mon nom"}
NAMED["body"] = {
    "purpose": "satisfaction",
    "questions": [
        {"key": "@n_like", "type": "scale", "text": "Ça m'aide", "steps": 5, "low": "Non", "high": "Oui"},
        {"key": "@n_clear", "type": "scale", "text": "C'est clair", "steps": 4, "low": "Non", "high": "Oui"},
    ],
}
LATER = copy.deepcopy(NAMED) | {"key": "@later", "title": "Trois mois après", "opens": {"days": 90}}
LATER["body"]["questions"] = [
    {"key": "@l_like", "type": "scale", "text": "Ça me sert", "steps": 4, "low": "Non", "high": "Oui"}
]


@pytest.fixture
def asked(app, platform, world) -> Learning:
    return start_learning(app, platform, world, modules=asking(POSITIONING, SATISFACTION, NAMED, LATER), coverage=())


def answer(learning, name, **given):
    sent = {f"q-{learning.course.keys[key]}": value for key, value in given.items()}
    return learning.post(learning.address(name) + "/questionnaire", **sent)


def page(learning, name="satisfaction", **query) -> str:
    address = f"/resultats/questionnaire.{name}?" + "&".join(f"{key}={value}" for key, value in query.items())
    return learning.get(address, "manager")


def test_the_page_says_how_it_is_calculated_and_unknown_without_answers(engine_name, asked):
    whole = asked.get("/resultats", "manager")
    assert "Satisfaction, tout de suite" in whole
    assert "Satisfaction, des mois après" in whole
    assert "moitié haute de l’échelle" in whole
    assert "Satisfaction, tout de suite : inconnu" in page(asked)


def test_answers_on_scales_are_counted_and_a_positioning_is_not(engine_name, asked):
    position(asked)
    answer(asked, "named", n_like="3", n_clear="3")
    found = page(asked)
    assert "Satisfaction, tout de suite : 50 %" in found, "the middle of five is not the upper half; three of four is"
    assert "Calcul : 1 divisé par 2." in found
    assert "a répondu en son nom" in found
    assert "Satisfaction, des mois après : inconnu" in page(asked, "satisfaction_later")


def test_what_is_asked_months_later_stands_apart(engine_name, asked, clock):
    clock.forward(days=91)
    assert answer(asked, "later", l_like="4").status_code == 303
    assert "Satisfaction, des mois après : 100 %" in page(asked, "satisfaction_later")
    assert "Satisfaction, tout de suite : inconnu" in page(asked)


def test_without_a_name_four_are_unknown_and_five_are_one_row(engine_name, asked):
    people(asked, 4)
    assert "Satisfaction, tout de suite : inconnu" in page(asked)
    people(asked, 1, start=4)
    found = page(asked)
    assert "Satisfaction, tout de suite : 40 %" in found
    assert "Calcul : 2 divisé par 5." in found
    assert "5 réponses sans nom, lues ensemble" in found
    rows = found[found.index("Les personnes comptées") :]
    assert rows.count('<th scope="row"') == 1
    assert "sans nom</td>" in rows, "no month of anyone"


def test_no_choice_of_days_parts_those_who_were_counted_together(engine_name, asked, clock):
    first = clock().date()
    people(asked, 3)
    clock.forward(days=1)
    people(asked, 2, start=3)
    for du, au in ((first, first), (clock().date(), clock().date()), (first, clock().date())):
        found = page(asked, du=du, au=au)
        assert "Calcul : 2 divisé par 5." in found or "inconnu" in found
        assert "divisé par 3." not in found
        assert "divisé par 2." not in found


def test_a_batch_counted_at_the_edge_of_a_day_belongs_to_one_period(engine_name, asked, clock):
    clock.forward(hours=13.5)  # half past eleven in the evening, in Paris
    people(asked, 5)
    today = clock().date()
    assert "divisé par 5." in page(asked, du=today, au=today)
    clock.forward(days=2)
    assert "divisé par 5." not in page(asked, du=clock().date(), au=clock().date())


def test_the_file_says_nothing_more(engine_name, asked):
    people(asked, 5)
    with asked.client("manager").get("/resultats/questionnaire.satisfaction/liste.csv") as answered:
        text = unescape(answered.data.decode("utf-8-sig"))
    assert "5 réponses sans nom" in text.replace("\u00a0", " ")
    assert "mot 1" not in text


def test_queries_do_not_grow_with_people(engine_name, asked, count_queries):
    people(asked, 5)
    page(asked)
    with count_queries() as few:
        page(asked)
    people(asked, 20, start=5)
    with count_queries() as many:
        page(asked)
    assert len(many) <= len(few)
