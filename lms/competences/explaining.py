"""An acquisition in words: what showed it, who validated, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from lms.accounts.api import members
from lms.competences.data import (
    AcquisitionInfo,
    CriterionStanding,
    Explained,
    ExplainedCriterion,
    Feed,
    Proof,
    ShownProof,
    Way,
)
from lms.courses.api import Structure, enrolments, structure
from lms.kernel.context import Context
from lms.xapi.api import raw_statements

_OUT_OF = 10


class _Score(msgspec.Struct):
    raw: float | None = None
    max: float | None = None


class _Result(msgspec.Struct):
    score: _Score | None = None


class _Scored(msgspec.Struct):
    result: _Result | None = None


_decode = msgspec.json.Decoder(_Scored).decode


def explained(ctx: Context, infos: Sequence[AcquisitionInfo], *, version_ids: Iterable[int]) -> list[Explained]:
    """Acquisitions with every reason, for pages that open one; `version_ids`: the course versions that the person follows."""
    proofs = [proof for info in infos for one in info.criteria for proof in _proofs(one)]
    names = {key: one.name for key, one in members(ctx, {proof.by for proof in proofs if proof.by is not None}).items()}
    scores = _scores(ctx, {info.membership_id for info in infos}, {proof.statement_id for proof in proofs})
    courses = _courses(ctx, [*version_ids, *(one for info in infos for one in info.course_version_ids)])
    return [_explained(ctx, info, courses, names, scores) for info in infos]


def outlined(ctx: Context, infos: Sequence[AcquisitionInfo], *, version_ids: Iterable[int]) -> list[Explained]:
    """The same without names and points: for lists, at no query."""
    courses = _courses(ctx, version_ids)
    return [_explained(ctx, info, courses, {}, {}) for info in infos]


def _courses(ctx: Context, version_ids: Iterable[int]) -> dict[int, Structure]:
    return {one: structure(ctx, one) for one in dict.fromkeys(version_ids)}


def _proofs(one: CriterionStanding) -> list[Proof]:
    return [*one.proofs, *(proof for proof in (one.nearest, one.own_view) if proof is not None)]


def _scores(ctx: Context, membership_ids: set[int], statement_ids: set[str]) -> dict[str, _Score]:
    """Statement id → its points, as they were given."""
    if not statement_ids:
        return {}
    enrolment = enrolments(ctx).subquery()
    registrations = ctx.session.scalars(
        select(enrolment.c.uuid).where(enrolment.c.membership_id.in_(sorted(membership_ids)))
    ).all()
    statement = raw_statements(ctx, registrations).order_by(None).subquery()
    rows = ctx.session.execute(
        select(statement.c.statement_id, statement.c.raw).where(statement.c.statement_id.in_(sorted(statement_ids)))
    )
    read = {row.statement_id: _decode(row.raw).result for row in rows}
    return {key: result.score for key, result in read.items() if result is not None and result.score is not None}


def _explained(
    ctx: Context,
    info: AcquisitionInfo,
    courses: Mapping[int, Structure],
    names: Mapping[int, str],
    scores: Mapping[str, _Score],
) -> Explained:
    def shown(proof: Proof | None) -> ShownProof | None:
        if proof is None:
            return None
        points, maximum = _points(proof, scores.get(proof.statement_id))
        return ShownProof(
            way=_way(Feed(proof.activity, None), courses.values()),
            at=proof.at,
            points=points,
            maximum=maximum,
            by=names.get(proof.by or 0, ""),
            source=proof.source,
            statement_id=proof.statement_id,
        )

    return Explained(
        info=info,
        criteria=tuple(_criterion(one, courses, shown, ctx.now) for one in info.criteria),
        courses=tuple(
            f"{courses[one].title}, v{courses[one].number}" for one in info.course_version_ids if one in courses
        ),
    )


def _criterion(one: CriterionStanding, courses: Mapping[int, Structure], shown: Any, now: Any) -> ExplainedCriterion:
    ways = (_way(feed, courses.values()) for feed in one.feeds)
    return ExplainedCriterion(
        info=one.info,
        is_met=one.is_met(now),
        has_lapsed=one.met_at is not None and not one.is_met(now),
        met_at=one.met_at,
        until=one.until,
        proofs=_each_once(shown(proof) for proof in one.proofs),
        nearest=shown(one.nearest),
        own_view=shown(one.own_view),
        ways=tuple(way for way in ways if way is not None),
    )


def _each_once(proofs: Iterable[ShownProof]) -> tuple[ShownProof, ...]:
    """One act may make several statements (took part, and it is done): it is shown once."""
    return tuple({(one.way, one.at, one.by, one.points): one for one in proofs}.values())


def _way(feed: Feed, courses: Iterable[Structure]) -> Way | None:
    """The activity behind a key, which may be that of a part."""
    for whole in courses:
        activity_key, part = whole.parts.get(feed.activity, (feed.activity, ""))
        info = whole.activities.get(activity_key)
        if info is not None:
            minimum = None if feed.minimum is None else round(feed.minimum * _OUT_OF)
            return Way(whole.course_key, activity_key, info.title, part, minimum)
    return None


def _points(proof: Proof, score: _Score | None) -> tuple[str, str]:
    """("4", "5"): the points as given; failing that, out of ten; nothing where there is no score."""
    if score is not None and score.raw is not None and score.max:
        return f"{score.raw:g}", f"{score.max:g}"
    return ("", "") if proof.scaled is None else (f"{round(proof.scaled * _OUT_OF, 1):g}", str(_OUT_OF))
