"""Rights on the ledger."""

from __future__ import annotations

from lms.contract.types import STAFF, Right, Scope
from lms.kernel.i18n import mark

VOID = Right(
    "xapi:statement:void",
    mark("Annuler ce qui a été noté par erreur"),
    Scope.PERSON,
    STAFF,
    about=mark("peut annuler ce qui a été noté par erreur sur vous"),
)

RIGHTS = (VOID,)
