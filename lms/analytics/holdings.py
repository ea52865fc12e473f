"""What analytics hold on a person: the lines that staff have put off for themselves."""

from __future__ import annotations

from sqlalchemy import delete, select

from lms.analytics.models import PutOff
from lms.contract.types import PersonalData
from lms.kernel.context import Context
from lms.kernel.i18n import gettext

CLASS = "settings"


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """The lines that someone has put off."""
    rows = ctx.session.scalars(select(PutOff).where(PutOff.membership_id == membership_id).order_by(PutOff.id))
    found = [{gettext("ligne"): row.wait, gettext("jusqu'au"): row.until} for row in rows]
    return PersonalData(gettext("Ce que vous avez reporté dans « Ce soir »"), found)


def erase(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Forget them."""
    if CLASS in classes:
        ctx.session.execute(delete(PutOff).where(PutOff.membership_id == membership_id))
