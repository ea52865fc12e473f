"""Everything that the ledger adds."""

from __future__ import annotations

from typing import Any

from lms.contract.hooks import hookimpl
from lms.contract.types import PersonalData, Right, Schedule, Verb
from lms.kernel.context import Context
from lms.xapi import cli as commands
from lms.xapi import personal, views
from lms.xapi.permissions import RIGHTS
from lms.xapi.tasks import REFOLD
from lms.xapi.verbs import VERBS


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Voiding what is wrong."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """The door of people: `/outbox`."""
    return (views.bp,)


@hookimpl
def cli() -> tuple[Any, ...]:
    """`lms replay`."""
    return (commands.replay,)


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """Computing what waits."""
    return (REFOLD,)


@hookimpl
def verbs() -> tuple[Verb, ...]:
    """ADL's verbs."""
    return VERBS


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Intents and statements."""
    return personal.personal_data(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """What the class "raw" holds."""
    personal.erase_personal_data(ctx, membership_id, classes)
