"""What works prove: each version with its date, and each answer of a trainer with its criteria."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from lms.activities.assignment.data import GradeInfo, VersionInfo, WorkInfo
from lms.activities.assignment.models import Work
from lms.activities.assignment.works import stories
from lms.contract.types import EvidenceFile, EvidenceProvider
from lms.courses.api import content_of
from lms.kernel.context import Context
from lms.kernel.media import MediaInfo

PATH = "travaux.json"


def works(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """The works of each person; nothing for who has handed nothing in."""
    for enrolment_id in enrolment_ids:
        rows = ctx.session.scalars(select(Work).where(Work.enrolment_id == enrolment_id).order_by(Work.id)).all()
        if rows:
            told = [_work(ctx, row, one) for row, one in zip(rows, stories(ctx, rows), strict=True)]
            yield EvidenceFile(PATH, [msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"])


def _work(ctx: Context, row: Work, work: WorkInfo) -> dict[str, Any]:
    body, _compiled = content_of(ctx, row.version_id, key=row.activity_key)
    texts = {one["key"]: one["text"] for one in body["criteria"]}
    return {
        "activity": work.activity_key,
        "title": work.title,
        "state": work.state,
        "versions": [_version(one, texts) for one in reversed(work.versions)],
    }


def _version(version: VersionInfo, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "number": version.number,
        "handed_in_at": version.handed_at,
        "by": version.by,
        "text": version.text,
        "media": [_medium(one) for one in version.media],
        "grades": [_grade(one, texts) for one in version.grades],
    }


def _grade(grade: GradeInfo, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "at": grade.at,
        "by": grade.by,
        "score": round(grade.score, 4),
        "accepted": grade.is_accepted,
        "criteria": [{"text": texts.get(key, key), "mark": given} for key, given in grade.marks.items()],
        "comment": grade.comment,
        "media": [_medium(one) for one in grade.voices],
    }


def _medium(one: MediaInfo) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "bytes": one.size, "seconds": one.seconds}


PROVIDERS = (EvidenceProvider("assignment.works", "Travaux rendus et évalués", (11, 19), works),)
