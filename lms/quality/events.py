"""What happened to evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class EvidenceExported(Event):
    """Someone has exported the evidence of a cohort."""

    type: ClassVar[str] = "quality.evidence_exported"
    title: ClassVar[str] = mark("%(actor)s a fait préparer le dossier de preuves de %(cohort_id)s")

    bundle_id: int
    cohort_id: int
