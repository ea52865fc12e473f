"""What someone can do, as a document of their own at any time: what is acquired, and nothing that is not yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lms.courses.api import own_enrolments
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.quality.attestation import frame
from lms.quality.data import Acquired, Dossier
from lms.quality.documents import pdf
from lms.quality.dossiers import dossier
from lms.quality.phrases import counted, day, short_day, slug
from lms.quality.results import results_json

DOCUMENT = "Attestation de compétences"


def own_attestation(ctx: Context, key: str) -> tuple[str, bytes]:
    """(file name, PDF) of one enrolment of the person signed in; `NotFound` for another's, or while nothing is acquired."""
    found = next((one for one, _course in own_enrolments(ctx) if one.key == key), None)
    if found is None:
        raise NotFound
    whole = dossier(ctx, found.id)
    # The figures that are attached say no more than the page.
    said = replace(whole, lines=(), acquired=tuple(one for one in whole.acquired if one.is_acquired))
    if not said.acquired:
        raise NotFound
    name = f"attestation-{slug(said.name)}-{short_day(said.at, said.zone).replace('/', '-')}.pdf"
    return name, pdf("skills.typ", said, skills_words(said), results_json(said))


def skills_words(dossier: Dossier) -> dict[str, Any]:
    """What the template prints."""
    organisation = dossier.organisation
    return {
        "title": DOCUMENT,
        **frame(dossier, DOCUMENT),
        "declaration": [
            f"D'après ce qui est noté par {organisation['name']},",
            f"sait faire, le {day(dossier.at, dossier.zone)} :",
        ],
        "name": dossier.name,
        "acquired": [_line(one, dossier.zone) for one in dossier.acquired],
        "note": (
            f"Parcours « {dossier.course.title} », version {dossier.course.version}, liste de compétences "
            f"« {dossier.course.framework} ». Cette page dit ce qui est acquis à cette date ; elle ne dit rien du reste."
        ),
        "method": [
            (
                f"Ce document est calculé par Tremplin à partir de {counted(dossier.statements, 'acte noté', 'actes notés')} "
                f"sous le numéro d'inscription {dossier.registration}. Rien n'y est saisi à la main."
            ),
            "La personne peut le refaire à tout moment : la date en haut dit à quel jour il vaut.",
        ],
    }


def _line(one: Acquired, zone: str) -> list[str]:
    signers = sorted({name for criterion in one.criteria if criterion.is_met for name in criterion.validated_by})
    return [
        one.plain or one.title,
        f"{one.code} {one.title}",
        short_day(one.reached_at, zone),
        ", ".join(signers) or "ses résultats",
    ]
