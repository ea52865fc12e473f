"""Rights on courses, cohorts and enrolments."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_TEAM = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})
_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

LEARN = Right("courses:activity:learn", mark("Suivre son parcours"), Scope.PERSON, frozenset({Role.LEARNER}))
READ_COURSE = Right(
    "courses:course:read", mark("Lire les parcours de l'organisme"), Scope.COURSE, _TEAM | {Role.AUDITOR}
)
PUBLISH_COURSE = Right("courses:course:publish", mark("Importer et publier un parcours"), Scope.COURSE, _LEADERS)
CONFIRM_VALUE = Right(
    "courses:value:confirm", mark("Confirmer un montant, un lieu ou un partenaire"), Scope.COURSE, _TEAM
)
READ_COHORT = Right(
    "courses:cohort:read", mark("Voir un groupe et l'avancée de chacun"), Scope.COHORT, _TEAM | {Role.AUDITOR}
)
MANAGE_COHORT = Right("courses:cohort:manage", mark("Créer un groupe"), Scope.ORGANISATION, _LEADERS)
ENROL = Right("courses:enrolment:write", mark("Inscrire dans un groupe, terminer une inscription"), Scope.COHORT, _TEAM)
OPEN_ACTIVITY = Right("courses:activity:open", mark("Ouvrir une activité à quelqu'un"), Scope.COHORT, _TEAM)
VALIDATE = Right("courses:activity:validate", mark("Valider une séance ou un entretien"), Scope.COHORT, _TEAM)
STAFF_COHORT = Right("courses:cohort:staff", mark("Dire qui forme et qui accompagne un groupe"), Scope.COHORT, _LEADERS)

RIGHTS = (
    LEARN,
    READ_COURSE,
    PUBLISH_COURSE,
    CONFIRM_VALUE,
    READ_COHORT,
    MANAGE_COHORT,
    ENROL,
    OPEN_ACTIVITY,
    VALIDATE,
    STAFF_COHORT,
)
