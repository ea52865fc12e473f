"""The words of the attestation (Code du travail, L6313-1, R6313-3): hours that are proven, never those that were planned."""

from __future__ import annotations

from typing import Any

from lms.quality.data import Acquired, Dossier, Line
from lms.quality.phrases import (
    MODALITIES,
    NOTHING,
    STATES,
    active_time,
    clock_time,
    counted,
    day,
    decimal_hours,
    duration,
    known_time,
    short_day,
)

REASONS = {
    "completed": "parcours terminé",
    "finished": "parcours terminé",
    "abandoned": "abandon",
    "left": "départ",
    "transferred": "changement de groupe",
    "other": "autre raison",
}


def attestation_words(dossier: Dossier) -> dict[str, Any]:
    """What the template prints."""
    organisation = dossier.organisation
    ended = dossier.ended_at is not None
    return {
        "title": "Attestation de fin de formation" if ended else "Attestation de suivi de formation",
        **frame(dossier, "Attestation"),
        "declaration": _declaration(dossier),
        "name": dossier.name,
        "course": dossier.course.title,
        "nature": f"Action de formation (Code du travail, L6313-1, 1°) · groupe {dossier.cohort_name} · "
        f"version {dossier.course.version} du parcours",
        "dates": dates(dossier),
        "objectives": list(dossier.course.objectives),
        "durations": _durations(dossier),
        "durations-note": "Durée annoncée : la durée moyenne écrite dans le parcours, pour toutes les activités attendues "
        "(D6313-3-1). Temps actif : le temps que les traces prouvent ; il ne se déduit jamais de la durée annoncée. "
        "« Inconnu » veut dire qu'aucune trace ne porte de temps, et non que ce temps est nul.",
        "sessions": [_session(line, dossier.zone) for line in dossier.sessions if line.is_done],
        "sessions-note": "Une séance compte quand une personne de l'organisme a validé la présence. Une page ouverte "
        "n'est pas une présence.",
        "acquired": [_competence(one, dossier.zone) for one in dossier.acquired],
        "acquired-note": f"Référentiel « {dossier.course.framework} ». Une compétence est acquise quand sa règle "
        "tient sur les critères observés ou évalués.",
        "signature": [
            f"Fait à ……………………………………, le {day(dossier.at, dossier.zone)}",
            (
                f"{organisation['representative'] or 'La personne qui représente l’organisme'}, "
                f"pour {organisation['name']} (signature et cachet)"
            ),
        ],
        "method": method(dossier),
    }


def frame(dossier: Dossier, document: str) -> dict[str, Any]:
    """What every document carries around its text."""
    organisation = dossier.organisation
    lines = [
        organisation["address"],
        f"Déclaration d'activité n° {organisation['nda']}" if organisation["nda"] else "",
        f"SIRET {organisation['siret']}" if organisation["siret"] else "",
        organisation["contact"],
    ]
    return {
        "author": organisation["name"],
        "summary": f"{document} de {dossier.name}, {dossier.course.title}, {dossier.cohort_name}",
        "keywords": [dossier.cohort_code, dossier.registration],
        "attached": "Les chiffres de ce document, avec les traces qui les portent.",
        "organisation": {
            "name": organisation["name"],
            "lines": [line for line in lines if line],
            "logo": list(dossier.logo),
        },
        "foot": f"{document} · {dossier.name} · {dossier.course.title}",
    }


def dates(dossier: Dossier) -> list[str]:
    """Entry and end, and the moment at which the figures stand."""
    zone = dossier.zone
    reason = REASONS.get(dossier.end_reason, dossier.end_reason)
    end = (
        f"Sortie : {day(dossier.ended_at, zone)}{f' ({reason})' if reason else ''}"
        if dossier.ended_at
        else "Sortie : le parcours est en cours"
    )
    return [f"Entrée : {day(dossier.entered_at, zone)}", end, f"Chiffres arrêtés au {clock_time(dossier.at, zone)}"]


def method(dossier: Dossier) -> list[str]:
    """How the figures are computed: anyone can do it again from the statements."""
    voided = counted(dossier.voided, "annulée, qui ne compte pas", "annulées, qui ne comptent pas")
    return [
        (
            f"Ce document est calculé par Tremplin à partir de {counted(dossier.statements, 'trace', 'traces')} xAPI de "
            f"l'inscription {dossier.registration}, dont {voided if dossier.voided else 'aucune annulée'}. "
            "Rien n'y est saisi à la main."
        ),
        (
            f"Avancée : règle {dossier.progress_rule}. Suivi à distance : règle {dossier.follow_up.rule}. "
            f"Acquis : règle {max((one.rule for one in dossier.acquired), default=0) or NOTHING}. "
            "Les traces sont dans le même dossier de preuves, avec leur empreinte."
        ),
        "Il apporte des éléments de preuve (R6313-3) ; il ne dit rien de la décision de l'organisme certificateur.",
    ]


def _declaration(dossier: Dossier) -> list[str]:
    organisation = dossier.organisation
    who = organisation["representative"]
    start = f"{who}, pour {organisation['name']}," if who else f"{organisation['name']}"
    return [
        f"{start} atteste que",
        "a suivi l'action de formation :" if dossier.ended_at else "suit l'action de formation :",
    ]


def _durations(dossier: Dossier) -> list[list[str]]:
    remote = dossier.remote
    rows = []
    if remote:
        seconds, unknown = known_time(remote)
        proven = f"temps actif : {active_time(remote)}"
        if seconds is not None:
            proven += f" ({decimal_hours(seconds)})"
            proven += f", et inconnu pour {counted(unknown, 'activité', 'activités')}" if unknown else ""
        rows.append([MODALITIES["asynchronous"].capitalize(), _done_of(remote), _announced(remote), proven])
    for modality, label in MODALITIES.items():
        lines = tuple(line for line in dossier.sessions if line.modality == modality)
        if lines:
            held = sum(line.minutes for line in lines if line.is_done) * 60
            proven = (
                f"présence validée, séances prévues pour {duration(held)} ({decimal_hours(held)})"
                if held
                else "aucune présence validée"
            )
            rows.append([label.capitalize(), _done_of(lines), _announced(lines), proven])
    return rows


def _done_of(lines: tuple[Line, ...]) -> str:
    expected = [line for line in lines if not line.is_optional]
    more = sum(line.is_done for line in lines if line.is_optional)
    said = f"{sum(line.is_done for line in expected)} sur {len(expected)}"
    return f"{said}, et {counted(more, 'facultative', 'facultatives')}" if more else said


def _announced(lines: tuple[Line, ...]) -> str:
    return duration(sum(line.minutes for line in lines if not line.is_optional) * 60)


def _session(line: Line, zone: str) -> list[str]:
    return [
        line.title,
        MODALITIES.get(line.modality, line.modality),
        duration(line.minutes * 60),
        short_day(line.done_at, zone),
        ", ".join(line.validated_by) or NOTHING,
    ]


def _competence(one: Acquired, zone: str) -> list[str]:
    return [
        f"{one.code} {one.title}",
        STATES.get(one.state, one.state),
        short_day(one.reached_at if one.is_acquired else None, zone),
        reason(one),
    ]


def reason(one: Acquired) -> str:
    """Why a competence stands where it stands, in a line."""
    met = [criterion.code for criterion in one.criteria if criterion.is_met]
    said = f"{len(met)} critère{'s' if len(met) > 1 else ''} sur {len(one.criteria)}"
    if one.needed != len(one.criteria):
        said += f" ({one.needed} demandé{'s' if one.needed > 1 else ''})"
    signers = sorted({name for criterion in one.criteria if criterion.is_met for name in criterion.validated_by})
    said += f" : {', '.join(met)}" if met else ""
    return f"{said} ; validé par {', '.join(signers)}" if signers else said
