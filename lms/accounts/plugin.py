"""Everything that the feature adds."""

from __future__ import annotations

from flask import Blueprint

from lms.accounts.cli import COMMANDS
from lms.accounts.erasing import PROOF_YEARS
from lms.accounts.holdings import erase, held_on
from lms.accounts.naming import NAMINGS
from lms.accounts.permissions import READ_PEOPLE, RIGHTS, WRITE_ORGANISATION
from lms.accounts.tasks import JOB_KINDS, TIDY, post_letter
from lms.accounts.views_erasures import WAITS
from lms.accounts.views_mine import bp as accounts
from lms.accounts.views_organisation import bp as organisation
from lms.accounts.views_people import bp as people
from lms.accounts.views_roles import bp as holdings
from lms.accounts.views_texts import bp as texts
from lms.accounts.words import TERMS
from lms.contract.hooks import hookimpl
from lms.contract.naming import Naming
from lms.contract.types import JobKind, NavigationEntry, PersonalData, Preference, Right, Schedule, Term
from lms.contract.waits import WaitKind
from lms.kernel.context import Context
from lms.kernel.delivery import RETRY_WORK
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.kernel.trail import READ_TRAIL
from lms.kernel.wording import WRITE_WORDS


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on people, roles, ways in, the organisation, its words, its trail and the platform's own work."""
    return (*RIGHTS, WRITE_WORDS, RETRY_WORK, READ_TRAIL)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The ways in and one's own pages; people; the organisation."""
    return accounts, people, organisation, texts, holdings


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """People for staff, oneself for all."""
    return (
        NavigationEntry(mark("Personnes"), "people.people", "people", 30, READ_PEOPLE, "staff"),
        NavigationEntry(mark("Association"), "organisation.settings", "settings", 85, WRITE_ORGANISATION, "staff"),
        NavigationEntry(mark("Moi"), "accounts.me", "person", 40),
    )


@hookimpl
def cli() -> tuple[object, ...]:
    """`lms organisation`, `lms person`, `lms roles`."""
    return COMMANDS


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """Letters; all of one's data; erasing."""
    return JOB_KINDS


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """What has had its time goes."""
    return (TIDY,)


@hookimpl
def preferences() -> tuple[Preference, ...]:
    """How long the law has us keep proofs."""
    return (PROOF_YEARS,)


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """Erasures to confirm."""
    return WAITS


@hookimpl
def terms() -> tuple[Term, ...]:
    """The words that an organisation may change."""
    return TERMS


@hookimpl
def namings() -> tuple[Naming, ...]:
    """People, roles and ways in, as the trail tells them."""
    return NAMINGS


@hookimpl
def on_event(ctx: Context, event: EventRow) -> None:
    """Send the letters that events call for."""
    post_letter(ctx, event)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """The account, its roles and its ways in."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Names, contacts and ways in; the trail only when it is asked for."""
    erase(ctx, membership_id, classes)
