"""Everything that public pages add."""

from __future__ import annotations

from typing import Any

from lms.contract.hooks import hookimpl
from lms.contract.types import Panel, Right
from lms.offer.permissions import RIGHTS
from lms.offer.views import bp, course_panel, organisation_panel


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Write the public page of a course; read what it said."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """The pages for anyone, and those for staff."""
    return (bp,)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On the page of a course and on that of the organisation."""
    return (Panel("course", 50, course_panel), Panel("organisation", 20, organisation_panel))
