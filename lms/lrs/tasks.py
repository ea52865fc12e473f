"""What comes back by itself."""

from __future__ import annotations

from lms.contract.types import Schedule
from lms.lrs.sessions import drop_old_sessions
from lms.lrs.usage import MINUTES, write_uses

SCHEDULES = (
    Schedule(name="lrs.uses", minutes=MINUTES, run=write_uses, in_server=True),
    Schedule(name="lrs.sessions", minutes=24 * 60, run=drop_old_sessions),
)
