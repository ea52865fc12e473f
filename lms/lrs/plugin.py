"""Everything that the Learning Record Store adds."""

from __future__ import annotations

from typing import Any

from lms.contract.hooks import hookimpl
from lms.contract.types import PersonalData
from lms.kernel.context import Context
from lms.lrs import cli as commands
from lms.lrs import personal, rest_documents, rest_statements


@hookimpl
def blueprints() -> tuple[Any, ...]:
    """`/xapi/`."""
    return tuple(dict.fromkeys((rest_statements.bp, rest_documents.bp)))


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
