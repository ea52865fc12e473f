"""Everything that the activity type adds."""

from __future__ import annotations

from lms.activities.resource.kind import KIND, OPENED
from lms.activities.resource.operations import open_resource
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind
from lms.courses.api import Declared


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """Something to open or to watch."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """It was seen."""
    return (IntentKind(OPENED, Declared, open_resource),)
