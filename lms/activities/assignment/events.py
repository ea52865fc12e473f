"""Facts about works, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class WorkReceived(Event):
    """Someone handed a work in."""

    type: ClassVar[str] = "assignment.work_received"
    title: ClassVar[str] = mark("%(actor)s a rendu un travail")
    work_id: int
    number: int


@dataclass(frozen=True, slots=True)
class WorkGraded(Event):
    """A trainer said what they think of it."""

    type: ClassVar[str] = "assignment.work_graded"
    title: ClassVar[str] = mark("%(actor)s a dit ce qui va et ce qui manque dans un travail")
    work_id: int
    number: int
    grade: int
    """Which of the grades of this version."""


@dataclass(frozen=True, slots=True)
class BytesForgotten(Event):
    """What someone handed in was erased: these bytes may go from the disk."""

    type: ClassVar[str] = "assignment.bytes_forgotten"
    title: ClassVar[str] = mark("%(actor)s a effacé des travaux rendus")
    names: tuple[str, ...]
    """SHA-256."""
    at: datetime

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {"names": list(self.names), "at": self.at.isoformat()}
