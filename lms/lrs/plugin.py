"""Everything that the Learning Record Store adds."""

from __future__ import annotations

from typing import Any

from lms.contract.hooks import hookimpl
from lms.contract.naming import Naming
from lms.contract.types import Panel, PersonalData, Right, Schedule
from lms.kernel.context import Context
from lms.lrs import cli as commands
from lms.lrs import personal, rest_documents, rest_statements, views
from lms.lrs.clients import NAMING
from lms.lrs.permissions import RIGHTS
from lms.lrs.tasks import SCHEDULES


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Who gives machines an access."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """`/xapi/`, and the pages of those who give machines an access."""
    return tuple(dict.fromkeys((rest_statements.bp, rest_documents.bp, views.bp)))


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On the page of the organisation."""
    return (Panel("organisation", 60, views.panel),)


@hookimpl
def namings() -> tuple[Naming, ...]:
    """What the trail calls a machine."""
    return (NAMING,)


@hookimpl
def schedules() -> tuple[Schedule, ...]:
    """When machines spoke last; sessions that are long over."""
    return SCHEDULES


@hookimpl
def cli() -> tuple[Any, ...]:
    """`lms xapi …`."""
    return (commands.xapi,)


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """Documents that machines keep about a person."""
    return personal.personal_data(ctx, membership_id)


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """What the class "raw" holds."""
    personal.erase_personal_data(ctx, membership_id, classes)
