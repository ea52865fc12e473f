"""Rights on bundles of evidence."""

from __future__ import annotations

from lms.contract.types import STAFF, Right, Role, Scope
from lms.kernel.i18n import mark

_READERS = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})

EXPORT = Right("quality:bundle:export", mark("Préparer un dossier de preuves"), Scope.COHORT, _READERS, about="")
READ = Right(
    "quality:bundle:read",
    mark("Voir et télécharger les dossiers de preuves"),
    Scope.COHORT,
    _READERS,
    about=mark("voit les dossiers de preuves, avec votre nom, vos heures et vos résultats"),
)
VERIFY = Right(
    "quality:bundle:verify",
    mark("Vérifier un dossier de preuves"),
    Scope.ORGANISATION,
    STAFF | {Role.AUDITOR},
)

READ_RESULTS = Right(
    "quality:result:read",
    mark("Voir les résultats de l’association et comment ils sont calculés"),
    Scope.ORGANISATION,
    _READERS,
)

RIGHTS = (EXPORT, READ, VERIFY, READ_RESULTS)
