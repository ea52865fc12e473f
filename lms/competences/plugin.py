"""Everything that competences add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint

from lms.competences import views
from lms.competences.acquisition import AcquisitionFigure
from lms.competences.cli import frameworks_command
from lms.competences.coverage import course_problems as problems_of
from lms.competences.operations import erase_acquisitions, load_framework, mark_moved, pin_course
from lms.competences.permissions import RIGHTS
from lms.competences.queries import held_acquisitions
from lms.contract.hooks import hookimpl
from lms.contract.types import ContentImporter, Figure, NavigationEntry, Panel, PersonalData, Right, Term
from lms.courses.api import LEARN
from lms.kernel.i18n import mark


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on frameworks."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """What I can do; frameworks."""
    return (views.bp,)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """What I can do."""
    label = mark("Je sais faire")
    return (NavigationEntry(label, "competences.mine", icon="star", position=20, right=LEARN, audience="learner"),)


@hookimpl
def cli() -> tuple[Any, ...]:
    """`lms frameworks`."""
    return (frameworks_command,)


@hookimpl
def terms() -> tuple[Term, ...]:
    """How the page of acquisitions is called."""
    return (Term("my_skills", learner=mark("ce que je sais faire"), staff=mark("acquis")),)


@hookimpl
def figures() -> tuple[Figure, ...]:
    """Acquisition."""
    return (AcquisitionFigure(),)


@hookimpl
def content_importers() -> tuple[ContentImporter, ...]:
    """`frameworks/<code>.yaml`."""
    return (
        ContentImporter(
            "framework",
            matches=lambda path: path.suffix == ".yaml" and path.parent.name == "frameworks",
            load=load_framework,
        ),
    )


@hookimpl
def panels() -> tuple[Panel, ...]:
    """Progress per block, on a learner's home."""
    return (Panel("today", 50, views.today_panel),)


@hookimpl
def course_problems(ctx: Any, course: Any) -> Sequence[str]:
    """A framework or a criterion that does not exist."""
    return list(problems_of(ctx, course))


@hookimpl
def course_published(ctx: Any, course: Any) -> None:
    """Pin the framework's version and write the coverage."""
    pin_course(ctx, course)


@hookimpl
def enrolment_moved(ctx: Any, enrolment_ids: Sequence[int]) -> None:
    """What these people have shown is computed again under the version that they follow now."""
    mark_moved(ctx, enrolment_ids)


@hookimpl
def personal_data(ctx: Any, membership_id: int) -> PersonalData:
    """Acquisitions."""
    return PersonalData(mark("Ce que vous savez faire"), held_acquisitions(ctx, membership_id))


@hookimpl
def erase_personal_data(ctx: Any, membership_id: int, classes: frozenset[str]) -> None:
    """Acquisitions are evidence."""
    if "evidence" in classes:
        erase_acquisitions(ctx, membership_id)
