"""When each machine spoke last: kept in the memory of this process, written every few minutes by a schedule, never by a request.

A process that is killed loses what it had not written: some minutes of last use, nothing else.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, update

from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.lrs.models import ClientRow

MINUTES = 3

_used: dict[str, datetime] = {}


def note_use(key: str, now: datetime) -> None:
    """A machine has shown its credentials."""
    _used[key] = now


def write_uses(platform: Platform) -> None:
    """Write what is in memory. A clock that goes back changes nothing; nothing new, nothing written."""
    noted = {key: _used.pop(key) for key in list(_used)}
    if not noted:
        return
    try:
        with platform.database.writing() as session, across_tenants(session, "when machines spoke last"):
            for key, at in sorted(noted.items()):
                is_later = or_(ClientRow.last_used_at.is_(None), ClientRow.last_used_at < at)
                session.execute(
                    update(ClientRow).where(ClientRow.key == key, is_later).values(last_used_at=at),
                    execution_options={"synchronize_session": False},
                )
    except BaseException:
        for key, at in noted.items():
            _used.setdefault(key, at)  # the next time
        raise
