"""What a learner of the demo does next, sent as intents like anyone's."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lms.activities.quiz.api import Drawn, draw
from lms.contract.types import Role, Scope
from lms.courses.api import ActivityInfo, EnrolmentInfo, content_of
from lms.demo.people import Temper
from lms.kernel.context import Actor, Context
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


def step(ctx: Context, learner: Learner, now: datetime) -> None:
    """One act, then on to the next activity; some come back to a quiz that did not go well."""
    info = learner.left[0]
    made = learner.moment
    late = DAY * learner.temper.sends_late_days * learner.chance.random()
    staff = replace(ctx, clock=lambda: min(made + late, now))
    theirs = replace(staff, actor=learner.actor, grants=(Grant(Role.LEARNER, Scope.PERSON, learner.actor.membership_id),))
    is_settled = _ACTS[info.type](staff, theirs, learner, info)
    if is_settled or learner.tries >= learner.temper.retries:
        learner.left.pop(0)
        learner.tries = learner.attempts = 0
    else:
        learner.tries += 1
    learner.moment += DAY * learner.temper.pace_days * learner.chance.uniform(0.3, 1.7)
    if learner.temper.pauses_days and not learner.has_paused and len(learner.left) < learner.total / 2:
        learner.has_paused = True
        learner.moment += DAY * learner.temper.pauses_days


def _send(ctx: Context, learner: Learner, kind: str, payload: dict[str, Any]) -> None:
    name = str(uuid.UUID(int=learner.chance.getrandbits(128), version=4))
    accept(ctx, Sent(name, kind, payload, learner.moment, ctx.now))


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
    body, _compiled = content_of(theirs, learner.enrolment.version_id, info.key)
    learner.attempts += 1
    accuracy = min(0.98, learner.temper.accuracy + 0.12 * learner.tries)
    drawn = draw(body, f"{learner.enrolment.uuid}:{info.key}:{learner.attempts}")
    right = [learner.chance.random() < accuracy for _one in drawn]
    answers = {one.key: _WAYS[one.question["type"]](one, well, learner.chance) for one, well in zip(drawn, right, strict=True)}
    seconds = round(info.minutes * 60 * learner.chance.uniform(0.4, 1.2))
    payload = {"activity": info.key, "attempt": learner.attempts, "answers": answers, "seconds": seconds}
    _send(theirs, learner, "quiz.answer", payload)
    return sum(right) / len(right) >= float(body.get("pass", 0)) + 0.1


_ACTS: dict[str, Callable[[Context, Context, Learner, ActivityInfo], bool]] = {
    "lesson": _reads,
    "resource": _sees,
    "session": _meets,
    "quiz": _answers,
}


def _single(one: Drawn, right: bool, chance: random.Random) -> Any:
    return chance.choice([choice["key"] for choice in one.question["choices"] if bool(choice.get("correct")) is right])


def _multiple(one: Drawn, right: bool, chance: random.Random) -> Any:
    if not right:
        return [chance.choice(one.question["choices"])["key"]]
    return [choice["key"] for choice in one.question["choices"] if choice.get("correct")]


def _true_false(one: Drawn, right: bool, _chance: random.Random) -> Any:
    return "true" if bool(one.question["answer"]) is right else "false"


def _number(one: Drawn, right: bool, chance: random.Random) -> Any:
    mistakes = [mistake["answer"] for mistake in one.question.get("mistakes", ())]
    return str(one.question["answer"] if right or not mistakes else chance.choice(mistakes))


def _short(one: Drawn, right: bool, _chance: random.Random) -> Any:
    return one.question["accept"][0] if right else "je ne sais pas"


def _matching(one: Drawn, right: bool, chance: random.Random) -> Any:
    places = {text: place for place, text in one.offered}
    if right:
        return {pair["key"]: places[pair["right"]] for pair in one.question["pairs"]}
    return {pair["key"]: chance.choice(sorted(places.values())) for pair in one.question["pairs"]}


def _ordering(one: Drawn, right: bool, _chance: random.Random) -> Any:
    return [item["key"] for item in one.question["items"]] if right else [key for key, _text in one.offered]


_WAYS: dict[str, Callable[[Drawn, bool, random.Random], Any]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "number": _number,
    "short": _short,
    "matching": _matching,
    "ordering": _ordering,
}
