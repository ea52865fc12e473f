"""The words of the interface that an organisation may change, with those that the platform ships for each audience."""

from __future__ import annotations

from lms.contract.types import Term
from lms.kernel.i18n import mark

TERMS = (
    Term("training", mark("parcours"), mark("formation")),
    Term("assessment", mark("je vérifie"), mark("évaluation")),
    Term("positioning", mark("d'où je pars"), mark("positionnement")),
    Term("attendance", mark("je suis là"), mark("émargement")),
    Term("pause", mark("pause"), mark("interruption")),
    Term("dropout", mark("j'arrête"), mark("abandon")),
    Term("learner", mark("porteur de projet"), mark("porteur de projet")),
    Term("company_head", mark("entrepreneur"), mark("entrepreneur")),
    Term("trainer", mark("formateur"), mark("formateur")),
    Term("coach", mark("accompagnateur"), mark("accompagnateur")),
    Term("manager", mark("responsable"), mark("responsable")),
    Term("organisation", mark("association"), mark("organisme")),
)
