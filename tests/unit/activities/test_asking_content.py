"""What authors write in works, observations and questionnaires: problems in sentences, keys made once, forms lent."""

from __future__ import annotations

import copy

import pytest

from lms.activities.assignment.kind import KIND as ASSIGNMENT
from lms.activities.observation.kind import KIND as OBSERVATION
from lms.activities.questionnaire.answering import Unanswered, checked, proposals_of
from lms.activities.questionnaire.kind import KIND as QUESTIONNAIRE
from tests.factories.asking import POSITIONING, SATISFACTION, SEEN, WORK
from tests.factories.courses import plain_surroundings

KINDS = {
    "assignment": (ASSIGNMENT, WORK),
    "observation": (OBSERVATION, SEEN),
    "questionnaire": (QUESTIONNAIRE, POSITIONING),
}


def body(name):
    return copy.deepcopy(KINDS[name][1]["body"])


def problems(name, content):
    return list(KINDS[name][0].problems(content, plain_surroundings()))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_right_has_no_problem_and_a_form(name):
    kind, _content = KINDS[name]
    assert problems(name, body(name)) == []
    assert {one.name for one in kind.form} >= set(body(name))
    made = kind.canonical(body(name))
    assert kind.canonical(made) == made
    assert "html" in kind.compile(made, plain_surroundings())


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "garbage",
    [
        {},
        {
            "questions": 3,
            "criteria": "a",
            "behaviours": None,
            "accepts": "photo",
            "pass": "x",
            "task": 4,
            "intro": [],
            "proposals": {},
        },
        {"criteria": [1, None], "behaviours": [[]], "questions": ["?"], "proposals": [7]},
    ],
)
def test_any_content_is_told_in_sentences(name, garbage):
    found = problems(name, garbage)
    assert found
    assert all(one.endswith((".", "»")) or "…" in one for one in found)


@pytest.mark.parametrize("name", KINDS)
def test_missing_keys_are_made(name):
    kind, _content = KINDS[name]
    content = body(name)
    for rows in (content.get("criteria"), content.get("behaviours"), content.get("questions")):
        for row in rows or ():
            row.pop("key")
    content.pop("proposals", None)
    made = kind.canonical(content)
    rows = made.get("criteria") or made.get("behaviours") or made["questions"]
    assert all(len(row["key"]) == 10 for row in rows)
    assert next(iter(rows[0])) == "key"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"accepts": ["video"]}, "accepts"),
        ({"accepts": ["photo", "photo"]}, "accepts"),
        ({"criteria": [{"text": "Un seul"}]}, "criteria"),
        ({"pass": 1.5}, "pass"),
        ({"task": " "}, "task"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_assignment_says_where(change, word):
    assert any(word in one for one in problems("assignment", {**body("assignment"), **change}))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"purpose": "fun"}, "purpose"),
        ({"anonymous": True}, "anonyme"),
        ({"questions": []}, "questions"),
        ({"questions": [{"type": "scale", "text": "?", "steps": 1, "low": "a", "high": "b"}]}, "steps"),
        ({"questions": [{"type": "single", "text": "?", "choices": [{"text": "a"}]}]}, "deux choix"),
        ({"proposals": [{"question": "zz", "at_least": 1}]}, "question"),
    ],
)
def test_a_wrong_questionnaire_says_where(change, word):
    assert any(word in one for one in problems("questionnaire", {**body("questionnaire"), **change}))


def test_only_a_positioning_proposes():
    content = {**copy.deepcopy(SATISFACTION["body"]), "proposals": body("questionnaire")["proposals"]}
    assert any("seul un positionnement" in one for one in problems("questionnaire", content))


def test_proposals_follow_from_answers():
    content = body("questionnaire")
    assert [one.how for one in proposals_of(content, {"@q_books": 3, "@q_stand": "@c_no"})] == ["skip"]
    assert [one.how for one in proposals_of(content, {"@q_books": 2, "@q_stand": "@c_yes"})] == ["add"]
    assert proposals_of(content, {}) == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"@q_books": "9", "@q_stand": "@c_yes"},
        {"@q_books": "3", "@q_stand": "nope"},
        {"@q_books": ["3"], "@q_stand": "@c_yes"},
        {"@q_books": "3", "@q_stand": "@c_yes", "other": "x"},
    ],
)
def test_an_answer_that_is_not_among_the_answers_is_not_one(given):
    with pytest.raises(Unanswered):
        checked(body("questionnaire"), given)
