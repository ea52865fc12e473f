"""Everything that the activity type adds."""

from __future__ import annotations

from flask import Blueprint

from lms.activities.assignment import views
from lms.activities.assignment.evidence import PROVIDERS
from lms.activities.assignment.holdings import held_on
from lms.activities.assignment.kind import GRADE_WORK, HAND_IN, KIND
from lms.activities.assignment.operations import Graded, HandedIn, forget_works, grade_work, hand_in
from lms.activities.assignment.permissions import GRADE, RIGHTS
from lms.activities.assignment.tasks import JOB_KINDS, react
from lms.contract.hooks import hookimpl
from lms.contract.types import (
    ActivityType,
    EvidenceProvider,
    IntentKind,
    JobKind,
    NavigationEntry,
    Panel,
    PersonalData,
    Right,
)
from lms.contract.waits import WaitKind
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark


@hookimpl
def permissions() -> tuple[Right, ...]:
    """To see works, and to grade them."""
    return RIGHTS


@hookimpl
def activity_types() -> tuple[ActivityType, ...]:
    """A work to hand in."""
    return (KIND,)


@hookimpl
def intents() -> tuple[IntentKind, ...]:
    """It is handed in; it is graded."""
    return (IntentKind(HAND_IN, HandedIn, hand_in), IntentKind(GRADE_WORK, Graded, grade_work))


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """Where works are sent, looked at and graded, and the person's project file."""
    return (views.bp,)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """For staff: the works that wait."""
    return (NavigationEntry(mark("Travaux"), "assignment.works", "pen", 30, GRADE, audience="staff"),)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """Works on a group's and a person's page; the project file on the learner's home."""
    return (
        Panel("cohort", 25, views.cohort_panel),
        Panel("person", 40, views.person_panel),
        Panel("today", 40, views.project_panel),
    )


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """A work that waits for someone to look at it."""
    return (WaitKind("assignment.work", mark("Travaux à évaluer"), "pen", views.waits, views.in_place, is_heavy=True),)


@hookimpl
def evidence_providers() -> tuple[EvidenceProvider, ...]:
    """Works and grades of each person."""
    return PROVIDERS


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """Bytes that were erased."""
    return JOB_KINDS


@hookimpl
def on_event(ctx: Context, event: EventRow) -> None:
    """Have erased bytes removed."""
    react(ctx, event)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Works, versions, grades."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Erase them with the evidence."""
    if "evidence" in classes:
        forget_works(ctx, membership_id=membership_id)
