"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.resource import views
from lms.activities.resource.kind import KIND, OPENED
from lms.activities.resource.operations import Opened, open_resource
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """Something to open or to watch."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """It was seen."""
    return (IntentKind(OPENED, Opened, open_resource),)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The button under a resource."""
    return (views.bp,)
