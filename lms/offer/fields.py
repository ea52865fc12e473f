"""The fields of a public page: those that indicator 1 of the référentiel names, in the order in which people ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lms.courses.api import Structure, lasting, minutes_of
from lms.kernel.i18n import gettext, mark
from lms.kernel.text import render_markdown

LONGEST = 6_000
"""Characters of a field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the public must find: its name, its heading, what to write."""

    name: str
    title: str
    hint: str


FIELDS = (
    Field("objectives", mark("Ce que vous saurez faire"), mark("Les objectifs, un par ligne, avec « - » devant. Dites ce que la personne saura faire, que l’on peut vérifier.")),
    Field("prerequisites", mark("Ce qu’il faut avant de commencer"), mark("Les prérequis. S’il n’y en a pas, écrivez « Aucun ».")),
    Field("recognition", mark("Ce que vous recevez à la fin"), mark("Le type de reconnaissance : attestation, certification (avec son code)… S’il n’y a pas de certification, écrivez-le.")),
    Field("duration", mark("Combien de temps cela prend"), mark("La durée, en heures et en semaines.")),
    Field("modalities", mark("Comment cela se passe"), mark("Les modalités : en salle, à distance, en entretien, et où.")),
    Field("methods", mark("Comment on apprend"), mark("Les méthodes et les moyens : exercices, ateliers, accompagnement, matériel.")),
    Field("evaluation", mark("Comment on vérifie ce que vous savez"), mark("Les modalités d’évaluation, avant, pendant et à la fin.")),
    Field("access", mark("Comment entrer, et quand"), mark("Les étapes et les délais d’accès : « entrée possible chaque mois, réponse en 10 jours ».")),
    Field("price", mark("Combien cela coûte"), mark("Les tarifs. Si c’est gratuit pour la personne, écrivez qui paie.")),
    Field("funding", mark("Qui peut payer"), mark("Les modalités de financement : région, OPCO, association… N’écrivez que ce qui est sûr.")),
    Field("accessibility", mark("Si vous êtes en situation de handicap"), mark("Ce qui est accessible, ce que l’on peut adapter, et le nom de la personne référente.")),
    Field("contacts", mark("À qui demander"), mark("Un nom, un téléphone, un e-mail.")),
)  # fmt: skip
NAMES = tuple(field.name for field in FIELDS)
_WAYS = {
    "asynchronous": mark("À distance, quand vous voulez"),
    "live_online": mark("À distance, ensemble"),
    "face_to_face": mark("En salle, ensemble"),
    "coaching": mark("En entretien"),
    "work_situation": mark("En situation de travail"),
}


def proposed(whole: Structure, organisation: Mapping[str, str]) -> dict[str, str]:
    """What the course and the organisation already say, for fields that nobody has written."""
    minutes = minutes_of(whole)
    ways = [
        f"- {gettext(_WAYS[way])} : {lasting(count)}"
        for way, count in minutes.by_modality.items()
        if way in _WAYS and count
    ]
    head = whole.head
    found = {
        "objectives": "\n".join(f"- {one}" for one in head.get("objectives", ())),
        "prerequisites": str(head.get("prerequisites", "") or ""),
        "duration": lasting(minutes.total) if minutes.total else "",
        "modalities": "\n".join(ways),
        "contacts": organisation["contact"],
    }
    if head.get("weeks") and found["duration"]:
        found["duration"] = gettext("%(hours)s, sur %(weeks)s semaines environ.") % {
            "hours": found["duration"],
            "weeks": head["weeks"],
        }
    return {name: text for name, text in found.items() if text}


def missing(fields: Mapping[str, str]) -> list[Field]:
    """What the public would not find."""
    return [field for field in FIELDS if not fields.get(field.name, "").strip()]


@lru_cache(maxsize=512)
def readable(text: str) -> str:
    """A field as safe HTML, or `lms.kernel.text.TextRefused`."""
    return render_markdown(text)
