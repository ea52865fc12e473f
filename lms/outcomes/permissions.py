"""Rights on what becomes of people after their path."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_TEAM = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})
_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

READ = Right(
    "outcomes:contact:read",
    mark("Voir les nouvelles données après le parcours"),
    Scope.COHORT,
    _TEAM,
    about=mark("voit les nouvelles que vous donnez après le parcours"),
)
WRITE = Right(
    "outcomes:contact:write",
    mark("Prendre des nouvelles, noter une réponse"),
    Scope.COHORT,
    _TEAM,
    about=mark("prend de vos nouvelles après le parcours, et note vos réponses"),
)
READ_RATES = Right(
    "outcomes:rate:read",
    mark("Voir les résultats après le parcours, sans nom"),
    Scope.COHORT,
    _TEAM | {Role.AUDITOR},
    about="",
)
SET_RULE = Right("outcomes:rule:write", mark("Dire ce qui compte comme une fin positive"), Scope.ORGANISATION, _LEADERS)

RIGHTS = (READ, WRITE, READ_RATES, SET_RULE)
