"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.lesson import views
from lms.activities.lesson.kind import KIND, READ
from lms.activities.lesson.operations import Read, read_lesson
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """A text to read."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """It was read."""
    return (IntentKind(READ, Read, read_lesson),)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The button under a lesson."""
    return (views.bp,)
