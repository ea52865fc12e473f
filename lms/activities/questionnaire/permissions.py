"""Rights on what people answer."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

READ = Right(
    "questionnaire:reply:read",
    mark("Lire les réponses aux questionnaires"),
    Scope.COHORT,
    frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}),
    about=mark("lit vos réponses aux questionnaires, sauf celles qui sont sans nom"),
)

RIGHTS = (READ,)
