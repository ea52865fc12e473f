"""Answering a quiz: drawn again, checked and graded on the server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from lms.accounts.api import lock_memberships
from lms.activities.quiz.drawing import seed_of
from lms.activities.quiz.grading import NotInDraw
from lms.activities.quiz.kind import KIND, POOL_TYPE, QUESTION_TYPE, name_of
from lms.activities.quiz.outcome import Result, reaches, result_of
from lms.contract.types import Source, Verb
from lms.courses.api import Play, outcome_of, play, say
from lms.kernel.context import Context
from lms.xapi.api import ANSWERED, COMPLETED, FAILED, PASSED, Intent, Outcome, Refused, Said, record

MOST_AHEAD = 100
"""A phone that was away for long may bring many attempts, in any order: their number only says what was drawn."""


class Answers(msgspec.Struct, frozen=True):
    """The payload of `quiz.answer`: `attempt` says which questions were drawn, `answers` goes from their keys to values.

    A value is a choice's key (single), a list of keys (multiple), "true" or "false", what was typed (number, short),
    {pair's key: place of the text chosen} (matching), a list of keys or {item's key: rank} (ordering).
    """

    activity: str
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    answers: dict[str, Any]
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def answer_quiz(ctx: Context, *, intent: Intent, payload: Answers) -> Outcome:
    """Grade an attempt and record each answer, each graded pool and the whole."""
    lock_memberships(ctx, [ctx.subject.membership_id])  # two tabs take turns: the last attempt is not taken twice
    found = play(ctx, payload.activity)
    if found.info.type != KIND.name or payload.attempt > found.state.attempts + MOST_AHEAD:
        raise Refused("unreadable")
    outcome = outcome_of(found, intent)
    limit = found.activity.body.get("attempts")
    if limit is not None and found.state.attempts >= limit:
        raise Refused("no_attempts_left")
    try:
        result = result_of(found.activity.body, seed_of(found.state.seed, payload.attempt), payload.answers)
    except NotInDraw:
        raise Refused("not_in_draw") from None
    record(ctx, _said(ctx, found, intent, result, payload.seconds))
    return outcome


def _said(ctx: Context, found: Play, intent: Intent, result: Result, seconds: float | None) -> Iterator[Said]:
    attempt = str(uuid.uuid5(uuid.UUID(intent.uuid), "attempt"))
    numbers = iter(range(10_000))

    def one(verb: Verb, score: float, part: tuple[str, str, str] | None = None, **values: Any) -> Said:
        return say(
            ctx,
            found,
            intent,
            next(numbers),
            kind=KIND,
            verb=verb,
            source=Source.SERVER,
            part=part,
            scaled=score,
            attempt=attempt,
            **values,
        )

    yield one(
        _verb(is_passed=result.is_passed),
        result.score,
        raw=result.points,
        maximum=result.total,
        success=result.is_passed,
        completion=True,
        seconds=seconds,
    )
    titles = {pool["key"]: pool["title"] for pool in found.activity.body["pools"]}
    for key, score in result.pools().items():
        is_passed = reaches(score, result.least)
        yield one(_verb(is_passed=is_passed), score, (key, POOL_TYPE, titles[key]), success=is_passed)
    for drawn, given in result.answers:
        if given.answered:
            part = (drawn.key, QUESTION_TYPE, name_of(drawn.question))
            yield one(ANSWERED, given.score, part, success=given.is_right, response=given.response)


def _verb(*, is_passed: bool | None) -> Verb:
    return COMPLETED if is_passed is None else PASSED if is_passed else FAILED
