"""Everything that the seal adds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from lms.contract.hooks import hookimpl
from lms.contract.types import JobKind, NavigationEntry, Right, Schedule
from lms.kernel.i18n import mark
from lms.seal.cli import ledger
from lms.seal.permissions import READ, RIGHTS
from lms.seal.tasks import JOB_KINDS, SCHEDULES
from lms.seal.views import bp


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Seeing the seal and verifying it."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """The roots, for anyone; the seal, for staff."""
    return (bp,)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """The seal, for who may verify it."""
    return (NavigationEntry(mark("Sceau"), "seal.seal", "lock", 85, READ, "staff"),)


@hookimpl
def cli() -> tuple[Any, ...]:
    """`lms ledger`."""
    return (ledger,)


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """The letter, the verification."""
    return JOB_KINDS


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """The day's seal."""
    return SCHEDULES
