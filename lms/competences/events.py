"""What happens to frameworks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event
from lms.kernel.i18n import mark


@dataclass(frozen=True, slots=True)
class FrameworkPublished(Event):
    """A version of a framework was imported, and nothing changes it any more."""

    type: ClassVar[str] = "competences.framework_published"
    title: ClassVar[str] = mark("%(actor)s a publié une version d’un référentiel")
    framework_id: int
    version_id: int
