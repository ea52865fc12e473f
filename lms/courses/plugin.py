"""Everything that courses add."""

from __future__ import annotations

from typing import Any

from click import Command

from lms.contract.hooks import hookimpl
from lms.contract.naming import Naming
from lms.contract.types import Figure, NavigationEntry, Panel, PeopleIn, PersonalData, Right, Term
from lms.contract.waits import WaitKind
from lms.courses import views_courses, views_enrolments, views_staying, views_waits
from lms.courses.cli import content, list_cohorts
from lms.courses.holdings import erase, held_on
from lms.courses.models import Enrolment
from lms.courses.naming import NAMINGS
from lms.courses.permissions import LEARN, READ_COHORT, READ_COURSE, RIGHTS
from lms.courses.progress import ProgressFigure
from lms.kernel.context import Context
from lms.kernel.i18n import mark


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on courses, cohorts and enrolments."""
    return RIGHTS


@hookimpl
def people_in() -> tuple[PeopleIn, ...]:
    """Who follows a course now is in its group, for those who train or accompany this group alone."""
    return (PeopleIn(Enrolment, Enrolment.ended_at.is_(None)),)


@hookimpl
def cli() -> tuple[Command, ...]:
    """`lms content` and `lms cohorts`."""
    return (content, list_cohorts)


@hookimpl
def figures() -> tuple[Figure, ...]:
    """Progress."""
    return (ProgressFigure(),)


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """The learner's pages, and those of staff."""
    return (views_staying.bp, views_enrolments.bp, views_courses.bp)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """The path; a home without one for who comes to help; for staff, groups and courses."""
    return (
        NavigationEntry("word:course", "courses.home", "path", 10, LEARN, audience="learner"),
        NavigationEntry(mark("Accueil"), "courses.home", "home", 10, audience="learner", unless=LEARN),
        NavigationEntry(mark("Groupes"), "cohorts.cohorts", "group", 10, READ_COHORT, audience="staff"),
        NavigationEntry(mark("Parcours"), "course_staff.courses", "path", 20, READ_COURSE, audience="staff"),
    )


@hookimpl
def panels() -> tuple[Panel, ...]:
    """Someone's groups, on their page."""
    return (Panel("person", 20, views_enrolments.person_panel),)


@hookimpl
def terms() -> tuple[Term, ...]:
    """What an organisation may call otherwise."""
    return (
        Term("course", mark("parcours"), mark("parcours")),
        Term("module", mark("étape"), mark("module")),
        Term("cohort", mark("groupe"), mark("groupe")),
    )


@hookimpl
def namings() -> tuple[Naming, ...]:
    """Courses, groups and enrolments, as the trail tells them."""
    return NAMINGS


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Enrolments and progress."""
    return held_on(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Erase them with the evidence."""
    erase(ctx, membership_id, classes)


@hookimpl
def wait_kinds() -> tuple[WaitKind, ...]:
    """Ends to confirm, last days, values to confirm."""
    return (*views_waits.WAIT_KINDS, views_courses.values_kind())
