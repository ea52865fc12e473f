"""What an attempt is worth as a whole: points, score, and one score per graded pool. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.activities.quiz.drawing import GRADED, Drawn, draw
from lms.activities.quiz.grading import Grade, NotInDraw, grade


@dataclass(frozen=True, slots=True)
class Result:
    """The grades of an attempt, question by question. Practice counts only where nothing is graded."""

    answers: tuple[tuple[Drawn, Grade], ...]
    counted: tuple[tuple[Drawn, Grade], ...]
    least: float | None

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return _mean(self.counted)

    @property
    def points(self) -> float:
        """Out of `total`: an answer that is partly right wins a part."""
        return round(sum(given.score for _drawn, given in self.counted), 2)

    @property
    def total(self) -> int:
        """Questions that count."""
        return len(self.counted)

    @property
    def is_passed(self) -> bool | None:
        """None where the quiz asks for no score."""
        return reaches(self.score, self.least)

    def pools(self) -> Mapping[str, float]:
        """Graded pool key → score."""
        keys = dict.fromkeys(drawn.pool_key for drawn, _given in self.answers if drawn.use == GRADED)
        return {key: _mean([pair for pair in self.answers if pair[0].pool_key == key]) for key in keys}


def result_of(body: Mapping[str, Any], seed: str, answers: Mapping[str, Any]) -> Result:
    """Draw the same questions again and grade what was answered; raise `NotInDraw` for an answer to anything else."""
    drawn = draw(body, seed)
    if answers.keys() - {one.key for one in drawn}:
        raise NotInDraw
    given = tuple((one, grade(one, answers.get(one.key))) for one in drawn)
    graded = tuple(pair for pair in given if pair[0].use == GRADED)
    return Result(answers=given, counted=graded or given, least=body.get("pass"))


def reaches(score: float, least: float | None) -> bool | None:
    """Whether a score is enough; thirds and the like are not refused for a rounding."""
    return None if least is None else score >= least - 1e-9


def _mean(given: Sequence[tuple[Drawn, Grade]]) -> float:
    return sum(one.score for _drawn, one in given) / len(given) if given else 0.0
