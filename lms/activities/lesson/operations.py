"""Someone says that they have read a lesson."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lms.activities.lesson.kind import KIND
from lms.courses.api import declare_done
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome


class Read(msgspec.Struct, frozen=True):
    """The payload of `lesson.read`. `seconds`: active time on screen, when the page's script measured it."""

    activity: str
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def read_lesson(ctx: Context, *, intent: Intent, payload: Read) -> Outcome:
    """Record that it was read, as the person's device says."""
    return declare_done(ctx, intent=intent, kind=KIND, activity_key=payload.activity, seconds=payload.seconds)
