"""Someone says that they have seen a resource."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lms.activities.resource.kind import KIND
from lms.contract.types import Source
from lms.courses.api import outcome_of, play, say
from lms.kernel.context import Context
from lms.xapi.api import COMPLETED, Intent, Outcome, Refused, record


class Opened(msgspec.Struct, frozen=True):
    """The payload of `resource.opened`."""

    activity: str
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def open_resource(ctx: Context, *, intent: Intent, payload: Opened) -> Outcome:
    """Record that it was seen, as the person's device says."""
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
