"""Everything that writing in the browser adds."""

from __future__ import annotations

from typing import Any

from lms.authoring import views, views_activity, views_course, views_import, views_seen
from lms.authoring.importing import IMPORT, import_text
from lms.contract.hooks import hookimpl
from lms.contract.types import JobKind, Panel
from lms.kernel.i18n import mark


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """The editor's pages."""
    return (views.bp, views_activity.bp, views_course.bp, views_import.bp, views_seen.bp)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """The way in, on the pages of courses."""
    return (Panel("course", 10, views.course_panel), Panel("courses", 10, views.courses_panel))


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """A text becomes lessons."""
    return (JobKind(IMPORT, mark("Lecture de votre texte"), import_text),)
