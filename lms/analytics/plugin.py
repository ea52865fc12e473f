"""Everything that analytics add."""

from __future__ import annotations

from flask import Blueprint

from lms.analytics import views
from lms.contract.hooks import hookimpl


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The heat map and what it opens into."""
    return (views.bp,)
