"""Grading of one answer (docs/content.md): pure, exact, and on the server only. A response is made of keys, never of what was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from lms.activities.quiz.drawing import Drawn

ACCEPTED, OTHER = "accepted", "other"
MOST_TYPED = 500


class NotInDraw(Exception):
    """An answer names a question or a choice that this attempt does not have."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth. `response` is what a statement may say of it; `said` is the answer as a person reads it."""

    score: float = 0.0
    response: str = ""
    answered: bool = False
    said: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Nothing is missing."""
        return self.score == 1.0


def grade(drawn: Drawn, value: Any) -> Grade:
    """The grade of an answer as it was sent; without an answer, nothing is won and only the general feedback is said."""
    found = _GRADERS[drawn.question["type"]](drawn, value)
    general = drawn.question.get("feedback")
    if not general:
        return found
    return Grade(found.score, found.response, found.answered, found.said, (*found.feedback, general))


def _single(drawn: Drawn, value: Any) -> Grade:
    ticked = _keys(value)
    if not ticked:
        return Grade()
    if len(ticked) > 1:
        raise NotInDraw
    choice = _choice(drawn, ticked[0])
    return Grade(1.0 if choice.get("correct") else 0.0, ticked[0], True, (choice["text"],), _feedback(choice))


def _multiple(drawn: Drawn, value: Any) -> Grade:
    ticked = [_choice(drawn, key) for key in _keys(value)]
    if not ticked:
        return Grade()
    right = sum(1 for choice in drawn.question["choices"] if choice.get("correct"))
    won = sum(1 if choice.get("correct") else -1 for choice in ticked)
    return Grade(
        score=max(0, won) / right,
        response="[,]".join(choice["key"] for choice in ticked),
        answered=True,
        said=tuple(choice["text"] for choice in ticked),
        feedback=tuple(text for choice in ticked for text in _feedback(choice)),
    )


def _true_false(drawn: Drawn, value: Any) -> Grade:
    if value in (None, ""):
        return Grade()
    said = str(value).lower()
    if said not in ("true", "false"):
        raise NotInDraw
    is_right = (said == "true") == bool(drawn.question["answer"])
    feedback = drawn.question.get(f"if_{said}")
    return Grade(float(is_right), said, True, (said,), (feedback,) if feedback else ())


def _number(drawn: Drawn, value: Any) -> Grade:
    typed = _typed(value)
    if not typed:
        return Grade()
    question = drawn.question
    number = number_in(typed, question.get("unit", ""))
    if number is not None and _near(number, question):
        return Grade(1.0, ACCEPTED, True, (typed,))
    for place, mistake in enumerate(question.get("mistakes", ()), 1):
        if number is not None and _near(number, mistake):
            return Grade(0.0, f"mistake-{place}", True, (typed,), _feedback(mistake))
    return Grade(0.0, OTHER, True, (typed,))


def _short(drawn: Drawn, value: Any) -> Grade:
    typed = _typed(value)
    if not typed:
        return Grade()
    said = folded(typed)
    if said in {folded(text) for text in drawn.question["accept"]}:
        return Grade(1.0, ACCEPTED, True, (typed,))
    for place, mistake in enumerate(drawn.question.get("mistakes", ()), 1):
        if said in {folded(text) for text in mistake["accept"]}:
            return Grade(0.0, f"mistake-{place}", True, (typed,), _feedback(mistake))
    return Grade(0.0, OTHER, True, (typed,))


def _matching(drawn: Drawn, value: Any) -> Grade:
    texts = dict(drawn.offered)
    pairs: Sequence[Mapping[str, Any]] = drawn.question["pairs"]
    chosen = {key: str(place) for key, place in _pairs(value).items() if place not in (None, "")}
    if chosen.keys() - {pair["key"] for pair in pairs} or set(chosen.values()) - texts.keys():
        raise NotInDraw
    if not chosen:
        return Grade()
    met = [pair for pair in pairs if pair["key"] in chosen]
    right = [pair for pair in met if texts[chosen[pair["key"]]] == pair["right"]]
    return Grade(
        score=len(right) / len(pairs),
        response="[,]".join(f"{pair['key']}[.]{_key_of(drawn, texts[chosen[pair['key']]])}" for pair in met),
        answered=True,
        said=tuple(f"{pair['left']} → {texts[chosen[pair['key']]]}" for pair in met),
        feedback=tuple(text for pair in met if pair not in right for text in _feedback(pair)),
    )


def _ordering(drawn: Drawn, value: Any) -> Grade:
    right = [item["key"] for item in drawn.question["items"]]
    given = _ranked(drawn, value)
    if not given:
        return Grade()
    if sorted(given) != sorted(right):
        raise NotInDraw
    texts = dict(drawn.offered)
    place = {key: index for index, key in enumerate(right)}
    neighbours = [place[before] < place[after] for before, after in pairwise(given)]
    score = sum(neighbours) / len(neighbours) if neighbours else 1.0
    return Grade(score, "[,]".join(given), True, tuple(texts[key] for key in given))


_GRADERS: Mapping[str, Callable[[Drawn, Any], Grade]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "number": _number,
    "short": _short,
    "matching": _matching,
    "ordering": _ordering,
}
TYPES = tuple(_GRADERS)


def folded(text: str) -> str:
    """A short answer as it is compared: without case, accents, punctuation and spaces."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isalnum())


def number_in(typed: str, unit: str = "") -> Decimal | None:
    """The number that someone typed: `3,25 €` and `1 234.5` are numbers; None when there is none."""
    text = "".join(typed.casefold().split()).removesuffix("".join(unit.casefold().split()) or "€")
    try:
        number = Decimal(text.replace("\u2212", "-").replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def _near(number: Decimal, target: Mapping[str, Any]) -> bool:
    return abs(number - Decimal(str(target["answer"]))) <= Decimal(str(target.get("tolerance", 0)))


def _choice(drawn: Drawn, key: str) -> Mapping[str, Any]:
    for choice in drawn.question["choices"]:
        if choice["key"] == key:
            found: Mapping[str, Any] = choice
            return found
    raise NotInDraw


def _key_of(drawn: Drawn, text: str) -> str:
    """The key of a text on the right of a matching: of its pair, or of its distractor."""
    sides = [(pair["right"], pair["key"]) for pair in drawn.question["pairs"]]
    sides += [(wrong["text"], wrong["key"]) for wrong in drawn.question.get("distractors", ())]
    return next(str(key) for shown, key in sides if shown == text)


def _ranked(drawn: Drawn, value: Any) -> list[str]:
    """Items as someone put them: a list of keys, or a rank for each; equal ranks stay in the order of the page."""
    if isinstance(value, Mapping):
        if value.keys() - dict(drawn.offered).keys():
            raise NotInDraw
        ranks = {key: number_in(str(rank)) for key, rank in value.items()}
        last = Decimal(len(drawn.offered) + 1)
        return sorted((key for key, _text in drawn.offered), key=lambda key: ranks.get(key) or last) if value else []
    return _keys(value)


def _keys(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in listed) or len(set(listed)) != len(listed):
        raise NotInDraw
    return [one for one in listed if one]


def _pairs(value: Any) -> Mapping[str, Any]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise NotInDraw
    return value


def _typed(value: Any) -> str:
    if isinstance(value, list | dict):
        raise NotInDraw
    return "" if value is None else str(value).strip()[:MOST_TYPED]


def _feedback(part: Mapping[str, Any]) -> tuple[str, ...]:
    return (part["feedback"],) if part.get("feedback") else ()
