"""Everything that outcomes add."""

from __future__ import annotations

from flask import Blueprint

from lms.contract.hooks import hookimpl
from lms.contract.types import EvidenceProvider, JobKind, NavigationEntry, Panel, PersonalData, Right, Schedule
from lms.contract.waits import WaitKind
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.outcomes import views, views_contacts, views_rates
from lms.outcomes.evidence import PROVIDERS
from lms.outcomes.holdings import held_on
from lms.outcomes.operations import erase_on
from lms.outcomes.permissions import READ, RIGHTS
from lms.outcomes.tasks import JOB_KINDS, SCHEDULES


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on contacts, rates and the rule."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The page of a link; staff's pages."""
    return (views.bp, views_rates.bp)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """News after the path, for staff."""
    return (NavigationEntry(mark("Suites"), "outcomes.contacts", "phone", 38, READ, "staff"),)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On one's own page of a path, on a person's page, beside the other results."""
    return (
        Panel("staying", 50, views.own_panel),
        Panel("person", 40, views_contacts.person_panel),
        Panel("results", 50, views_rates.results_panel),
    )


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """Help that was asked for, people to call."""
    return views_contacts.WAIT_KINDS


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """Contacts are made at 1, 6 and 12 months."""
    return SCHEDULES


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """Letters."""
    return JOB_KINDS


@hookimpl
def evidence_providers() -> tuple[EvidenceProvider, ...]:
    """Pauses, ends and news of each person."""
    return PROVIDERS


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Contacts and answers."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Words with the account, answers with the evidence."""
    erase_on(ctx, membership_id, classes=classes)
