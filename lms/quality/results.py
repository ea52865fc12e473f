"""The figures of one person as JSON: what the documents say, for machines, with the statements under each figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from lms.quality.data import Acquired, Dossier, Line


def results_json(dossier: Dossier) -> bytes:
    """The whole dossier. `null` is unknown, never 0."""
    content = {
        "person": {"name": dossier.name, "pseudonym": dossier.pseudonym, "registration": dossier.registration},
        "organisation": dict(dossier.organisation),
        "cohort": {"code": dossier.cohort_code, "name": dossier.cohort_name},
        "course": {
            "title": dossier.course.title,
            "version": dossier.course.version,
            "objectives": list(dossier.course.objectives),
            "framework": dossier.course.framework,
        },
        "computed_at": _moment(dossier.at),
        "entered_at": _moment(dossier.entered_at),
        "ended_at": _moment(dossier.ended_at),
        "end_reason": dossier.end_reason,
        "remote_follow_up": {
            "word": dossier.follow_up.word,
            "why": dossier.follow_up.why,
            "rule": dossier.follow_up.rule,
        },
        "progress_rule": dossier.progress_rule,
        "statements": dossier.statements,
        "statements_voided": dossier.voided,
        "activities": [_activity(line) for line in dossier.lines],
        "competences": [_competence(one) for one in dossier.acquired],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def _activity(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "title": line.title,
        "module": line.module,
        "type": line.type,
        "modality": line.modality,
        "optional": line.is_optional,
        "announced_minutes": line.minutes,
        "status": line.status or None,
        "first_at": _moment(line.first_at),
        "last_at": _moment(line.last_at),
        "done_at": _moment(line.done_at),
        "active_seconds": line.seconds,
        "attempts": line.attempts,
        "best": line.best,
        "objectives": list(line.objectives),
        "validated_by": list(line.validated_by),
        "statements": list(line.statements),
    }


def _competence(one: Acquired) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "block": one.block,
        "state": one.state,
        "reached_at": _moment(one.reached_at),
        "criteria_needed": one.needed,
        "rule": one.rule,
        "criteria": [
            {
                "code": criterion.code,
                "title": criterion.title,
                "met": criterion.is_met,
                "met_at": _moment(criterion.met_at),
                "validated_by": list(criterion.validated_by),
                "statements": list(criterion.statements),
                "fed_by": list(criterion.activities),
            }
            for criterion in one.criteria
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
