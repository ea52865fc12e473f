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


@dataclass(frozen=True, slots=True)
class StatementsErased(Event):
    """Someone's statements were erased. It names no one: without it, an erased row is an alarm for the seal."""

    type: ClassVar[str] = "xapi.statements_erased"
    title: ClassVar[str] = mark("%(count)s traces ont été effacées, à la demande d’une personne")
    count: int
    rows: str
    """Their numbers in the ledger, as ranges: "12-18,25"."""
