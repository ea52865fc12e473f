"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.questionnaire import views
from lms.activities.questionnaire.holdings import held_on
from lms.activities.questionnaire.kind import ANSWER, ANSWER_ANONYMOUSLY, DECIDE, KIND
from lms.activities.questionnaire.operations import (
    Answered,
    Decided,
    answer,
    answer_anonymously,
    decide_proposal,
    forget_replies,
)
from lms.activities.questionnaire.permissions import RIGHTS
from lms.activities.questionnaire.satisfaction import KINDS
from lms.contract.hooks import hookimpl
from lms.contract.results import ResultKind
from lms.contract.types import ActivityType, IntentKind, Panel, PersonalData, Right
from lms.kernel.context import Context


@hookimpl
def permissions() -> tuple[Right, ...]:
    """To read answers."""
    return RIGHTS


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """Questions without a right answer."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """Answers, in one's own name or without, and what is decided after a positioning."""
    return (
        IntentKind(ANSWER, Answered, answer),
        IntentKind(ANSWER_ANONYMOUSLY, Answered, answer_anonymously, is_anonymous=True),
        IntentKind(DECIDE, Decided, decide_proposal),
    )


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """Where answers are sent and read."""
    return (views.bp,)


@hookimpl
def result_kinds() -> tuple[ResultKind, ...]:
    """Satisfaction, at once and later."""
    return KINDS


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On a cohort's page: its questionnaires."""
    return (Panel("cohort", 28, views.cohort_panel),)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Answers in the person's own name."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Erase them with the evidence."""
    if "evidence" in classes:
        forget_replies(ctx, membership_id=membership_id)
