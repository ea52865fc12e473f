"""Someone says that they have read a lesson."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lms.activities.lesson.kind import KIND
from lms.contract.types import Source
from lms.courses.api import outcome_of, play, say
from lms.kernel.context import Context
from lms.xapi.api import COMPLETED, Intent, Outcome, Refused, record


class Read(msgspec.Struct, frozen=True):
    """The payload of `lesson.read`. `seconds`: active time on screen, when the page's script measured it."""

    activity: str
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def read_lesson(ctx: Context, *, intent: Intent, payload: Read) -> Outcome:
    """Record that it was read, as the person's device says."""
    found = play(ctx, payload.activity)
    if found.info.type != KIND.name:
        raise Refused("unreadable")
    outcome = outcome_of(found, intent)
    said = say(
        ctx,
        found,
        intent,
        0,
        kind=KIND,
        verb=COMPLETED,
        source=Source.LEARNER_DEVICE,
        completion=True,
        seconds=payload.seconds,
    )
    record(ctx, [said])
    return outcome
