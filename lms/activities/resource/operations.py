"""Someone says that they have seen a resource."""

from __future__ import annotations

from lms.activities.resource.kind import KIND
from lms.courses.api import Declared, declare_done
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome


def open_resource(ctx: Context, *, intent: Intent, payload: Declared) -> Outcome:
    """Record that it was seen, as the person's device says."""
    return declare_done(ctx, intent=intent, kind=KIND, payload=payload)
