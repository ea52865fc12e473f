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
    Explained,
    ExplainedCriterion,
    Feed,
    FrameworkInfo,
    LevelInfo,
    Proof,
    ShownProof,
    Way,
)
from lms.competences.explaining import explained
from lms.competences.folds import RULE as ACQUISITION_RULE
from lms.competences.operations import load_framework
from lms.competences.permissions import READ_FRAMEWORK
from lms.competences.queries import acquisitions, framework_by_code, frameworks, levels

__all__ = [
    "ACQUIRED",
    "ACQUISITION_RULE",
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
    "Explained",
    "ExplainedCriterion",
    "Feed",
    "FrameworkInfo",
    "LevelInfo",
    "Proof",
    "ShownProof",
    "Way",
    "acquisitions",
    "coverages",
    "explained",
    "framework",
    "framework_by_code",
    "frameworks",
    "levels",
    "load_framework",
]
