"""A cell, opened: the work and the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.api import PersonInfo, person_by_key
from lms.analytics.ground import weeks_between
from lms.competences.api import (
    ACQUIRED,
    ACQUISITION_RULE,
    BlockInfo,
    CoverageInfo,
    Explained,
    acquisitions,
    coverages,
    explained,
)
from lms.courses.api import (
    ActivityInfo,
    CohortInfo,
    EnrolmentInfo,
    ProgressInfo,
    Structure,
    enrolments,
    enrolments_by_id,
    progress_of,
    structure,
)
from lms.kernel.context import Context
from lms.kernel.rights import NotFound


@dataclass(frozen=True, slots=True)
class Reasons:
    """One person, one block: what was done and what it makes."""

    person: PersonInfo
    enrolment: EnrolmentInfo
    course: Structure
    covered: CoverageInfo
    block: BlockInfo
    skills: tuple[Explained, ...]
    week: int
    """Weeks since the entry."""
    work: tuple[tuple[ActivityInfo, ProgressInfo | None], ...]
    """The activities that feed the block, with where the person stands in each."""

    @property
    def acquired(self) -> int:
        """How many competences are acquired."""
        return sum(one.info.state == ACQUIRED for one in self.skills)

    @property
    def rule(self) -> int:
        """The version of the rule under which these figures were computed."""
        return max((one.info.rule for one in self.skills if one.info.rule), default=ACQUISITION_RULE)


def reasons_for(ctx: Context, cohort: CohortInfo, *, person_key: str, block_code: str) -> Reasons:
    """Open a cell of a cohort that the actor may read; `NotFound` for someone or something that is not in it."""
    person = person_by_key(ctx, person_key)
    enrolment = _enrolment_in(ctx, cohort, person)
    covered = coverages(ctx, [enrolment.version_id]).get(enrolment.version_id)
    block = next((one for one in covered.blocks if one.code == block_code), None) if covered else None
    if covered is None or block is None:
        raise NotFound
    infos = acquisitions(ctx, [person.membership_id], version_id=enrolment.version_id)[person.membership_id]
    own = [info for info in infos if info.block.id == block.id]
    course = structure(ctx, enrolment.version_id)
    return Reasons(
        person=person,
        enrolment=enrolment,
        course=course,
        covered=covered,
        block=block,
        skills=tuple(explained(ctx, own, version_ids=[enrolment.version_id])),
        week=weeks_between(enrolment.entered_at, ctx.now),
        work=tuple(_work(course, covered, block, progress_of(ctx, enrolment.id))),
    )


def _enrolment_in(ctx: Context, cohort: CohortInfo, person: PersonInfo) -> EnrolmentInfo:
    """The present one, else the last."""
    enrolment = enrolments(ctx).subquery()
    found = ctx.session.scalar(
        select(enrolment.c.enrolment_id)
        .where(enrolment.c.cohort_id == cohort.id, enrolment.c.membership_id == person.membership_id)
        .order_by(enrolment.c.ended_at.is_not(None), enrolment.c.enrolment_id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return enrolments_by_id(ctx, [found])[found]


def _work(
    course: Structure, covered: CoverageInfo, block: BlockInfo, progress: dict[str, ProgressInfo]
) -> list[tuple[ActivityInfo, ProgressInfo | None]]:
    keys = {
        feed.activity
        for competence in block.competences
        for criterion in competence.criteria
        for feed in covered.feeds.get(criterion.id, ())
    }
    wanted = {course.parts.get(key, (key, ""))[0] for key in keys}
    return [(info, progress.get(key)) for key, info in course.activities.items() if key in wanted]
