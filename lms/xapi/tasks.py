"""Background work of the ledger: figures that wait are computed again."""

from __future__ import annotations

from sqlalchemy import select

from lms.contract.types import Schedule
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.xapi.models import StaleRow
from lms.xapi.replay import refold_some


def refold(platform: Platform) -> None:
    """Compute every key that waits, of all organisations, some at a time."""
    with platform.database.read_session() as session, across_tenants(session, "organisations with figures that wait"):
        organisations = session.scalars(
            select(StaleRow.organisation_id).distinct().order_by(StaleRow.organisation_id)
        ).all()
    for organisation_id in organisations:
        while refold_some(platform, organisation_id):
            pass


REFOLD = Schedule(name="refold", minutes=1, run=refold, on_wake=True)
