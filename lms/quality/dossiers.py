"""What a bundle says of one person: read at one moment, from the figures and the statements under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.api import PersonInfo, members, organisation_details, organisation_logo, people
from lms.competences.api import AcquisitionInfo, acquisitions
from lms.contract.types import LedgerEntry
from lms.courses.api import (
    PROGRESS_RULE,
    ActivityInfo,
    EnrolmentInfo,
    ProgressInfo,
    Structure,
    activity_iri,
    cohorts_by_id,
    enrolments,
    enrolments_by_id,
    is_expected,
    progress_of,
    stops_of,
    structure,
)
from lms.kernel.context import Context
from lms.kernel.preferences import preference
from lms.kernel.rights import NotFound
from lms.quality.data import Acquired, CourseSheet, CriterionMet, Dossier, Enrolled, Line
from lms.quality.folds import follow_up
from lms.quality.phrases import slug
from lms.xapi.api import entries_by_registration, raw_statements

QUIET_DAYS = "quality.quiet_days"
_KEPT = "quality.dossier"


def enrolled(ctx: Context, cohort_id: int) -> list[Enrolled]:
    """The people of a cohort in the order of their names, with the folder that each has in a bundle."""
    whole, named = enrolments(ctx).subquery(), people(ctx).subquery()
    rows = ctx.session.execute(
        select(whole.c.enrolment_id, named.c.sort_name)
        .join(named, named.c.membership_id == whole.c.membership_id)
        .where(whole.c.cohort_id == cohort_id)
        .order_by(named.c.sort_name, whole.c.enrolment_id)
    ).all()
    width = max(2, len(str(len(rows))))
    return [
        Enrolled(number, row.enrolment_id, f"{number:0{width}d}-{slug(row.sort_name)}")
        for number, row in enumerate(rows, 1)
    ]


def versions_followed(ctx: Context, cohort_id: int) -> list[int]:
    """The versions of the course that someone of a cohort follows, in order."""
    whole = enrolments(ctx).subquery()
    query = select(whole.c.version_id).where(whole.c.cohort_id == cohort_id).distinct().order_by(whole.c.version_id)
    return list(ctx.session.scalars(query))


def dossier(ctx: Context, enrolment_id: int) -> Dossier:
    """Everything that documents say of an enrolment. Kept for the life of the session: several documents ask for it."""
    kept: Dossier | None = ctx.session.info.get(_KEPT, {}).get(enrolment_id)
    if kept is None:
        kept = _dossier(ctx, enrolment_id)
        ctx.session.info[_KEPT] = {enrolment_id: kept}
    return kept


def _dossier(ctx: Context, enrolment_id: int) -> Dossier:
    enrolment = enrolments_by_id(ctx, [enrolment_id]).get(enrolment_id)
    if enrolment is None:
        raise NotFound
    version = structure(ctx, enrolment.version_id)
    group = cohorts_by_id(ctx, [enrolment.cohort_id])[enrolment.cohort_id]
    standing = _standing(ctx, enrolment)
    said = _said(ctx, enrolment, version)
    names = _names(ctx, enrolment, said, standing)
    lines = _lines(version, enrolment, progress_of(ctx, enrolment_id), said, names)
    total, voided = _statement_counts(ctx, enrolment.uuid)
    zone = ctx.here.timezone
    return Dossier(
        organisation=organisation_details(ctx),
        zone=zone,
        at=ctx.now,
        name=names[enrolment.membership_id].name,
        pseudonym=names[enrolment.membership_id].uuid,
        registration=enrolment.uuid,
        cohort_code=group.code,
        cohort_name=group.name,
        course=course_sheet(version),
        entered_at=enrolment.entered_at,
        ended_at=enrolment.ended_at,
        end_reason=enrolment.end_reason,
        lines=lines,
        acquired=tuple(_acquired(one, ctx.now, version, names) for one in standing),
        follow_up=follow_up(
            [line for line in lines if line.is_remote],
            ended_at=enrolment.ended_at,
            now=ctx.now,
            quiet_days=int(preference(ctx, QUIET_DAYS)),
            zone=zone,
            stops=stops_of(enrolment, now=ctx.now, zone=zone),
            is_paused=enrolment.paused_at is not None,
        ),
        progress_rule=PROGRESS_RULE,
        statements=total,
        voided=voided,
        logo=organisation_logo(ctx),
    )


def _standing(ctx: Context, enrolment: EnrolmentInfo) -> list[AcquisitionInfo]:
    found = acquisitions(ctx, membership_ids=[enrolment.membership_id], version_id=enrolment.version_id)
    return found.get(enrolment.membership_id, [])


def course_sheet(version: Structure) -> CourseSheet:
    """What documents say of a version of a course."""
    return CourseSheet(
        title=version.title,
        version=version.number,
        objectives=tuple(version.head.get("objectives", ())),
        modules=tuple((module.title, module.objectives) for module in version.modules),
        framework=version.framework,
    )


Said = Mapping[str, Sequence[LedgerEntry]]
"""Activity key → its valid statements."""


def _said(ctx: Context, enrolment: EnrolmentInfo, version: Structure) -> Said:
    keys = {activity_iri(ctx, key): key for key in version.activities}
    found = entries_by_registration(ctx, [(enrolment.uuid, iri) for iri in keys])
    return {keys[iri]: entries for (_registration, iri), entries in found.items()}


def _names(
    ctx: Context, enrolment: EnrolmentInfo, said: Said, standing: Iterable[AcquisitionInfo]
) -> Mapping[int, PersonInfo]:
    staff = {entry.instructor_id for entries in said.values() for entry in entries}
    staff |= {proof.by for one in standing for criterion in one.criteria for proof in criterion.proofs}
    return members(ctx, {enrolment.membership_id, *(one for one in staff if one is not None)})


def _lines(
    version: Structure,
    enrolment: EnrolmentInfo,
    figures: Mapping[str, ProgressInfo],
    said: Said,
    names: Mapping[int, PersonInfo],
) -> tuple[Line, ...]:
    """What was skipped or added for this person is optional or expected for them."""
    return tuple(
        _line(
            replace(info, optional=not is_expected(info, enrolment.adjusted)),
            module.title,
            figures.get(info.key),
            said.get(info.key, ()),
            names,
        )
        for module in version.modules
        for info in module.activities
    )


def _line(
    info: ActivityInfo,
    module: str,
    figure: ProgressInfo | None,
    entries: Sequence[LedgerEntry],
    names: Mapping[int, PersonInfo],
) -> Line:
    line = Line(
        key=info.key,
        title=info.title,
        module=module,
        type=info.type,
        modality=info.modality,
        is_optional=info.optional,
        minutes=info.minutes,
        objectives=info.objectives,
        statements=tuple(entry.statement_id for entry in entries),
        validated_by=_signers((entry.instructor_id for entry in entries), names),
    )
    if figure is None:
        return line
    return replace(
        line,
        status=figure.status,
        first_at=figure.first_at,
        last_at=figure.last_at,
        done_at=figure.done_at,
        seconds=figure.seconds,
        attempts=figure.attempts,
        best=figure.best,
    )


def _acquired(one: AcquisitionInfo, at: datetime, version: Structure, names: Mapping[int, PersonInfo]) -> Acquired:
    return Acquired(
        code=one.competence.code,
        title=one.competence.title,
        block=one.block.title,
        state=one.state,
        reached_at=one.reached_at,
        needed=one.competence.needed,
        criteria=tuple(
            CriterionMet(
                code=criterion.info.code,
                title=criterion.info.title,
                is_met=criterion.is_met(at),
                met_at=criterion.met_at,
                statements=tuple(proof.statement_id for proof in criterion.proofs),
                validated_by=_signers((proof.by for proof in criterion.proofs), names),
                activities=tuple(
                    sorted({version.parts.get(feed.activity, (feed.activity,))[0] for feed in criterion.feeds})
                ),
            )
            for criterion in one.criteria
        ),
        rule=one.rule,
        plain=one.competence.plain,
    )


def _signers(ids: Iterable[int | None], names: Mapping[int, PersonInfo]) -> tuple[str, ...]:
    return tuple(sorted({names[one].name for one in ids if one is not None and one in names}))


def _statement_counts(ctx: Context, registration: str) -> tuple[int, int]:
    rows = raw_statements(ctx, [registration]).order_by(None).subquery()
    found = ctx.session.execute(select(func.count(rows.c.statement_id), func.count(rows.c.voided_by))).one()
    return found[0], found[1]
