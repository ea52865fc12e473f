"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.session import views
from lms.activities.session.kind import INVALIDATED, KIND, VALIDATED
from lms.activities.session.operations import Present, invalidate_session, validate_session
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind, Panel


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """A part with someone."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """Staff say who took part, or take it back."""
    return (
        IntentKind(VALIDATED, Present, validate_session),
        IntentKind(INVALIDATED, Present, invalidate_session),
    )


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The page where staff validate."""
    return (views.bp,)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On a cohort's page: its sessions, with how many people took part."""
    return (Panel("cohort", 20, views.cohort_panel),)
