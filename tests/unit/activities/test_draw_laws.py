"""Laws of drawing and grading, whatever the content and the answers."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as some

from lms.activities.quiz.drawing import draw, seed_of
from lms.activities.quiz.grading import NotInDraw, grade
from lms.activities.quiz.outcome import result_of

names = some.text("abcdefghijkmnpqrstuvwxyz23456789", min_size=10, max_size=10)
texts = some.text(min_size=1, max_size=12).filter(str.strip)
seeds = some.builds(lambda person, attempt: f"{person}:quiz:{attempt}", some.uuids(), some.integers(1, 50))


@some.composite
def questions(make, key):
    kind = make(some.sampled_from(["single", "multiple", "true_false", "number", "short", "matching", "ordering"]))
    keys = make(some.lists(names, min_size=2, max_size=6, unique=True))
    plain = {"key": key, "type": kind, "prompt": "?"}
    if kind in ("single", "multiple"):
        right = {keys[0]} if kind == "single" else set(make(some.lists(some.sampled_from(keys), min_size=1)))
        return {
            **plain,
            "choices": [{"key": one, "text": one, "correct": one in right, "feedback": "f"} for one in keys],
        }
    if kind == "true_false":
        return {**plain, "answer": make(some.booleans()), "if_true": "t", "if_false": "f"}
    if kind == "number":
        return {**plain, "answer": make(some.integers(-999, 999)), "feedback": "f"}
    if kind == "short":
        return {**plain, "accept": [make(names)], "feedback": "f"}
    if kind == "matching":
        return {**plain, "pairs": [{"key": one, "left": one, "right": f"→{one}"} for one in keys]}
    return {**plain, "items": [{"key": one, "text": one} for one in keys]}


@some.composite
def bodies(make):
    keys = make(some.lists(names, min_size=1, max_size=8, unique=True))
    asked = [make(questions(key)) for key in keys]
    return {"pools": [{"key": "p", "title": "P", "draw": make(some.integers(1, len(keys))), "questions": asked}]}


def right_answer(one):
    question = one.question
    kind = question["type"]
    if kind == "single":
        return next(choice["key"] for choice in question["choices"] if choice["correct"])
    if kind == "multiple":
        return [choice["key"] for choice in question["choices"] if choice["correct"]]
    if kind in ("number", "short", "true_false"):
        return str(question.get("answer", question.get("accept", [""])[0])).lower()
    if kind == "matching":
        places = {text: place for place, text in one.offered}
        return {pair["key"]: places[pair["right"]] for pair in question["pairs"]}
    return [item["key"] for item in question["items"]]


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


@given(bodies(), seeds)
def test_right_answers_win_everything(body, seed):
    drawn = draw(body, seed)
    result = result_of(body, seed, {one.key: right_answer(one) for one in drawn})
    assert result.score == 1
    assert result.points == result.total == body["pools"][0]["draw"]


@given(bodies(), seeds, some.data())
def test_a_score_is_between_0_and_1_and_a_response_is_made_of_keys(body, seed, data):
    for one in draw(body, seed):
        value = data.draw(anything | some.just(right_answer(one)))
        try:
            found = grade(one, value)
        except NotInDraw:
            continue
        assert 0 <= found.score <= 1
        known = {"accepted", "other", "true", "false", ""} | {
            part["key"] for name in ("choices", "pairs", "items", "distractors") for part in one.question.get(name, ())
        }
        assert {key for pair in found.response.split("[,]") for key in pair.split("[.]")} <= known


@given(bodies(), seeds)
def test_the_same_seed_draws_the_same_page(body, seed):
    assert draw(body, seed) == draw(body, seed)


@given(bodies(), seeds)
def test_a_page_never_shows_the_right_order(body, seed):
    for one in draw(body, seed):
        if one.question["type"] == "ordering":
            assert [key for key, _text in one.offered] != [item["key"] for item in one.question["items"]]
        if one.question["type"] == "matching":
            assert [text for _place, text in one.offered] != [pair["right"] for pair in one.question["pairs"]]


@given(bodies(), seeds, some.integers(1, 99))
def test_the_seed_of_an_attempt_depends_on_its_number_only(body, seed, attempt):
    assert seed_of(seed, attempt) == seed_of(seed_of(seed, 7), attempt)


@settings(max_examples=3)
@given(some.uuids())
def test_a_draw_is_fair(person):
    asked = [
        {"key": f"k{number}", "type": "true_false", "answer": True, "if_true": "t", "if_false": "f"}
        for number in range(10)
    ]
    body = {"pools": [{"key": "p", "title": "P", "draw": 3, "questions": asked}]}
    seen = Counter(one.key for attempt in range(2000) for one in draw(body, f"{person}:quiz:{attempt}"))
    assert len(seen) == 10
    assert all(480 < times < 720 for times in seen.values())  # 600 expected, five standard deviations
