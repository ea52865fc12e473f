"""Where someone stands with a competence: the stored figure, read at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lms.competences.data import (
    ACQUIRED,
    BEGUN,
    EXPIRED,
    NOT_YET,
    AcquisitionInfo,
    BlockInfo,
    CompetenceInfo,
    CoverageInfo,
    CriterionInfo,
    CriterionStanding,
    Feed,
    Proof,
)


def acquisition_of(
    membership_id: int,
    *,
    block: BlockInfo,
    competence: CompetenceInfo,
    covered: Sequence[CoverageInfo],
    row: Any,
    now: datetime,
) -> AcquisitionInfo:
    """The figure and its explanation; without a row nothing was said yet."""
    explanation = row.explanation if row else {}
    told = {one["code"]: one for one in explanation.get("criteria", ())}
    whole = covered[0].framework
    return AcquisitionInfo(
        membership_id=membership_id,
        framework_code=whole.code,
        framework_version=whole.version,
        block=block,
        competence=competence,
        state=state_at(row, now),
        reached_at=row.reached_at if row else None,
        expires_at=row.expires_at if row else None,
        criteria=tuple(_criterion(one, _feeds(one, covered), told.get(one.code, {})) for one in competence.criteria),
        earlier=tuple(
            (datetime.fromisoformat(begins), datetime.fromisoformat(ends))
            for begins, ends in explanation.get("earlier", ())
        ),
        course_version_ids=tuple(explanation.get("courses", ())),
        rule=row.rule if row else 0,
    )


def state_at(row: Any, now: datetime) -> str:
    """The state of a stored figure at a moment."""
    if row is None:
        return NOT_YET
    if row.reached_at is None or row.reached_at > now:
        return BEGUN
    return EXPIRED if row.expires_at is not None and row.expires_at <= now else ACQUIRED


def _feeds(criterion: CriterionInfo, covered: Sequence[CoverageInfo]) -> tuple[Feed, ...]:
    return tuple(dict.fromkeys(feed for one in covered for feed in one.feeds.get(criterion.id, ())))


def _criterion(info: CriterionInfo, feeds: tuple[Feed, ...], told: Mapping[str, Any]) -> CriterionStanding:
    return CriterionStanding(
        info=info,
        feeds=feeds,
        met_at=_moment(told.get("met_at")),
        until=_moment(told.get("until")),
        proofs=tuple(_proof(one) for one in told.get("proofs", ())),
        nearest=_proof(told["nearest"]) if told.get("nearest") else None,
        own_view=_proof(told["own_view"]) if told.get("own_view") else None,
    )


def _proof(told: Mapping[str, Any]) -> Proof:
    return Proof(
        statement_id=told["statement"],
        at=datetime.fromisoformat(told["at"]),
        activity=told["activity"],
        verb=told["verb"],
        source=told["source"],
        scaled=told["scaled"],
        by=told["by"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
