"""Answers: checked against the questions, said as keys, counted, and what they propose. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.activities.questionnaire.checking import MULTIPLE, SCALE, SINGLE, TEXT
from lms.kernel.text import unbroken

MOST_TEXT = 2_000


class Unanswered(Exception):
    """A question that must be answered is not, or what came is not among its answers: `questions` are their keys."""

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(", ".join(questions))
        self.questions = tuple(questions)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an answer proposes: activities to skip or to add, and why. `number` is its place in the questionnaire."""

    number: int
    how: str
    activities: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One possible answer, and how many gave it. `share`: of those who answered, 0 to 1."""

    text: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was answered to one question: bars, or texts. `mean` of a scale's steps."""

    key: str
    text: str
    type: str
    answered: int
    bars: tuple[Bar, ...]
    texts: tuple[str, ...]
    mean: float | None
    steps: int


def checked(body: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, cleaned: question key → value. Raises `Unanswered`."""
    found: dict[str, Any] = {}
    missing = []
    for question in body["questions"]:
        key = question["key"]
        value = _value(question, given.get(key))
        if value is not None:
            found[key] = value
        elif not question.get("optional") or given.get(key) not in (None, "", []):
            missing.append(key)
    if missing or given.keys() - {one["key"] for one in body["questions"]}:
        raise Unanswered(missing)
    return found


def _value(question: Mapping[str, Any], given: Any) -> Any:
    """A value that is among the answers, else None."""
    kind = question["type"]
    if kind == TEXT:
        text = given.replace("\x00", "").strip()[:MOST_TEXT] if isinstance(given, str) else ""
        return text or None
    if kind == SCALE:
        is_step = isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 3
        return int(given) if is_step and 1 <= int(given) <= question["steps"] else None
    keys = [one["key"] for one in question["choices"]]
    if kind == SINGLE:
        return given if isinstance(given, str) and given in keys else None
    chosen = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return [key for key in keys if key in chosen] or None if all(one in keys for one in chosen) else None


def response_of(question: Mapping[str, Any], value: Any) -> str:
    """What a statement says of an answer: keys only; what a person wrote stays with us."""
    if question["type"] == TEXT:
        return ""
    return "[,]".join(value) if question["type"] == MULTIPLE else str(value)


def shown(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question as pages show it: French spaces do not break."""
    texts = {name: unbroken(question[name]) for name in ("text", "low", "high") if name in question}
    choices = [{"key": one["key"], "text": unbroken(one["text"])} for one in question.get("choices", ())]
    return {**question, **texts, **({"choices": choices} if choices else {})}


def words_of(question: Mapping[str, Any], value: Any) -> str:
    """An answer as people read it."""
    if question["type"] in (TEXT, SCALE):
        return f"{value} / {question['steps']}" if question["type"] == SCALE else str(value)
    texts = {one["key"]: one["text"] for one in question["choices"]}
    return ", ".join(texts.get(one, "") for one in ([value] if isinstance(value, str) else value))


def proposals_of(body: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Proposal]:
    """What these answers propose, in the author's order. A person always decides."""
    return [
        Proposal(number, one["propose"], tuple(one["activities"]), unbroken(one["reason"]))
        for number, one in enumerate(body.get("proposals", ()))
        if _applies(one, answers.get(one["question"]))
    ]


def _applies(proposal: Mapping[str, Any], value: Any) -> bool:
    if value is None:
        return False
    if "choice" in proposal:
        return bool(proposal["choice"] in (value if isinstance(value, list) else [value]))
    if "at_least" in proposal:
        return bool(value >= proposal["at_least"])
    return bool(value <= proposal["at_most"])


def results_of(body: Mapping[str, Any], replies: Iterable[Mapping[str, Any]]) -> list[Result]:
    """What was answered, question by question. Texts stand in the order of the alphabet: when they came tells nothing."""
    listed = list(replies)
    return [
        _result(shown(question), [one[question["key"]] for one in listed if question["key"] in one])
        for question in body["questions"]
    ]


def _result(question: Mapping[str, Any], values: Sequence[Any]) -> Result:
    kind, steps = question["type"], question.get("steps", 0)
    bars: list[Bar] = []
    mean = None
    if kind == SCALE:
        numbers = [one for one in values if isinstance(one, int)]
        counts: Counter[Any] = Counter(numbers)
        ends = {1: question["low"], steps: question["high"]}
        bars = [
            _bar(f"{step} : {ends[step]}" if step in ends else str(step), counts[step], len(values))
            for step in range(1, steps + 1)
        ]
        mean = sum(numbers) / len(numbers) if numbers else None
    elif kind != TEXT:
        counts = Counter(key for value in values for key in (value if isinstance(value, list) else [value]))
        bars = [_bar(one["text"], counts[one["key"]], len(values)) for one in question["choices"]]
    texts = tuple(sorted((str(one) for one in values), key=str.casefold)) if kind == TEXT else ()
    return Result(question["key"], question["text"], kind, len(values), tuple(bars), texts, mean, steps)


def _bar(text: str, count: int, answered: int) -> Bar:
    return Bar(text, count, count / answered if answered else 0.0)
