"""Rights on bundles of evidence."""

from __future__ import annotations

from lms.contract.types import STAFF, Right, Role, Scope
from lms.kernel.i18n import mark

_READERS = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})

EXPORT = Right("quality:bundle:export", mark("Préparer un dossier de preuves"), Scope.COHORT, _READERS)
READ = Right("quality:bundle:read", mark("Voir et télécharger les dossiers de preuves"), Scope.COHORT, _READERS)
VERIFY = Right(
    "quality:bundle:verify",
    mark("Vérifier un dossier de preuves"),
    Scope.ORGANISATION,
    STAFF | {Role.AUDITOR},
)

RIGHTS = (EXPORT, READ, VERIFY)
