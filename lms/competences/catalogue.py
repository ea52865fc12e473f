"""Versions of frameworks and what course versions cover of them: read once per process, for they never change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import bindparam, select

from lms.competences.data import BlockInfo, CompetenceInfo, CoverageInfo, CriterionInfo, Feed, FrameworkInfo
from lms.competences.models import Block, Competence, Coverage, Criterion, Framework, FrameworkVersion, Pin
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

# By their random keys, never by ids: a restored database may give an id again.
_frameworks: dict[str, FrameworkInfo] = {}
_coverages: dict[str, CoverageInfo] = {}
_MOST_KEPT = 500

_PINS = select(
    Pin.course_version_id,
    Pin.key,
    FrameworkVersion.key.label("framework_key"),
).join(FrameworkVersion, FrameworkVersion.id == Pin.framework_version_id)
_PINS_OF = _PINS.where(Pin.course_version_id.in_(bindparam("ids", expanding=True)))
_VERSION = (
    select(FrameworkVersion, Framework.code)
    .join(Framework, Framework.id == FrameworkVersion.framework_id)
    .where(FrameworkVersion.key == bindparam("key"))
)
_BLOCKS = (
    select(Block.id, Block.code, Block.title, Block.short)
    .where(Block.version_id == bindparam("version_id"))
    .order_by(Block.position)
)
_COMPETENCES = (
    select(
        Competence.block_id,
        Competence.id,
        Competence.code,
        Competence.title,
        Competence.plain,
        Competence.at_least,
        Competence.valid_months,
    )
    .where(Competence.version_id == bindparam("version_id"))
    .order_by(Competence.position)
)
_CRITERIA = (
    select(Criterion.competence_id, Criterion.id, Criterion.code, Criterion.title, Criterion.plain)
    .where(Criterion.version_id == bindparam("version_id"))
    .order_by(Criterion.position)
)
_FEEDS = (
    select(Coverage.criterion_id, Coverage.activity_key, Coverage.minimum)
    .where(Coverage.course_version_id == bindparam("course_version_id"))
    .order_by(Coverage.id)
)

_LATEST = (
    select(FrameworkVersion.key)
    .join(Framework, Framework.id == FrameworkVersion.framework_id)
    .where(Framework.code == bindparam("code"))
    .order_by(FrameworkVersion.id.desc())
    .limit(1)
)


def coverages(ctx: Context, course_version_ids: Iterable[int]) -> dict[int, CoverageInfo]:
    """Course version id → what it covers; versions without a framework are absent."""
    wanted = sorted(set(course_version_ids))
    if not wanted:
        return {}
    return {
        row.course_version_id: coverage_of(ctx, row) for row in ctx.session.execute(_PINS_OF, {"ids": wanted}).all()
    }


def coverage_of(ctx: Context, pin: Any) -> CoverageInfo:
    """What a row of `Pin`, with the `framework_key` that it names, stands for."""
    place = f"{ctx.here.key}:{pin.key}"
    if place not in _coverages:
        feeds: dict[int, tuple[Feed, ...]] = {}
        for row in ctx.session.execute(_FEEDS, {"course_version_id": pin.course_version_id}):
            feeds[row.criterion_id] = (*feeds.get(row.criterion_id, ()), Feed(row.activity_key, row.minimum))
        _make_room(_coverages)
        _coverages[place] = CoverageInfo(pin.course_version_id, framework(ctx, pin.framework_key), feeds)
    return _coverages[place]


def framework(ctx: Context, key: str) -> FrameworkInfo:
    """A version of a framework by the key of an address, or `NotFound`."""
    place = f"{ctx.here.key}:{key}"
    if place not in _frameworks:
        _make_room(_frameworks)
        _frameworks[place] = _read_framework(ctx, key)
    return _frameworks[place]


def latest_key(ctx: Context, code: str) -> str | None:
    """The key of the newest version of a framework."""
    return ctx.session.scalar(_LATEST, {"code": code})


def criteria_of(whole: FrameworkInfo) -> Iterator[CriterionInfo]:
    """Every criterion of a version."""
    return (criterion for block in whole.blocks for one in block.competences for criterion in one.criteria)


def _make_room(kept: dict[str, Any]) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()


def _read_framework(ctx: Context, key: str) -> FrameworkInfo:
    found = ctx.session.execute(_VERSION, {"key": key}).one_or_none()
    if found is None:
        raise NotFound
    version: FrameworkVersion = found[0]
    which = {"version_id": version.id}
    criteria = ctx.session.execute(_CRITERIA, which).all()
    competences = [
        (row.block_id, _competence(row, [one for one in criteria if one.competence_id == row.id]))
        for row in ctx.session.execute(_COMPETENCES, which)
    ]
    blocks = tuple(
        BlockInfo(row.id, row.code, row.title, row.short, tuple(one for owner, one in competences if owner == row.id))
        for row in ctx.session.execute(_BLOCKS, which)
    )
    return FrameworkInfo(
        version_id=version.id,
        key=version.key,
        code=found.code,
        title=version.title,
        version=version.version,
        language=version.language,
        licence=version.licence,
        source=version.source,
        unchecked_labels=version.unchecked_labels,
        published_at=version.published_at,
        blocks=blocks,
        competences={one.id: (block, one) for block in blocks for one in block.competences},
    )


def _competence(row: Any, criteria: Iterable[Any]) -> CompetenceInfo:
    return CompetenceInfo(
        id=row.id,
        code=row.code,
        title=row.title,
        plain=row.plain,
        at_least=row.at_least,
        valid_months=row.valid_months,
        criteria=tuple(CriterionInfo(one.id, one.code, one.title, one.plain) for one in criteria),
    )
