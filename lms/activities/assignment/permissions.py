"""Rights on what people hand in."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_TEAM = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})

READ = Right(
    "assignment:work:read",
    mark("Voir les travaux rendus"),
    Scope.COHORT,
    _TEAM | {Role.AUDITOR},
    about=mark("voit les travaux que vous rendez"),
)
GRADE = Right(
    "assignment:work:grade",
    mark("Évaluer un travail rendu"),
    Scope.COHORT,
    _TEAM,
    about=mark("dit ce qui va et ce qui manque dans vos travaux"),
)

RIGHTS = (READ, GRADE)
