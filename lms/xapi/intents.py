"""Reading back what someone has sent."""

from __future__ import annotations

import uuid

from sqlalchemy import bindparam, select

from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.xapi.data import KeptIntent, Outcome
from lms.xapi.models import IntentRow

_OWN = select(IntentRow.kind, IntentRow.payload, IntentRow.outcome, IntentRow.reason, IntentRow.received_at).where(
    IntentRow.uuid == bindparam("uuid"), IntentRow.membership_id == bindparam("membership_id")
)


def intent_payload(ctx: Context, name: str) -> KeptIntent:
    """One of the subject's own acts, by its UUID, or `NotFound`."""
    try:
        known_as = str(uuid.UUID(name))
    except ValueError:
        raise NotFound from None
    row = ctx.session.execute(_OWN, {"uuid": known_as, "membership_id": ctx.subject.membership_id}).one_or_none()
    if row is None:
        raise NotFound
    return KeptIntent(known_as, row.kind, row.payload, Outcome(row.outcome), row.reason, row.received_at)
