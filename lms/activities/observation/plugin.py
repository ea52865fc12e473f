"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.observation import views
from lms.activities.observation.kind import KIND, MARK
from lms.activities.observation.operations import Marked, mark_behaviours
from lms.activities.observation.permissions import RIGHTS
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind, Panel, Right


@hookimpl
def permissions() -> tuple[Right, ...]:
    """To mark what one sees."""
    return RIGHTS


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """What someone does, seen by a trainer."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """A trainer marks a workshop."""
    return (IntentKind(MARK, Marked, mark_behaviours),)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The grid."""
    return (views.bp,)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On a cohort's page: its observations."""
    return (Panel("cohort", 22, views.cohort_panel),)
