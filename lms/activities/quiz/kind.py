"""The activity type "quiz": what it believes, how its content is checked and compiled, what its page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.activities.quiz import checking
from lms.activities.quiz.authors_form import FORM
from lms.activities.quiz.drawing import GRADED, PRACTICE, Drawn, draw, seed_of
from lms.activities.quiz.grading import NotInDraw
from lms.activities.quiz.outcome import Result, result_of
from lms.contract.types import ActivityView, Believed, ContentProblem, PlayState, Source, Surroundings
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.rights import NotFound
from lms.kernel.text import unbroken
from lms.xapi.api import COMPLETED, FAILED, PASSED, KeptIntent, Outcome, intent_payload

ANSWER = "quiz.answer"
POOL_TYPE = "http://adlnet.gov/expapi/activities/objective"
QUESTION_TYPE = "http://adlnet.gov/expapi/activities/cmi.interaction"
_SAID_BY_SERVER = frozenset({Source.SERVER})
_VALUE_SENTENCE = re.compile(r"\[\[.*?\|\|(.*?)\]\]", re.DOTALL)


class Quiz:
    """Questions, graded by the server."""

    name = "quiz"
    title = mark("Questions")
    icon = "help"
    activity_type_iri = "http://adlnet.gov/expapi/activities/assessment"
    believes: tuple[Believed, ...] = (
        Believed(PASSED.iri, _SAID_BY_SERVER),
        Believed(FAILED.iri, _SAID_BY_SERVER),
        Believed(COMPLETED.iri, _SAID_BY_SERVER),
    )
    template = "quiz/quiz.html"
    form = FORM

    def problems(self, body: Mapping[str, Any], surroundings: Surroundings) -> Iterator[str]:
        """Structure first, then each prompt's Markdown."""
        yield from checking.problems(body)
        for pool in _mappings(body.get("pools")):
            for question in _mappings(pool.get("questions")):
                try:
                    surroundings.render(str(question.get("prompt", "")))
                except ContentProblem as wrong:
                    yield f"« {str(question.get('prompt', ''))[:60]} » : {wrong}"

    def canonical(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """See `checking.canonical`."""
        return checking.canonical(body)

    def compile(self, body: Mapping[str, Any], surroundings: Surroundings) -> dict[str, Any]:
        """The prompts as HTML. Answers stay in the body, on the server."""
        questions = [question for pool in body["pools"] for question in pool["questions"]]
        return {
            "prompts": {question["key"]: _in_line(surroundings.render(question["prompt"])) for question in questions}
        }

    def page(self, ctx: Context, activity: ActivityView, state: PlayState) -> dict[str, Any]:
        """The questions of the attempt to come, or the result of an act that is asked for."""
        limit = activity.body.get("attempts")
        left = None if limit is None else max(0, limit - state.attempts)
        values: dict[str, Any] = {"left": left, "attempt": state.attempts + 1, "result": None, "pools": []}
        result = _result(activity, state, intent_payload(ctx, state.shown)) if state.shown else None
        if result is not None:
            return {**values, "result": result}
        if left == 0:
            return values
        return {**values, "pools": _pools(activity, draw(activity.body, seed_of(state.seed, state.attempts + 1)))}

    def questions(self, activity: ActivityView, state: PlayState) -> Iterator[tuple[str, str]]:
        """(key, words) of the questions that stand before someone: those of the attempt, or of the result that is shown."""
        limit = activity.body.get("attempts")
        attempt = state.attempts + (not state.shown)
        if state.shown or limit is None or attempt <= limit:
            for one in draw(activity.body, seed_of(state.seed, attempt)):
                yield one.key, unbroken(name_of(one.question))

    def parts(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Graded pools: practice feeds no criterion."""
        for pool in body.get("pools", ()):
            if pool.get("use", GRADED) == GRADED:
                yield pool["key"], pool.get("title", "")


KIND = Quiz()


def name_of(question: Mapping[str, Any]) -> str:
    """What a statement calls a question: its prompt without its named values."""
    return " ".join(_VALUE_SENTENCE.sub(r"\1", str(question["prompt"])).split())[:200]


def _in_line(html: str) -> str:
    """A prompt stands in a legend, where there are no paragraphs."""
    lines = [line.strip() for line in html.strip().removeprefix("<p>").removesuffix("</p>").split("</p>\n<p>")]
    return "<br>".join(lines) if "<p>" not in "".join(lines) else html


def _result(activity: ActivityView, state: PlayState, act: KeptIntent) -> Result | None:
    if act.kind != ANSWER or act.payload.get("activity") != activity.key:
        raise NotFound
    if act.outcome is Outcome.REFUSED:
        return None
    try:
        return result_of(activity.body, seed_of(state.seed, int(act.payload["attempt"])), act.payload["answers"])
    except NotInDraw:  # the questions have changed since
        return None


def _pools(activity: ActivityView, drawn: Sequence[Drawn]) -> list[dict[str, Any]]:
    prompts = activity.compiled["prompts"]
    shown, number = [], 0
    for pool in activity.body["pools"]:
        questions = []
        for one in drawn:
            if one.pool_key == pool["key"]:
                number += 1
                questions.append(_shown(one, number, prompts[one.key]))
        shown.append(
            {"title": unbroken(pool["title"]), "is_practice": pool.get("use") == PRACTICE, "questions": questions}
        )
    return shown


def _shown(drawn: Drawn, number: int, prompt: str) -> dict[str, Any]:
    """What the page of a question needs, and nothing of its answer; practice questions may tell it."""
    question = drawn.question
    offered = [(key, unbroken(text)) for key, text in drawn.offered]
    return {
        "key": drawn.key,
        "name": f"q-{drawn.key}",
        "number": number,
        "type": question["type"],
        "prompt": prompt,
        "unit": question.get("unit"),
        "choices": [(choice["key"], unbroken(choice["text"])) for choice in question.get("choices", ())],
        "lefts": [
            {"key": pair["key"], "text": unbroken(pair["left"]), "value": None} for pair in question.get("pairs", ())
        ],
        "offered": offered,
        "items": [{"key": key, "text": text, "position": place} for place, (key, text) in enumerate(offered, 1)],
        "answer": _told(question) if drawn.use == PRACTICE else (),
    }


def _told(question: Mapping[str, Any]) -> tuple[str, ...]:
    """The right answer and why, for a practice question."""
    right = {
        "single": lambda: [choice for choice in question["choices"] if choice.get("correct")],
        "multiple": lambda: [choice for choice in question["choices"] if choice.get("correct")],
    }
    if question["type"] in right:
        told = [f"{choice['text']} {choice.get('feedback', '')}".strip() for choice in right[question["type"]]()]
    elif question["type"] == "true_false":
        told = [question["if_true" if question["answer"] else "if_false"]]
    elif question["type"] == "number":
        told = [f"{question['answer']} {question.get('unit', '')}".strip()]
    elif question["type"] == "short":
        told = [question["accept"][0]]
    elif question["type"] == "matching":
        told = [f"{pair['left']} → {pair['right']}" for pair in question["pairs"]]
    else:
        told = [f"{place}. {item['text']}" for place, item in enumerate(question["items"], 1)]
    return (*told, question["feedback"]) if question.get("feedback") else tuple(told)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
