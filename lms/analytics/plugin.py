"""Everything that analytics add."""

from __future__ import annotations

from flask import Blueprint

from lms.analytics import views
from lms.contract.hooks import hookimpl
from lms.contract.types import Panel


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The heat map and what it opens into."""
    return (views.bp,)


@hookimpl
def panels() -> tuple[Panel, ...]:
    """The way to the heat map, on a group's page."""
    return (Panel("cohort", 30, views.cohort_panel),)
