"""The only door to competences for other features."""

from __future__ import annotations

from lms.competences.catalogue import coverages, framework
from lms.competences.data import (
    ACQUIRED,
    BEGUN,
    EXPIRED,
    NOT_YET,
    AcquisitionInfo,
    BlockInfo,
    CompetenceInfo,
    CoverageInfo,
    CriterionInfo,
    CriterionStanding,
    Feed,
    FrameworkInfo,
    LevelInfo,
    Proof,
)
from lms.competences.operations import load_framework
from lms.competences.permissions import READ_FRAMEWORK
from lms.competences.queries import acquisitions, framework_by_code, frameworks, levels

__all__ = [
    "ACQUIRED",
    "BEGUN",
    "EXPIRED",
    "NOT_YET",
    "READ_FRAMEWORK",
    "AcquisitionInfo",
    "BlockInfo",
    "CompetenceInfo",
    "CoverageInfo",
    "CriterionInfo",
    "CriterionStanding",
    "Feed",
    "FrameworkInfo",
    "LevelInfo",
    "Proof",
    "acquisitions",
    "coverages",
    "framework",
    "framework_by_code",
    "frameworks",
    "levels",
    "load_framework",
]
