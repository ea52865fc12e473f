"""What is held on a person, as they read it: values in words, in their language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from lms.contract.types import PersonalData
from lms.kernel import i18n
from lms.kernel.context import Context
from lms.kernel.i18n import gettext

Row = list[tuple[str, str]]


def told_rows(ctx: Context, held: PersonalData) -> Iterator[Row]:
    """Each row as (label, text), without what is empty. Read once, like the rows."""
    for row in held.rows:
        told = told_row(ctx, row)
        if told:
            yield told


def told_row(ctx: Context, row: Mapping[str, object]) -> Row:
    """One row."""
    return [(gettext(str(label)), told(ctx, value)) for label, value in row.items() if value not in (None, "")]


def told(ctx: Context, value: object) -> str:
    """A value in words."""
    if isinstance(value, datetime):
        return i18n.speech().moment(value, ctx.here.timezone)
    if isinstance(value, date):
        return i18n.speech().day(value)
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    return i18n.speech().number(value) if isinstance(value, float) else str(value)
