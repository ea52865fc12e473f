"""What operators did to the ledger, for the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class StatementsPruned(Event):
    """The bytes of statements gave way to a closing snapshot."""

    type: ClassVar[str] = "seal.statements_pruned"
    title: ClassVar[str] = mark("Le texte de %(count)s traces a été remplacé par un état de clôture")
    count: int
    closing_id: int
