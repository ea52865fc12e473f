"""What people's courses ask of them: which activities feed which competences, in every version that they have followed.

A move of an enrolment takes nothing away: what was shown while an older version was followed still counts, under the minimum
of that version. A criterion is the same from one version of its framework to the next when its code and its title (what is
observed) are: what feeds one feeds the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from lms.accounts.api import people
from lms.competences.catalogue import coverage_of
from lms.competences.data import BlockInfo, CompetenceInfo, CoverageInfo, CriterionInfo, Feed, FrameworkInfo
from lms.competences.models import FrameworkVersion, Pin
from lms.courses.api import followed
from lms.kernel.context import Context

_statements: list[Select[Any]] = []
_Same = tuple[str, str, str]
_Followed = tuple[CoverageInfo, datetime | None]
"""What a version covers, and until when it was followed; None: it still is."""


@dataclass(frozen=True)
class Ground:
    """What some versions feed together."""

    competences: Mapping[int, tuple[BlockInfo, CompetenceInfo]]
    feeds: Mapping[int, tuple[Feed, ...]]
    """Criterion id → what feeds it."""
    versions: Mapping[int, frozenset[int]]
    """Competence id → the course versions that feed it."""
    fed_by: Mapping[str, frozenset[int]]
    """Activity key → the competences that it feeds."""

    def activities(self, competence_id: int) -> set[str]:
        """The keys of what feeds a competence."""
        _block, competence = self.competences[competence_id]
        return {feed.activity for criterion in competence.criteria for feed in self.feeds.get(criterion.id, ())}


@dataclass(frozen=True)
class Path:
    """Someone's own: since when, on which ground."""

    uuid: str
    since: datetime
    ground: Ground


def paths_of(ctx: Context, membership_ids: Iterable[int]) -> dict[int, Path]:
    """Membership id → path; who follows nothing that is covered is absent. One query."""
    wanted = sorted(set(membership_ids))
    if not wanted:
        return {}
    rows: dict[int, list[Any]] = {}
    for row in ctx.session.execute(_statement(ctx), {"members": wanted}):
        rows.setdefault(row.membership_id, []).append(row)
    made: dict[tuple[Any, ...], Ground] = {}
    found = {}
    for member, own in rows.items():
        place = tuple(sorted(((row.key, row.until) for row in own), key=str))  # most people follow the same
        if place not in made:
            made[place] = ground_of([(coverage_of(ctx, row), row.until) for row in own])
        found[member] = Path(own[0].uuid, min(row.entered_at for row in own), made[place])
    return found


def ground_of(some: Sequence[_Followed]) -> Ground:
    """What these versions feed together: two that feed one criterion both count."""
    frameworks = {covered.framework.version_id: covered.framework for covered, _until in some}
    same = {
        criterion.id: _identity(whole, criterion)
        for whole in frameworks.values()
        for _block, one in whole.competences.values()
        for criterion in one.criteria
    }
    feeding: dict[_Same, dict[Feed, None]] = {}
    versions: dict[_Same, set[int]] = {}
    for covered, until in some:
        for criterion_id, feeds in covered.feeds.items():
            feeding.setdefault(same[criterion_id], {}).update(
                {Feed(one.activity, one.minimum, until): None for one in feeds}
            )
            versions.setdefault(same[criterion_id], set()).add(covered.course_version_id)
    competences: dict[int, tuple[BlockInfo, CompetenceInfo]] = {}
    fed_by: dict[str, set[int]] = {}
    for whole in frameworks.values():
        for competence_id, found in whole.competences.items():
            fed = [feed for one in found[1].criteria for feed in feeding.get(same[one.id], ())]
            if fed:
                competences[competence_id] = found
            for feed in fed:
                fed_by.setdefault(feed.activity, set()).add(competence_id)
    return Ground(
        competences=competences,
        feeds={criterion_id: tuple(feeding[key]) for criterion_id, key in same.items() if key in feeding},
        versions={
            competence_id: frozenset().union(*(versions.get(same[one.id], ()) for one in found[1].criteria))
            for competence_id, found in competences.items()
        },
        fed_by={activity: frozenset(ids) for activity, ids in fed_by.items()},
    )


def _identity(whole: FrameworkInfo, criterion: CriterionInfo) -> _Same:
    return whole.code, criterion.code, criterion.title


def _statement(ctx: Context) -> Select[Any]:
    """The versions that `members` have followed, with what pins them. Made once: this is every act."""
    if not _statements:
        version, person = followed(ctx).subquery(), people(ctx).subquery()
        _statements.append(
            select(
                person.c.uuid,
                version.c.membership_id,
                version.c.entered_at,
                version.c.until,
                Pin.course_version_id,
                Pin.key,
                FrameworkVersion.key.label("framework_key"),
            )
            .join_from(version, person, person.c.membership_id == version.c.membership_id)
            .join(Pin, Pin.course_version_id == version.c.version_id)
            .join(FrameworkVersion, FrameworkVersion.id == Pin.framework_version_id)
            .where(version.c.membership_id.in_(bindparam("members", expanding=True)))
            .order_by(version.c.membership_id, Pin.id)
        )
    return _statements[0]
