"""The fields that every activity, module and course has, as forms; and the same values as files hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lms.contract.forms import FormField, Kind
from lms.courses.api import writing
from lms.kernel.i18n import mark

MODALITIES = (
    ("asynchronous", mark("à son rythme")),
    ("live_online", mark("en direct, en ligne")),
    ("face_to_face", mark("sur place")),
    ("coaching", mark("en tête à tête")),
    ("work_situation", mark("dans son activité")),
)
_AT_ONCE = ""
_OPENINGS = (
    (_AT_ONCE, mark("tout de suite")),
    ("after", mark("après une autre activité")),
    ("days", mark("quelques jours après l’entrée")),
    ("by", mark("quand la personne qui forme l’ouvre")),
)
ACTIVITY = (
    FormField("title", mark("Titre"), needed=True),
    FormField("minutes", mark("Durée annoncée"), Kind.WHOLE, unit="min", least=0, needed=True),
    FormField("modality", mark("Comment elle se vit"), Kind.CHOICE, choices=MODALITIES, needed=True),
    FormField("objectives", mark("À la fin, on sait"), Kind.LINES, hint=mark("Un objectif par ligne, un verbe d’abord.")),
    FormField("due_days", mark("À faire dans les"), Kind.WHOLE, unit=mark("jours après l’entrée"), least=0, hint=mark("Vide : pas de date.")),
    FormField("optional", mark("Si la personne veut : elle ne compte pas dans l’avancée"), Kind.YES),
    FormField("opens", mark("Elle s’ouvre"), Kind.CHOICE, choices=_OPENINGS, default=_AT_ONCE),
    FormField("after", mark("Après"), Kind.ACTIVITY, when=("opens", "after"), needed=True),
    FormField("minimum", mark("Avec au moins"), Kind.SHARE, when=("opens", "after"), hint=mark("Vide : il suffit qu’elle soit faite.")),
    FormField("days", mark("Jours après l’entrée"), Kind.WHOLE, when=("opens", "days"), least=0, needed=True),
)  # fmt: skip
MODULE = (
    FormField("title", mark("Titre du module"), needed=True),
    FormField("summary", mark("En une phrase"), Kind.TEXT),
    FormField(
        "objectives", mark("À la fin, on sait"), Kind.LINES, hint=mark("Un objectif par ligne, un verbe d’abord.")
    ),
    FormField("block", mark("Bloc du référentiel"), Kind.CHOICE),
)
COURSE = (
    FormField("title", mark("Titre du parcours"), needed=True),
    FormField("summary", mark("En une phrase"), Kind.TEXT),
    FormField("audience", mark("Pour qui"), Kind.TEXT),
    FormField("prerequisites", mark("Ce qu’il faut avant de commencer"), Kind.TEXT),
    FormField(
        "objectives", mark("À la fin, on sait"), Kind.LINES, hint=mark("Un objectif par ligne, un verbe d’abord.")
    ),
    FormField("weeks", mark("Durée prévue"), Kind.WHOLE, unit=mark("semaines"), least=1),
    FormField("framework", mark("Référentiel"), Kind.CHOICE),
    FormField("language", mark("Langue des textes"), needed=True, hint=mark("Un code : fr, en, ar…")),
    FormField("licence", mark("Licence"), hint=mark("Sous quelles conditions d’autres peuvent reprendre ce parcours.")),
)
VALUES = (
    FormField(
        "rows",
        mark("Montants, lieux et partenaires"),
        Kind.ROWS,
        titled="label",
        adds=mark("Ajouter une information"),
        fields=(
            FormField("label", mark("Ce que c’est"), needed=True),
            FormField("text", mark("Ce que l’on lit"), needed=True, hint=mark("Par exemple : 77 700 €.")),
            FormField("source", mark("Source")),
            FormField("territory", mark("Territoire")),
            FormField("name", mark("Nom dans les textes"), hint=mark("Vide : fait à partir de « Ce que c’est ». Dans une leçon : [[L’aide est de {nom}. || Demandez le montant.]]")),
        ),
    ),
)  # fmt: skip
GLOSSARY = (
    FormField(
        "rows",
        mark("Mots expliqués"),
        Kind.ROWS,
        titled="term",
        adds=mark("Ajouter un mot"),
        fields=(
            FormField("term", mark("Mot"), needed=True),
            FormField("definition", mark("Explication simple"), Kind.TEXT, needed=True),
            FormField("example", mark("Exemple"), Kind.TEXT),
        ),
    ),
)
COVERAGE = (
    FormField(
        "rows",
        mark("Ce qui fait acquérir chaque critère"),
        Kind.ROWS,
        titled="criterion",
        adds=mark("Ajouter une ligne"),
        fields=(
            FormField("criterion", mark("Critère"), Kind.CHOICE, needed=True),
            FormField("activity", mark("Acquis par"), Kind.CHOICE, needed=True),
            FormField("minimum", mark("Avec au moins"), Kind.SHARE, hint=mark("Vide : c’est l’équipe qui valide.")),
        ),
    ),
)


def with_choices(fields: Sequence[FormField], choices: Mapping[str, tuple[Any, ...]]) -> tuple[FormField, ...]:
    """The same fields, those named choosing among these."""
    return tuple(
        replace(
            one,
            choices=choices.get(one.name, one.choices),
            fields=with_choices(one.fields, choices) if one.fields else (),
        )
        for one in fields
    )


def head_values(written: writing.WrittenActivity) -> dict[str, Any]:
    """What the form of an activity's head shows."""
    opens = dict(written.opens or {})
    kind = next((name for name in ("after", "days", "by") if name in opens), _AT_ONCE)
    return {
        "title": written.title,
        "minutes": written.minutes,
        "modality": written.modality,
        "objectives": list(written.objectives),
        "due_days": written.due_days,
        "optional": written.optional,
        "opens": kind,
        **{name: opens[name] for name in ("after", "minimum", "days") if name in opens},
    }


def head_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as a content file holds them."""
    kind = values.get("opens", _AT_ONCE)
    rule: dict[str, Any] | None = {
        "after": {name: values[name] for name in ("after", "minimum") if name in values},
        "days": {name: values[name] for name in ("days",) if name in values},
        "by": {"by": "trainer"},
    }.get(kind)
    plain = {
        name: values[name]
        for name in ("title", "minutes", "modality", "objectives", "due_days", "optional")
        if name in values
    }
    return {**plain, **({"opens": rule} if rule else {})}
