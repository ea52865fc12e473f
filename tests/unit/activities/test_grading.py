"""Grading, by examples: each type of question, as docs/content.md says."""

from __future__ import annotations

import pytest

from lms.activities.quiz.drawing import Drawn, draw
from lms.activities.quiz.grading import NotInDraw, folded, grade, number_in
from lms.activities.quiz.outcome import reaches, result_of


def asked(kind, **fields):
    body = {"pools": [{"key": "p", "title": "P", "questions": [{"key": "q", "type": kind, "prompt": "?", **fields}]}]}
    return draw(body, "someone:quiz:1")[0]


SINGLE = asked(
    "single",
    choices=[
        {"key": "a", "text": "A", "correct": True, "feedback": "oui"},
        {"key": "b", "text": "B", "feedback": "non"},
    ],
)
MULTIPLE = asked(
    "multiple",
    choices=[
        {"key": "a", "text": "A", "correct": True, "feedback": "fa"},
        {"key": "b", "text": "B", "correct": True, "feedback": "fb"},
        {"key": "c", "text": "C", "feedback": "fc"},
    ],
)
NUMBER = asked(
    "number", answer=3.25, tolerance=0.05, unit="€", feedback="13 / 4", mistakes=[{"answer": 8.75, "feedback": "oubli"}]
)
SHORT = asked(
    "short", accept=["Le bénéfice", "être"], mistakes=[{"accept": ["C.A."], "feedback": "avant"}], feedback="f"
)
MATCHING = asked(
    "matching",
    pairs=[
        {"key": "a", "left": "A", "right": "1", "feedback": "fa"},
        {"key": "b", "left": "B", "right": "2", "feedback": "fb"},
        {"key": "c", "left": "C", "right": "3"},
    ],
    distractors=[{"key": "d", "text": "4"}],
)
ORDERING = asked("ordering", items=[{"key": key, "text": key.upper()} for key in "abcd"], feedback="f")
PLACES = {text: place for place, text in MATCHING.offered}


@pytest.mark.parametrize(
    ("question", "value", "score", "response"),
    [
        (SINGLE, "a", 1, "a"),
        (SINGLE, "b", 0, "b"),
        (SINGLE, None, 0, ""),
        (MULTIPLE, ["a", "b"], 1, "a[,]b"),
        (MULTIPLE, "a", 0.5, "a"),
        (MULTIPLE, ["a", "b", "c"], 0.5, "a[,]b[,]c"),
        (MULTIPLE, ["a", "c"], 0, "a[,]c"),
        (MULTIPLE, ["c"], 0, "c"),
        (asked("true_false", answer=False, if_true="t", if_false="f"), "false", 1, "false"),
        (asked("true_false", answer=False, if_true="t", if_false="f"), True, 0, "true"),
        (NUMBER, "3,25", 1, "accepted"),
        (NUMBER, " 3.3 € ", 1, "accepted"),
        (NUMBER, "3,31", 0, "other"),
        (NUMBER, "8,75", 0, "mistake-1"),
        (NUMBER, "beaucoup", 0, "other"),
        (NUMBER, "nan", 0, "other"),
        (NUMBER, 3.25, 1, "accepted"),
        (SHORT, "LE BENEFICE !", 1, "accepted"),
        (SHORT, "c.a.", 0, "mistake-1"),
        (SHORT, "je ne sais pas, appelez-moi au 06", 0, "other"),
        (SHORT, "   ", 0, ""),
        (MATCHING, {"a": PLACES["1"], "b": PLACES["2"], "c": PLACES["3"]}, 1, "a[.]a[,]b[.]b[,]c[.]c"),
        (MATCHING, {"a": PLACES["1"], "b": PLACES["4"]}, 1 / 3, "a[.]a[,]b[.]d"),
        (MATCHING, {}, 0, ""),
        (ORDERING, ["a", "b", "c", "d"], 1, "a[,]b[,]c[,]d"),
        (ORDERING, ["d", "c", "b", "a"], 0, "d[,]c[,]b[,]a"),
        (ORDERING, ["a", "c", "b", "d"], 2 / 3, "a[,]c[,]b[,]d"),
        (ORDERING, {"a": "1", "b": "2", "c": "3", "d": "4"}, 1, "a[,]b[,]c[,]d"),
    ],
)
def test_each_type_is_graded_as_documented(question, value, score, response):
    found = grade(question, value)
    assert found.score == pytest.approx(score)
    assert found.response == response
    assert found.answered is bool(response)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (SINGLE, "zzz"),
        (SINGLE, ["a", "b"]),
        (MULTIPLE, ["a", "a"]),
        (MULTIPLE, ["a", {}]),
        (MATCHING, {"a": "99"}),
        (MATCHING, {"z": "1"}),
        (MATCHING, "a"),
        (ORDERING, ["a", "b"]),
        (ORDERING, {"z": "1"}),
        (NUMBER, ["1"]),
        (SHORT, {"a": 1}),
        (asked("true_false", answer=True, if_true="t", if_false="f"), "peut-être"),
    ],
)
def test_what_the_question_does_not_offer_is_not_an_answer(question, value):
    with pytest.raises(NotInDraw):
        grade(question, value)


def test_feedback_is_that_of_the_answer_then_the_general_one():
    assert grade(SINGLE, "b").feedback == ("non",)
    assert grade(NUMBER, "8,75").feedback == ("oubli", "13 / 4")
    assert grade(NUMBER, None).feedback == ("13 / 4",)
    assert grade(MATCHING, {"a": PLACES["2"], "b": PLACES["2"], "c": PLACES["3"]}).feedback == ("fa",)


def test_a_short_answer_is_compared_without_case_accents_punctuation():
    assert folded("Savoir-être") == folded("  savoir  ETRE.") == folded("savoiretre")
    assert folded("cœur") == "coeur"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1 234,5", "1234.5"), ("\u22123", "-3"), ("12\u202f000 €", "12000"), ("", None), ("1/2", None)],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    found = number_in(typed)
    assert (None if found is None else str(found)) == number


def test_equal_ranks_stay_in_the_order_of_the_page():
    shown = [key for key, _text in ORDERING.offered]
    assert grade(ORDERING, dict.fromkeys(shown, "1")).response == "[,]".join(shown)


def test_a_hundredth_is_not_lost_to_floats():
    question = asked("number", answer=0.3, feedback="f")
    assert grade(question, "0,3").is_right
    assert not grade(question, "0,30001").is_right


BODY = {
    "pass": 0.5,
    "pools": [
        {
            "key": "g",
            "title": "G",
            "use": "graded",
            "questions": [dict(SINGLE.question, key="q1"), dict(SINGLE.question, key="q2")],
        },
        {"key": "p", "title": "P", "use": "practice", "questions": [dict(SINGLE.question, key="q3")]},
    ],
}


def test_practice_counts_for_nothing_beside_graded_questions():
    result = result_of(BODY, "s:q:1", {"q1": "a", "q3": "b"})
    assert (result.score, result.points, result.total, result.is_passed) == (0.5, 1, 2, True)
    assert result.pools() == {"g": 0.5}


def test_without_a_pass_score_nothing_is_failed():
    assert result_of({**BODY, "pass": None}, "s:q:1", {}).is_passed is None
    assert reaches(2 / 3, 0.6666666667)


def test_an_answer_to_another_question_is_refused():
    with pytest.raises(NotInDraw):
        result_of(BODY, "s:q:1", {"elsewhere": "a"})


def test_a_matching_question_does_not_carry_its_answer():
    assert {place for place, _text in MATCHING.offered} == {"1", "2", "3", "4"}
    assert isinstance(MATCHING, Drawn)
