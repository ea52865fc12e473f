"""Rights on courses, cohorts and enrolments."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_TEAM = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})
_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

LEARN = Right("courses:activity:learn", mark("Suivre son parcours"), Scope.PERSON, frozenset({Role.LEARNER}), about="")
READ_COURSE = Right(
    "courses:course:read", mark("Lire les parcours de l'organisme"), Scope.COURSE, _TEAM | {Role.AUDITOR}
)
PUBLISH_COURSE = Right(
    "courses:course:publish",
    mark("Écrire et publier un parcours"),
    Scope.COURSE,
    _LEADERS | {Role.TRAINER},
)
CONFIRM_VALUE = Right(
    "courses:value:confirm", mark("Confirmer un montant, un lieu ou un partenaire"), Scope.COURSE, _TEAM
)
READ_COHORT = Right(
    "courses:cohort:read",
    mark("Voir un groupe et l'avancée de chacun"),
    Scope.COHORT,
    _TEAM | {Role.AUDITOR},
    about=mark("voit votre groupe, votre avancée et vos résultats"),
)
MANAGE_COHORT = Right("courses:cohort:manage", mark("Créer un groupe"), Scope.ORGANISATION, _LEADERS)
ENROL = Right(
    "courses:enrolment:write",
    mark("Inscrire dans un groupe, terminer une inscription"),
    Scope.COHORT,
    _TEAM,
    about=mark("peut vous inscrire dans un groupe, noter une pause ou la fin de votre parcours"),
)
OPEN_ACTIVITY = Right(
    "courses:activity:open",
    mark("Ouvrir une activité à quelqu'un"),
    Scope.COHORT,
    _TEAM,
    about=mark("peut ouvrir une activité pour vous"),
)
ADJUST = Right(
    "courses:enrolment:adjust",
    mark("Alléger ou compléter le parcours de quelqu'un"),
    Scope.COHORT,
    _TEAM,
    about=mark("peut alléger ou compléter votre parcours"),
)
VALIDATE = Right(
    "courses:activity:validate",
    mark("Valider une séance ou un entretien"),
    Scope.COHORT,
    _TEAM,
    about=mark("note votre présence aux séances et aux entretiens"),
)
STAFF_COHORT = Right(
    "courses:cohort:staff", mark("Dire qui forme et qui accompagne un groupe"), Scope.COHORT, _LEADERS, about=""
)

RIGHTS = (
    LEARN,
    READ_COURSE,
    PUBLISH_COURSE,
    CONFIRM_VALUE,
    READ_COHORT,
    MANAGE_COHORT,
    ENROL,
    OPEN_ACTIVITY,
    ADJUST,
    VALIDATE,
    STAFF_COHORT,
)
