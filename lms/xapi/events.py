"""What staff and operators did to the ledger, for the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class StatementVoided(Event):
    """Staff said that a statement is wrong."""

    type: ClassVar[str] = "xapi.statement_voided"
    title: ClassVar[str] = mark("%(actor)s a annulé une trace")
    statement_id: str
    reason: str
