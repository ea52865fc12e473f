"""Everything that courses add."""

from __future__ import annotations

from lms.contract.hooks import hookimpl
from lms.contract.types import Figure, Right
from lms.courses.permissions import RIGHTS
from lms.courses.progress import ProgressFigure


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on courses, cohorts and enrolments."""
    return RIGHTS


@hookimpl
def figures() -> tuple[Figure, ...]:
    """Progress."""
    return (ProgressFigure(),)
