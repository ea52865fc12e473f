"""Everything that the activity type adds."""

from __future__ import annotations

from lms.activities.lesson.kind import KIND, READ
from lms.activities.lesson.operations import read_lesson
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind
from lms.courses.api import Declared


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """A text to read."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """It was read."""
    return (IntentKind(READ, Declared, read_lesson),)
