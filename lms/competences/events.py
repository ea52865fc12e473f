"""What happens to frameworks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms.kernel.events import Event


@dataclass(frozen=True, slots=True)
class FrameworkPublished(Event):
    """A version of a framework was imported, and nothing changes it any more."""

    type: ClassVar[str] = "competences.framework_published"
    framework_id: int
    version_id: int
