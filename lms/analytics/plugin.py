"""Everything that analytics add."""

from __future__ import annotations

from flask import Blueprint

from lms.analytics import views, views_evening
from lms.analytics.holdings import erase, held_on
from lms.analytics.permissions import RIGHTS, SEE_EVENING
from lms.analytics.quiet import QUIET_DAYS
from lms.contract.hooks import hookimpl
from lms.contract.types import NavigationEntry, Panel, PersonalData, Preference, Right
from lms.contract.waits import WaitKind
from lms.kernel.context import Context
from lms.kernel.i18n import mark


@hookimpl
def permissions() -> tuple[Right, ...]:
    """The right to see what waits."""
    return RIGHTS


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """The home of who trains or accompanies."""
    return (NavigationEntry(mark("Ce soir"), "analytics.tonight", "star", 5, SEE_EVENING, audience="staff"),)


@hookimpl
def preferences() -> tuple[Preference, ...]:
    """After how many days someone is quiet."""
    return (QUIET_DAYS,)


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """People gone quiet."""
    return (views_evening.quiet_kind(),)


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The heat map and what it opens into; "Ce soir"."""
    return (views.bp,)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """The way to the heat map, on a group's page."""
    return (Panel("cohort", 30, views.cohort_panel),)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """What someone has put off."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Forget it."""
    erase(ctx, membership_id, classes)
