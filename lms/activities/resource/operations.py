"""Someone says that they have seen a resource."""

from __future__ import annotations

from typing import Annotated

import msgspec

from lms.activities.resource.kind import KIND
from lms.courses.api import declare_done
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome


class Opened(msgspec.Struct, frozen=True):
    """The payload of `resource.opened`."""

    activity: str
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


def open_resource(ctx: Context, *, intent: Intent, payload: Opened) -> Outcome:
    """Record that it was seen, as the person's device says."""
    return declare_done(ctx, intent=intent, kind=KIND, activity_key=payload.activity, seconds=payload.seconds)
