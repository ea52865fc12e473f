"""Writes on frameworks, on what courses cover of them, and on what has to be computed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from lms.accounts.api import lock_memberships
from lms.competences.acquisition import FIGURE, fed_by_statements, stored_keys
from lms.competences.catalogue import framework, latest_key
from lms.competences.data import FrameworkInfo
from lms.competences.documents import Document, document_at
from lms.competences.events import FrameworkPublished
from lms.competences.models import (
    Acquisition,
    Block,
    Competence,
    Coverage,
    Criterion,
    Framework,
    FrameworkVersion,
    Pin,
)
from lms.competences.permissions import PUBLISH_FRAMEWORK
from lms.contract.types import ContentRefused
from lms.courses.api import PublishedCourse, enrolments_by_id
from lms.kernel.context import Context
from lms.xapi.api import mark_stale

_CHUNK = 100


def load_framework(ctx: Context, path: Path) -> list[str]:
    """Publish the framework of a file; the same content again changes nothing."""
    found = document_at(path)
    if found.problems:
        raise ContentRefused([f"{path.name} : {problem}" for problem in found.problems])
    version = found.content["version"]
    title = f"{found.content['title']}, version {version}"
    if publish_framework(ctx, found, name=path.name) is None:
        return [f"{path.name} : rien n'a changé ({title})"]
    return [f"{path.name} : référentiel publié ({title})"]


def publish_framework(ctx: Context, found: Document, *, name: str = "") -> FrameworkVersion | None:
    """Publish a version, for ever; None when this version is there already. The command line acts without an actor."""
    if ctx.actor is not None:
        ctx.require(PUBLISH_FRAMEWORK)
    content = found.content
    owner = ctx.session.scalar(select(Framework).where(Framework.code == content["code"]))
    if owner is None:
        owner = Framework(organisation_id=ctx.here.id, code=content["code"])
        ctx.session.add(owner)
        ctx.session.flush()
    same = FrameworkVersion.framework_id == owner.id, FrameworkVersion.version == content["version"]
    known = ctx.session.scalar(select(FrameworkVersion).where(*same))
    if known is not None:
        if known.digest == found.digest:
            return None
        sentence = f"la version {known.version} est publiée et ne change plus : changez la version"
        raise ContentRefused([f"{name or content['code']} : {sentence}"])
    row = FrameworkVersion(
        organisation_id=ctx.here.id,
        framework_id=owner.id,
        **{one: content.get(one, "") for one in ("version", "title", "language", "licence", "source")},
        unchecked_labels=content.get("unchecked_labels", False),
        digest=found.digest,
        published_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    _write_blocks(ctx, row.id, content["blocks"])
    ctx.tell(FrameworkPublished(framework_id=owner.id, version_id=row.id))
    return row


def pin_course(ctx: Context, course: PublishedCourse) -> None:
    """Pin the present version of the course's framework to the course's version, and write down what covers what."""
    key = latest_key(ctx, course.framework) if course.framework else None
    if key is None:
        return
    whole = framework(ctx, key)
    here = ctx.here.id
    ctx.session.add(
        Pin(
            organisation_id=here,
            course_version_id=course.version_id,
            framework_version_id=whole.version_id,
            pinned_at=ctx.now,
        )
    )
    criteria = criteria_by_code(whole)
    ctx.session.add_all(
        Coverage(
            organisation_id=here,
            course_version_id=course.version_id,
            criterion_id=criteria[line["criterion"]],
            activity_key=line["activity"],
            minimum=line.get("minimum"),
        )
        for line in course.coverage
        if line["criterion"] in criteria
    )
    ctx.session.flush()


def criteria_by_code(whole: FrameworkInfo) -> dict[str, int]:
    """Criterion code → id."""
    return {
        criterion.code: criterion.id
        for block in whole.blocks
        for one in block.competences
        for criterion in one.criteria
    }


def mark_moved(ctx: Context, enrolment_ids: Sequence[int]) -> None:
    """Leave to the worker what these enrolments' people have already shown, under the versions that they follow now."""
    people = sorted({one.membership_id for one in enrolments_by_id(ctx, enrolment_ids).values()})
    for start in range(0, len(people), _CHUNK):
        some = people[start : start + _CHUNK]
        lock_memberships(ctx, some)
        mark_stale(ctx, FIGURE, fed_by_statements(ctx, some) | stored_keys(ctx, some))


def erase_acquisitions(ctx: Context, membership_id: int) -> None:
    """Forget what someone had acquired; the caller has checked the right."""
    ctx.session.execute(
        delete(Acquisition).where(Acquisition.membership_id == membership_id),
        execution_options={"synchronize_session": False},
    )


def _write_blocks(ctx: Context, version_id: int, blocks: Iterable[Any]) -> None:
    shared = {"organisation_id": ctx.here.id, "version_id": version_id}
    for position, block in enumerate(blocks):
        row = Block(**shared, position=position, **{one: block[one] for one in ("code", "title", "short")})
        ctx.session.add(row)
        ctx.session.flush()
        for rank, competence in enumerate(block["competences"]):
            _write_competence(ctx, {**shared, "block_id": row.id, "position": rank}, competence)


def _write_competence(ctx: Context, place: dict[str, Any], competence: dict[str, Any]) -> None:
    rule = competence["rule"]
    row = Competence(
        **place,
        **{one: competence[one] for one in ("code", "title", "plain")},
        at_least=None if rule == "all" else rule["at_least"],
        valid_months=competence.get("valid_months"),
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.session.add_all(
        Criterion(
            organisation_id=place["organisation_id"],
            version_id=place["version_id"],
            competence_id=row.id,
            position=position,
            **{one: criterion[one] for one in ("code", "title", "plain")},
        )
        for position, criterion in enumerate(competence["criteria"])
    )
    ctx.session.flush()
