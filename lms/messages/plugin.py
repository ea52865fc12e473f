"""Everything that messages add."""

from __future__ import annotations

from flask import Blueprint

from lms.contract.hooks import hookimpl
from lms.contract.types import (
    EvidenceProvider,
    JobKind,
    NavigationEntry,
    Panel,
    PersonalData,
    Preference,
    Right,
    Schedule,
    Verb,
)
from lms.contract.waits import WaitKind
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.messages import views_acts, views_panels
from lms.messages.data import VERBS
from lms.messages.evidence import PROVIDERS
from lms.messages.holdings import erase, held_on
from lms.messages.notices import note_event
from lms.messages.permissions import ANSWER, ASK, RIGHTS
from lms.messages.quiet import PREFERENCES
from lms.messages.reading import READ_PREFERENCE
from lms.messages.tasks import JOB_KINDS, SCHEDULES
from lms.messages.waiting import ANSWERS, HANDOVERS, answers_to_give, handovers_to_answer


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Ask, answer, oversee, count."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The list, the conversation, its small acts."""
    return (views_acts.bp,)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """Messages, for who asks and for who answers."""
    label = mark("Messages")
    return (
        NavigationEntry(label, "messages.threads", "message", 30, ASK, "learner"),
        NavigationEntry(label, "messages.threads", "message", 15, ANSWER, "staff"),
    )


@hookimpl
def panels() -> tuple[Panel, ...]:
    """Help on each activity; news; a person's threads; a group's figures."""
    return (
        Panel("lesson foot", 10, views_panels.help_panel),
        Panel("today", 5, views_panels.today_panel),
        Panel("person", 10, views_panels.person_panel),
        Panel("cohort", 60, views_panels.cohort_panel),
    )


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """Answers to give, hand-overs to accept."""
    return (
        WaitKind(ANSWERS, mark("Réponses à donner"), "message", answers_to_give, views_panels.answer_form),
        WaitKind(HANDOVERS, mark("Suites à prendre"), "people", handovers_to_answer, views_panels.handover_form),
    )


@hookimpl
def verbs() -> tuple[Verb, ...]:
    """Asked; received."""
    return VERBS


@hookimpl
def evidence_providers() -> tuple[EvidenceProvider, ...]:
    """Help asked and given."""
    return PROVIDERS


@hookimpl
def preferences() -> tuple[Preference, ...]:
    """Quiet hours, of all and of each; whether those who lead read."""
    return (*PREFERENCES, READ_PREFERENCE)


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """Letters."""
    return JOB_KINDS


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """What is due: answers for tomorrow at 9, letters after quiet hours."""
    return SCHEDULES


@hookimpl
def on_event(ctx: Context, event: EventRow) -> None:
    """Note the letters that events call for."""
    note_event(ctx, event)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Threads, and what was said in them."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """The words go with the account; that help was given, with the evidence."""
    erase(ctx, membership_id, classes)
