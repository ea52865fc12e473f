"""A trainer marks what they saw, for one person or for a whole workshop, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from lms.accounts.api import actors_of, lock_memberships
from lms.activities.observation.grid import marks_of
from lms.activities.observation.kind import KIND, behaviours_of
from lms.activities.observation.permissions import OBSERVE
from lms.courses.api import (
    WORTH,
    EnrolmentInfo,
    Play,
    content_of,
    enrolments_by_keys,
    play_by_staff,
    say_part,
    say_whole,
    score_of,
    structure,
)
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome, Refused, Said, record

MOST_PEOPLE = 100


class Marked(msgspec.Struct, frozen=True):
    """The payload of `observation.mark`: enrolment key → behaviour key → yes, partly, no. What is absent stays as it is."""

    activity: str
    marks: dict[str, dict[str, str]]


def mark_behaviours(ctx: Context, *, intent: Intent, payload: Marked) -> Outcome:
    """Record each mark that is new; once every behaviour of someone is marked, also the whole, with the mean."""
    marks = {key: given for key, given in payload.marks.items() if given}
    if not marks:
        raise Refused("nothing_marked")
    if len(marks) > MOST_PEOPLE:
        raise Refused("unreadable")
    chosen = enrolments_by_keys(ctx, marks)
    for enrolment in chosen:
        ctx.require(OBSERVE, on=enrolment)
    lock_memberships(ctx, [one.membership_id for one in chosen])  # two trainers take turns: no mark is said twice
    actors = actors_of(ctx, [one.membership_id for one in chosen])
    bodies = {one.version_id: _body(ctx, one, payload.activity) for one in chosen}
    keys = {row.key for body in bodies.values() for row in behaviours_of(body)}
    known = marks_of(ctx, [one.uuid for one in chosen], sorted(keys))
    said: list[Said] = []
    for enrolment in chosen:
        theirs = ctx.acting_for(actors[enrolment.membership_id])
        found, body = play_by_staff(ctx, enrolment, activity_key=payload.activity), bodies[enrolment.version_id]
        new = _new(body, marks[enrolment.key], known[enrolment.uuid])
        said += _said(theirs, found, body, new, known[enrolment.uuid], intent, len(said))
    record(ctx, said)
    return Outcome.ACCEPTED


def _body(ctx: Context, enrolment: EnrolmentInfo, activity_key: str) -> Mapping[str, Any]:
    info = structure(ctx, enrolment.version_id).activities.get(activity_key)
    if info is None or info.type != KIND.name:
        raise Refused("unreadable" if info else "not_allowed")
    body, _compiled = content_of(ctx, enrolment.version_id, key=activity_key)
    return cast("Mapping[str, Any]", body)


def _new(body: Mapping[str, Any], given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The marks that say something new."""
    keys = {one.key for one in behaviours_of(body)}
    if given.keys() - keys or any(one not in WORTH for one in given.values()):
        raise Refused("unreadable")
    return {key: one for key, one in given.items() if known.get(key) != one}


def _said(
    ctx: Context,
    found: Play,
    body: Mapping[str, Any],
    new: Mapping[str, str],
    known: Mapping[str, str],
    intent: Intent,
    first: int,
) -> list[Said]:
    texts = {one.key: one.text for one in behaviours_of(body)}
    said = [
        say_part(ctx, found, intent, first + number, kind=KIND, part=(key, texts[key]), given=one)
        for number, (key, one) in enumerate(new.items())
    ]
    now = {key: one for key, one in {**known, **new}.items() if key in texts}
    if new and now.keys() == texts.keys():
        score = score_of(now.values())
        said.append(say_whole(ctx, found, intent, first + len(new), kind=KIND, score=score, least=body.get("pass")))
    return said
