"""Someone says that they have read a lesson."""

from __future__ import annotations

from lms.activities.lesson.kind import KIND
from lms.courses.api import Declared, declare_done
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome


def read_lesson(ctx: Context, *, intent: Intent, payload: Declared) -> Outcome:
    """Record that it was read, as the person's device says."""
    return declare_done(ctx, intent=intent, kind=KIND, payload=payload)
