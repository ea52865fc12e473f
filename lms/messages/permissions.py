"""Rights on messages. Who accompanies whom is said in `companions.py`; who reads a thread, in `reading.py`."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
COMPANIONS = frozenset({Role.TRAINER, Role.COACH})
"""The roles that accompany people."""

ASK = Right(
    "messages:thread:ask",
    mark("Demander de l'aide et écrire à ceux qui accompagnent"),
    Scope.PERSON,
    frozenset({Role.LEARNER, Role.COMPANY_HEAD}),
    about="",
)
ANSWER = Right(
    "messages:thread:answer",
    mark("Lire les messages des personnes que l'on accompagne, et y répondre"),
    Scope.PERSON,
    COMPANIONS,
    about=mark("lit vos messages et y répond"),
)
OVERSEE = Right(
    "messages:thread:oversee",
    mark("Lire les messages, si l'organisme l'a permis"),
    Scope.PERSON,
    _LEADERS,
    about=mark("peut lire vos messages, si l'association l'a décidé"),
)
COUNT = Right(
    "messages:help:count",
    mark("Voir combien d'aide a été demandée et donnée"),
    Scope.COHORT,
    COMPANIONS | _LEADERS | {Role.AUDITOR},
    about=mark("voit combien d'aide vous avez demandée et reçue, sans les mots"),
)

RIGHTS = (ASK, ANSWER, OVERSEE, COUNT)
