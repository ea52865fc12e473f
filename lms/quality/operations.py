"""Writing bundles of evidence, and keeping the hash that vouches for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import select, update

from lms.accounts.api import organisation_details
from lms.courses.api import PROGRESS_RULE, CohortInfo, cohorts_by_id, structure
from lms.kernel.context import Context
from lms.kernel.jobs import RUNNING, WAITING, JobRow, start_job
from lms.kernel.media import forget_files
from lms.kernel.platform import Platform
from lms.kernel.preferences import preference
from lms.kernel.rights import NotFound
from lms.quality.archive import Archive, chunks_of, encoded
from lms.quality.data import CohortPlace, Dossier, Enrolled, Exported, Totals
from lms.quality.dossiers import QUIET_DAYS, dossier, enrolled, versions_followed
from lms.quality.events import EvidenceExported
from lms.quality.models import Bundle
from lms.quality.papers import Cover, index_page, manifest, read_me, sums
from lms.quality.permissions import EXPORT
from lms.quality.queries import bundles_holding
from lms.quality.sealed import CHAIN, proofs_path, sealed_chain, sealed_lines
from lms.quality.tally import Tally
from lms.quality.verification import MANIFEST
from lms.seal.api import seal_now
from lms.xapi.api import raw_statements

EXPORT_JOB = "quality.export"
STATEMENTS_AT_A_TIME = 500
Report = Callable[[int, int], None]
"""Hears how many people are done, of how many; may raise to stop."""


def start_export(ctx: Context, *, cohort: CohortInfo, page: str) -> JobRow:
    """Have a cohort's bundle prepared; `page` is where its result will be seen. Asked twice, it is prepared once."""
    ctx.require(EXPORT, on=CohortPlace(cohort.id, cohort.course_id))
    under_way = select(JobRow).where(
        JobRow.kind == EXPORT_JOB,
        JobRow.owner_id == (ctx.actor.membership_id if ctx.actor else None),
        JobRow.state.in_((WAITING, RUNNING)),
        JobRow.cancel_asked.is_(False),
    )
    same = (row for row in ctx.session.scalars(under_way) if row.arguments["cohort_id"] == cohort.id)
    return next(same, None) or start_job(ctx, EXPORT_JOB, {"cohort_id": cohort.id, "page": page})


def write_bundle(
    platform: Platform, *, organisation_id: int, cohort_id: int, target: IO[bytes], report: Report
) -> Exported:
    """Write a cohort's bundle to a file, person by person: what is in memory does not grow with the people.

    Each person is read in one short transaction of one snapshot, so the figures and the statements under them agree.
    """
    folder = platform.settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    seal_now(platform, organisation_id)
    with snapshot(platform, organisation_id) as ctx:
        cover, people = _cover(ctx, cohort_id), enrolled(ctx, cohort_id)
    with (
        TemporaryFile(dir=folder) as listing,
        Tally(folder) as tally,
        Archive(target, at=cover.begun_at, zone=cover.zone, listing=listing) as archive,
    ):
        totals = Totals(people=len(people))
        for one in people:
            report(one.number - 1, len(people))
            with snapshot(platform, organisation_id) as ctx:
                totals = _add_person(ctx, archive, tally, totals, one)
        report(len(people), len(people))
        with snapshot(platform, organisation_id) as ctx:
            archive.add(CHAIN, encoded(sealed_chain(ctx)))
        return _finish(archive, tally, cover, totals)


@contextmanager
def snapshot(platform: Platform, organisation_id: int) -> Iterator[Context]:
    """A context whose every read sees the same moment."""
    with platform.database.snapshot_session(organisation_id) as session:
        yield platform.context_in(session, organisation_id)


def record_bundle(
    ctx: Context, *, cohort: CohortInfo, exported: Exported, file_id: int | None = None, job_id: int | None = None
) -> Bundle:
    """Keep the hash of a bundle's manifest, and say that it was made. The caller has asked for the right."""
    totals = exported.totals
    bundle = Bundle(
        organisation_id=ctx.here.id,
        cohort_id=cohort.id,
        course_id=cohort.course_id,
        created_at=ctx.now,
        created_by_id=ctx.actor.membership_id if ctx.actor else None,
        manifest_sha256=exported.manifest_sha256,
        people=totals.people,
        statements=totals.statements,
        voided=totals.voided,
        files=totals.files,
        size=exported.length,
        file_id=file_id,
        job_id=job_id,
    )
    ctx.session.add(bundle)
    ctx.session.flush()
    ctx.tell(EvidenceExported(bundle_id=bundle.id, cohort_id=cohort.id))
    return bundle


def is_recorded(ctx: Context, *, job_id: int) -> bool:
    """Whether a job has recorded its bundle already, before it was interrupted."""
    return ctx.session.scalar(select(Bundle.id).where(Bundle.job_id == job_id)) is not None


def forget_maker(ctx: Context, *, membership_id: int) -> None:
    """Take someone's name off the bundles that they made; the bundles stay."""
    for bundle in ctx.session.scalars(select(Bundle).where(Bundle.created_by_id == membership_id)):
        bundle.created_by_id = None


def forget_bundle_files(ctx: Context, *, membership_id: int) -> None:
    """Let go of the files of bundles that hold someone's results: what was handed out still verifies by its hash."""
    ids = [bundle.file_id for bundle in bundles_holding(ctx, membership_id) if bundle.file_id is not None]
    if not ids:
        return
    for model in (Bundle, JobRow):
        ctx.session.execute(update(model).where(model.file_id.in_(ids)).values(file_id=None))
    forget_files(ctx, ids)


def _cover(ctx: Context, cohort_id: int) -> Cover:
    cohort = cohorts_by_id(ctx, [cohort_id]).get(cohort_id)
    if cohort is None:
        raise NotFound
    followed = [structure(ctx, version_id) for version_id in versions_followed(ctx, cohort_id)]
    return Cover(
        organisation={**organisation_details(ctx), "key": ctx.here.key},
        zone=ctx.here.timezone,
        cohort={"code": cohort.code, "name": cohort.name, "key": cohort.key},
        begun_at=ctx.now,
        courses=tuple((one.title, one.number) for one in followed),
        progress_rule=PROGRESS_RULE,
        quiet_days=int(preference(ctx, QUIET_DAYS)),
        answers=ctx.registry.evidence_providers,
    )


def _add_person(ctx: Context, archive: Archive, tally: Tally, totals: Totals, one: Enrolled) -> Totals:
    found = dossier(ctx, one.enrolment_id)
    paths = []
    # The papers that one opens first come first; what other features add follows, in their order.
    for provider in sorted(ctx.registry.evidence_providers, key=lambda one: not one.name.startswith("quality.")):
        paths += [
            archive.add(f"personnes/{one.folder}/{file.path}", file.chunks).path
            for file in provider.files(ctx, [one.enrolment_id])
        ]
    traces = f"traces/{one.folder.split('-')[0]}.jsonl"
    paths.append(archive.add(traces, encoded(_statements(ctx, one, found, tally))).path)
    archive.add(proofs_path(traces), encoded(sealed_lines(ctx, found.registration)))
    tally.add(one, found, paths)
    return replace(totals, statements=totals.statements + found.statements, voided=totals.voided + found.voided)


def _statements(ctx: Context, one: Enrolled, found: Dossier, tally: Tally) -> Iterator[str]:
    """The statements as they are in the ledger, one a line."""
    query = raw_statements(ctx, [found.registration]).execution_options(yield_per=STATEMENTS_AT_A_TIME)
    for row in ctx.session.execute(query):
        if row.voided_by is not None:
            tally.add_voided(one, row.statement_id, row.voided_by)
        # Outside of its texts, where JSON has no line ends, a line end is a blank.
        yield row.raw.replace("\r", " ").replace("\n", " ") + "\n"


def _finish(archive: Archive, tally: Tally, cover: Cover, totals: Totals) -> Exported:
    tables: Mapping[str, str] = {
        "personnes.csv": "people",
        "resultats-par-objectif.csv": "objectives",
        "traces/annulees.csv": "voided",
    }
    for path, name in tables.items():
        archive.add(path, chunks_of(tally.table(name)))
    totals = replace(totals, files=archive.files + 3, size=archive.size)
    archive.add("index.html", encoded(index_page(cover, tally, totals)))
    archive.add("LISEZMOI.txt", [read_me(cover).encode()])
    archive.add("SHA256SUMS", encoded(sums(archive.listed())))
    written = archive.add(MANIFEST, encoded(manifest(cover, totals, archive.listed())))
    return Exported(written.sha256, totals, archive.close())
