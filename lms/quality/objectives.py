"""Results per objective (RNQ, indicator 11): the activities that carry it, what was done, and the criteria that they feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.quality.data import CriterionMet, Dossier, Line

COURSE, MODULE, ACTIVITY = "parcours", "module", "activité"
HOW = (
    "Un objectif est porté par les activités qui l'écrivent mot pour mot ; un objectif de module ou de parcours qu'"
    "aucune activité n'écrit est porté par toutes les activités attendues de ce module ou de ce parcours."
)


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """One objective for one person."""

    level: str
    module: str
    text: str
    activities: tuple[Line, ...]
    criteria: tuple[CriterionMet, ...]

    @property
    def done(self) -> int:
        """How many of its activities are done."""
        return sum(line.is_done for line in self.activities)

    @property
    def scores(self) -> tuple[float, ...]:
        """The best result of each of its activities that was assessed."""
        return tuple(line.best for line in self.activities if line.best is not None)

    @property
    def mean(self) -> float | None:
        """Their mean; None when nothing was assessed."""
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def met(self) -> tuple[CriterionMet, ...]:
        """The criteria that are met."""
        return tuple(one for one in self.criteria if one.is_met)


def objective_results(dossier: Dossier) -> Iterator[ObjectiveResult]:
    """Every objective of the course, then of each module and of its activities, in order."""
    for text in dossier.course.objectives:
        yield _result(dossier, COURSE, "", text, dossier.lines)
    for title, objectives in dossier.course.modules:
        lines = [line for line in dossier.lines if line.module == title]
        for text in objectives:
            yield _result(dossier, MODULE, title, text, lines)
        own = dict.fromkeys(text for line in lines for text in line.objectives)
        for text in own:
            if text not in objectives:
                yield _result(dossier, ACTIVITY, title, text, lines)


def _result(dossier: Dossier, level: str, module: str, text: str, lines: Sequence[Line]) -> ObjectiveResult:
    stated = [line for line in lines if text in line.objectives]
    carrying = tuple(stated or [line for line in lines if not line.is_optional])
    return ObjectiveResult(level, module, text, carrying, tuple(_fed(dossier, carrying)))


def _fed(dossier: Dossier, lines: Iterable[Line]) -> Iterator[CriterionMet]:
    keys = {line.key for line in lines}
    for competence in dossier.acquired:
        yield from (criterion for criterion in competence.criteria if keys.intersection(criterion.activities))
