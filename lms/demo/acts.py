"""What a learner of the demo does next, sent as intents like anyone's."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lms.activities.assignment.api import keep_pieces, own_work
from lms.activities.questionnaire.api import checked, proposals_of
from lms.activities.quiz.api import Drawn, draw
from lms.contract.types import Role, Scope
from lms.courses.api import ActivityInfo, EnrolmentInfo, content_of, reaches, score_of
from lms.demo.making import COMMENTS, TEXTS, answers_for, any_uuid, marks_for
from lms.demo.people import Temper
from lms.kernel.context import Actor, Context
from lms.kernel.media import Prepared
from lms.kernel.rights import Grant
from lms.xapi.api import Sent, accept

DAY = timedelta(days=1)


@dataclass
class Learner:
    """Someone on their way through the expected activities, in order."""

    actor: Actor
    enrolment: EnrolmentInfo
    temper: Temper
    moment: datetime
    chance: random.Random
    left: list[ActivityInfo]
    total: int
    tries: int = 0
    attempts: int = 0
    has_paused: bool = False
    now: datetime | None = None
    """The present, beyond which nothing is made up."""
    photo: tuple[Path, Prepared] | None = None
    """Where files are kept, and the photo that everyone of the demo has taken."""


def step(ctx: Context, learner: Learner, now: datetime) -> None:
    """One act, then on to the next activity; some come back to a quiz that did not go well."""
    info = learner.left[0]
    made, learner.now = learner.moment, now
    late = DAY * learner.temper.sends_late_days * learner.chance.random()
    staff = replace(ctx, clock=lambda: min(made + late, now))
    theirs = replace(
        staff, actor=learner.actor, grants=(Grant(Role.LEARNER, Scope.PERSON, learner.actor.membership_id),)
    )
    is_settled = _ACTS[info.type](staff, theirs, learner, info)
    if is_settled or learner.tries >= learner.temper.retries:
        learner.left.pop(0)
        learner.tries = learner.attempts = 0
    else:
        learner.tries += 1
    learner.moment += DAY * learner.temper.pace_days * learner.chance.uniform(0.3, 1.7)


def _send(ctx: Context, learner: Learner, kind: str, payload: dict[str, Any]) -> None:
    accept(ctx, Sent(any_uuid(learner.chance), kind, payload, learner.moment, ctx.now))


def _reads(_staff: Context, theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    seconds = round(info.minutes * 60 * learner.chance.uniform(0.5, 1.4))
    _send(theirs, learner, "lesson.read", {"activity": info.key, "seconds": seconds})
    return True


def _sees(_staff: Context, theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    _send(theirs, learner, "resource.opened", {"activity": info.key})
    return True


def _meets(staff: Context, _theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    _send(staff, learner, "session.validate", {"activity": info.key, "enrolments": [learner.enrolment.key]})
    return True


def _answers(_staff: Context, theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    body, _compiled = content_of(theirs, learner.enrolment.version_id, key=info.key)
    learner.attempts += 1
    accuracy = min(0.98, learner.temper.accuracy + 0.12 * learner.tries)
    drawn = draw(body, f"{learner.enrolment.uuid}:{info.key}:{learner.attempts}")
    right = [learner.chance.random() < accuracy for _one in drawn]
    answers = {
        one.key: _right(one) if is_known else _wrong(one, learner.chance)
        for one, is_known in zip(drawn, right, strict=True)
    }
    seconds = round(info.minutes * 60 * learner.chance.uniform(0.4, 1.2))
    payload = {"activity": info.key, "attempt": learner.attempts, "answers": answers, "seconds": seconds}
    _send(theirs, learner, "quiz.answer", payload)
    return sum(right) / len(right) >= float(body.get("pass", 0)) + 0.1


def _hands_in(staff: Context, theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    """Hands a work in; within some days a trainer looks at it, and what is not good yet comes again."""
    body, _compiled = content_of(theirs, learner.enrolment.version_id, key=info.key)
    name = any_uuid(learner.chance)
    if "photo" in body["accepts"] and learner.photo:
        folder, photo = learner.photo
        keep_pieces(theirs, folder, intent_id=name, prepared=[photo])
    payload = {"activity": info.key, "text": learner.chance.choice(TEXTS)}
    accept(theirs, Sent(name, "assignment.hand_in", payload, learner.moment, theirs.now))
    work, looked_at = (
        own_work(theirs, learner.enrolment.id, info.key),
        learner.moment + DAY * learner.chance.uniform(1, 4),
    )
    if work is None or looked_at > (learner.now or looked_at) or learner.chance.random() < _LEFT_WAITING:
        return True
    marks = marks_for(body["criteria"], min(0.95, learner.temper.accuracy + 0.2 * learner.tries), learner.chance)
    is_good = bool(reaches(score_of(marks.values()), body.get("pass", 0)))
    grade = {"work": work.key, "number": work.newest.number, "seen": 0, "marks": marks, "comment": COMMENTS[is_good]}
    later = replace(staff, clock=lambda: looked_at).acting_for(learner.actor)
    accept(later, Sent(any_uuid(learner.chance), "assignment.grade", grade, looked_at, looked_at))
    learner.moment = looked_at
    return is_good


def _is_seen(staff: Context, _theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    body, _compiled = content_of(staff, learner.enrolment.version_id, key=info.key)
    marks = marks_for(body["behaviours"], learner.temper.accuracy, learner.chance)
    _send(staff, learner, "observation.mark", {"activity": info.key, "marks": {learner.enrolment.key: marks}})
    return True


def _replies(_staff: Context, theirs: Context, learner: Learner, info: ActivityInfo) -> bool:
    """Answers, without a name where none is asked; some take what a positioning proposes."""
    body, _compiled = content_of(theirs, learner.enrolment.version_id, key=info.key)
    kind = "questionnaire.answer_anonymously" if body.get("anonymous") else "questionnaire.answer"
    answers = answers_for(body, learner.temper.accuracy, learner.chance)
    _send(theirs, learner, kind, {"activity": info.key, "answers": answers})
    for one in proposals_of(body, checked(body, answers)):
        if learner.chance.random() < _TAKES_A_PROPOSAL:
            _send(theirs, learner, "questionnaire.decide", {"activity": info.key, "number": one.number, "accept": True})
    return True


_LEFT_WAITING, _TAKES_A_PROPOSAL = 0.25, 0.5
_ACTS: dict[str, Callable[[Context, Context, Learner, ActivityInfo], bool]] = {
    "assignment": _hands_in,
    "lesson": _reads,
    "observation": _is_seen,
    "questionnaire": _replies,
    "resource": _sees,
    "session": _meets,
    "quiz": _answers,
}


def _right(one: Drawn) -> Any:
    """What someone who knows would send."""
    question = one.question
    answer: Any
    match question["type"]:
        case "single":
            answer = next(choice["key"] for choice in question["choices"] if choice.get("correct"))
        case "multiple":
            answer = [choice["key"] for choice in question["choices"] if choice.get("correct")]
        case "true_false":
            answer = "true" if question["answer"] else "false"
        case "number":
            answer = str(question["answer"])
        case "short":
            answer = question["accept"][0]
        case "matching":
            places = {text: place for place, text in one.offered}
            answer = {pair["key"]: places[pair["right"]] for pair in question["pairs"]}
        case _:
            answer = [item["key"] for item in question["items"]]
    return answer


def _wrong(one: Drawn, chance: random.Random) -> Any:
    """What someone who does not know yet would send: the mistakes that the question expects, where it names them."""
    question = one.question
    answer: Any
    match question["type"]:
        case "single":
            answer = chance.choice([choice["key"] for choice in question["choices"] if not choice.get("correct")])
        case "multiple":
            answer = [chance.choice(question["choices"])["key"]]
        case "true_false":
            answer = "false" if question["answer"] else "true"
        case "number":
            answer = str(chance.choice([mistake["answer"] for mistake in question.get("mistakes", ())] or [0]))
        case "short":
            answer = "je ne sais pas"
        case "matching":
            answer = {pair["key"]: chance.choice(one.offered)[0] for pair in question["pairs"]}
        case _:
            answer = [key for key, _text in one.offered]
    return answer
