"""The words of the follow-up of remote activities (Code du travail, D6313-3-1; RNQ, indicator 19)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from lms.quality.attestation import dates, frame, method
from lms.quality.data import Dossier, Line
from lms.quality.phrases import (
    MODALITIES,
    NOTHING,
    active_time,
    counted,
    duration,
    known_time,
    presence,
    share,
    short_day,
    state,
)


def remote_report_words(dossier: Dossier) -> dict[str, Any]:
    """What the template prints."""
    return {
        "title": "Suivi des activités à distance",
        **frame(dossier, "Suivi à distance"),
        "name": dossier.name,
        "course": f"{dossier.course.title}, {dossier.cohort_name}",
        "word": dossier.follow_up.word,
        "why": dossier.follow_up.why,
        "dates": dates(dossier),
        "modules": [
            {"title": module, "rows": [_row(line, dossier.zone) for line in lines]}
            for module, lines in groupby(dossier.remote, lambda line: line.module)
        ],
        "live": [_live(line, dossier.zone) for line in dossier.sessions if line.modality == "live_online"],
        "totals": _totals(dossier),
        "method": [
            (
                "Trois faits restent séparés : une activité consultée, une activité faite, une présence validée. "
                "Une connexion ou une page vue ne compte pas."
            ),
            (
                "Temps actif : la durée de la réunion des intervalles que portent les traces, sans compter deux fois le même moment. "
                "« Inconnu » : aucune trace ne porte de temps. Durée moyenne annoncée : celle du parcours (D6313-3-1, 2°)."
            ),
            *RULE_WORDS,
            *method(dossier),
        ],
    }


RULE_WORDS = (
    (
        "État du suivi, règle 2. Non démarré : aucune activité à distance n'est commencée. En cours : il reste des activités attendues. "
        "En pause : la personne ou l'équipe a mis le parcours en pause ; les jours de pause ne comptent pas comme du silence. "
        "À relancer : il en reste, et rien ne s'est passé depuis plus de jours que le réglage de l'organisme (21 par défaut). "
        "Suivi effectif : toutes les activités attendues sont faites et l'une au moins a été évaluée (D6313-3-1, 3°). "
        "Incomplet : l'inscription est terminée avant, ou rien n'a été évalué."
    ),
)


def _row(line: Line, zone: str) -> list[str]:
    return [
        f"{line.title} (facultative)" if line.is_optional else line.title,
        MODALITIES.get(line.modality, line.modality),
        duration(line.minutes * 60),
        state(line),
        short_day(line.first_at, zone),
        short_day(line.last_at, zone),
        duration(line.seconds) if line.status else NOTHING,
        str(line.attempts) if line.attempts else NOTHING,
        share(line.best),
    ]


def _live(line: Line, zone: str) -> list[str]:
    return [
        line.title,
        duration(line.minutes * 60),
        presence(line),
        short_day(line.done_at, zone),
        ", ".join(line.validated_by) or NOTHING,
    ]


def _totals(dossier: Dossier) -> list[str]:
    expected = [line for line in dossier.remote if not line.is_optional]
    _seconds, unknown = known_time(dossier.remote)
    said = [
        f"Activités attendues faites : {sum(line.is_done for line in expected)} sur {len(expected)}",
        f"Durée moyenne annoncée des activités attendues : {duration(sum(line.minutes for line in expected) * 60)}",
        f"Temps actif prouvé : {active_time(dossier.remote)}",
    ]
    if unknown:
        said.append(f"Temps inconnu pour {counted(unknown, 'activité commencée', 'activités commencées')}")
    return said
