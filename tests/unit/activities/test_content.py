"""What authors may write: problems in sentences, canonical form, and what is compiled."""

from __future__ import annotations

import copy

import pytest

from lms.activities.lesson.kind import KIND as LESSON
from lms.activities.quiz.kind import KIND as QUIZ
from lms.activities.quiz.kind import name_of
from lms.activities.resource.kind import KIND as RESOURCE
from lms.activities.session.kind import KIND as SESSION
from lms.contract.types import ContentFile, ContentProblem, Surroundings
from tests.factories.courses import QUESTIONS, plain_surroundings

AROUND = plain_surroundings()
FILES = {
    "files/page.pdf": ContentFile("/parcours/c/fichiers/h/page.pdf", "page.pdf", "application/pdf", 240_000),
    "files/film.mp4": ContentFile("/parcours/c/fichiers/h/film.mp4", "film.mp4", "video/mp4", 3_000_000),
    "files/film.vtt": ContentFile("/parcours/c/fichiers/h/film.vtt", "film.vtt", "text/vtt", 900),
}
WITH_FILES = Surroundings(render=AROUND.render, files=FILES)


def quiz(**changes):
    questions = [{"key": f"q{number}", **copy.deepcopy(question)} for number, question in enumerate(QUESTIONS.values())]
    return {"pools": [{"key": "p", "title": "P", "use": "graded", "questions": questions, **changes}]}


def test_the_samples_are_fine():
    assert list(QUIZ.problems(quiz(), AROUND)) == []
    assert list(LESSON.problems({"text": "Bonjour."}, AROUND)) == []
    assert list(SESSION.problems({"programme": [{"minutes": 5, "text": "Dire bonjour."}]}, AROUND)) == []
    assert list(RESOURCE.problems({"file": "files/page.pdf"}, WITH_FILES)) == []
    assert list(RESOURCE.problems({"video": "files/film.mp4", "captions": "files/film.vtt"}, WITH_FILES)) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "pas de question"),
        ({"pools": "non"}, "pas de question"),
        ({"pools": [], "passe": 1}, "passe"),
        ({**quiz(), "attempts": 0}, "attempts"),
        ({**quiz(), "attempts": True}, "attempts"),
        ({**quiz(), "pass": 60}, "pass"),
        (quiz(use="noté"), "use"),
        (quiz(draw=99), "draw"),
        (quiz(draw="5"), "draw"),
        (quiz(title=""), "title"),
        (quiz(questions=[]), "aucune question"),
        (quiz(questions=[{"type": "essai"}]), "type"),
        (quiz(questions=[{"type": "single", "prompt": "?", "choices": []}]), "deux choix"),
        (quiz(questions=[{"type": "single", "prompt": "?", "choises": []}]), "choises"),
        (
            quiz(questions=[{"type": "multiple", "prompt": "?", "choices": [{"text": "a", "feedback": "f"}] * 2}]),
            "au moins un choix",
        ),
        (quiz(questions=[{"type": "true_false", "prompt": "?", "answer": "oui"}]), "true ou false"),
        (quiz(questions=[{"type": "number", "prompt": "?", "answer": "3", "feedback": "f"}]), "nombre"),
        (quiz(questions=[{"type": "short", "prompt": "?", "accept": ["?!"], "feedback": "f"}]), "accept"),
        (quiz(questions=[{"type": "matching", "prompt": "?", "pairs": [{"left": "a", "right": "b"}]}]), "deux paires"),
        (quiz(questions=[{"type": "ordering", "prompt": "?", "items": [{"text": "a"}]}]), "deux choses"),
        (
            quiz(
                questions=[
                    {"key": "p", "type": "true_false", "prompt": "?", "answer": True, "if_true": "a", "if_false": "b"}
                ]
            ),
            "deux fois",
        ),
    ],
)
def test_what_is_wrong_in_a_quiz_is_said(body, words):
    assert any(words in problem for problem in QUIZ.problems(body, AROUND)), list(QUIZ.problems(body, AROUND))


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (LESSON, {}, "texte manque"),
        (LESSON, {"text": "a", "pages": 1}, "pages"),
        (RESOURCE, {}, "file"),
        (RESOURCE, {"file": "files/absent.pdf"}, "manque"),
        (RESOURCE, {"video": "files/film.mp4"}, "sous-titres"),
        (RESOURCE, {"link": "javascript:alert(1)"}, "https"),
        (RESOURCE, {"link": "https://a.invalid", "file": "files/page.pdf"}, "une seule"),
        (SESSION, {}, "programme"),
        (SESSION, {"programme": [{"minutes": "dix", "text": "a"}]}, "ligne 1"),
        (SESSION, {"programme": ["a"]}, "ligne 1"),
        (SESSION, {"programme": [{"minutes": 1, "text": "a"}], "bring": "tout"}, "bring"),
    ],
)
def test_what_is_wrong_elsewhere_is_said(kind, body, words):
    assert any(words in problem for problem in kind.problems(body, WITH_FILES))


def test_a_text_that_cannot_be_rendered_is_a_problem():
    def refuse(_text):
        raise ContentProblem("Le mot manque.")

    around = Surroundings(render=refuse)
    assert "Le mot manque." in list(LESSON.problems({"text": "a"}, around))
    assert any("Le mot manque." in problem for problem in QUIZ.problems(quiz(), around))
    assert "Le mot manque." in list(RESOURCE.problems({"text": "a", "link": "https://a.invalid"}, around))


def test_canonical_form_makes_missing_keys_once_and_keeps_the_order():
    bare = {
        "pools": [
            {
                "questions": [
                    {"prompt": "?", "type": "single", "choices": [{"feedback": "f", "text": "a", "correct": False}]}
                ],
                "title": "P",
            }
        ],
        "pass": 0.5,
    }
    made = QUIZ.canonical(bare)
    assert list(made) == ["pass", "pools"]
    assert list(made["pools"][0]) == ["key", "title", "questions"]
    assert list(made["pools"][0]["questions"][0]["choices"][0]) == ["key", "text", "feedback"]
    assert QUIZ.canonical(made) == made
    assert SESSION.canonical({"bring": ["a"], "programme": [{"text": "b", "minutes": 5}]}) == {
        "programme": [{"minutes": 5, "text": "b"}],
        "bring": ["a"],
    }
    assert LESSON.canonical({"text": "\n\nBonjour\n\n"}) == {"text": "Bonjour\n"}


def test_a_false_answer_is_not_taken_for_an_empty_field():
    made = QUIZ.canonical(quiz())
    assert made["pools"][0]["questions"][2]["answer"] is False


def test_graded_pools_are_parts_that_coverage_may_name():
    assert list(QUIZ.parts(quiz())) == [("p", "P")]
    assert list(QUIZ.parts(quiz(use="practice"))) == []


def test_compiled_quizzes_carry_prompts_and_no_answer():
    compiled = QUIZ.compile(quiz(), AROUND)
    assert "RETOUR" not in str(compiled)
    assert compiled["prompts"]["q4"] == "Comment s'appelle ce qui reste\u00a0?"


def test_compiled_lessons_count_their_words():
    assert LESSON.compile({"text": "Un **deux** trois."}, AROUND)["words"] == 3


def test_statements_name_a_question_without_its_values():
    assert (
        name_of({"prompt": "Combien ? [[Le plafond est {plafond}. || Il y a un plafond.]]"})
        == "Combien ? Il y a un plafond."
    )
