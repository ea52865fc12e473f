"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.quiz import views
from lms.activities.quiz.kind import ANSWER, KIND
from lms.activities.quiz.operations import Answers, answer_quiz
from lms.contract.hooks import hookimpl
from lms.contract.types import ActivityType, IntentKind


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """Questions."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """An attempt."""
    return (IntentKind(ANSWER, Answers, answer_quiz),)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """Where answers are sent."""
    return (views.bp,)
