"""What happened to evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class EvidenceExported(Event):
    """Someone has exported the evidence of a cohort."""

    type: ClassVar[str] = "quality.evidence_exported"

    bundle_id: int
    cohort_id: int
