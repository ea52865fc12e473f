"""Background work: the day's seal, its letter, and verifications asked for in the browser."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts.api import addressee, holders, organisations
from lms.contract.types import JobKind, Role, Schedule
from lms.kernel.clock import local_day
from lms.kernel.context import OrganisationInfo
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.mail import send_mail
from lms.kernel.platform import Platform
from lms.seal.data import Finding
from lms.seal.letters import root_letter
from lms.seal.models import CheckRow, LinkRow
from lms.seal.operations import VERIFY_JOB, take_root_to_mail
from lms.seal.queries import state
from lms.seal.sealing import seal_now
from lms.seal.verifying import verify

log = logging.getLogger(__name__)
LETTER = "seal.letter"
ON_THIS_MACHINE = "http://127.0.0.1:8000"
"""Where the page stands when the operator has set no `LMS_BASE_URL`."""
MORNING = 8
"""Local hour from which the letter leaves."""
MOST_FINDINGS = 200


def come_by(platform: Platform) -> None:
    """Each hour, in each organisation: seal once a local day what is new, then write to those who lead."""
    with platform.database.read_session() as session:
        everywhere = organisations(session)
    for here in everywhere:
        try:
            _seal_of_the_day(platform, here)
        except Exception:
            log.exception("the ledger of organisation %s was not sealed; it is tried again in an hour", here.id)


def _seal_of_the_day(platform: Platform, here: OrganisationInfo) -> None:
    with platform.reading(here.id) as ctx:
        found, now = state(ctx), ctx.now
    latest = found.latest
    today = local_day(now, here.timezone)
    if found.unsealed and (latest is None or local_day(latest.sealed_at, here.timezone) < today):
        seal_now(platform, here.id)
    is_early = now.astimezone(ZoneInfo(here.timezone)).hour < MORNING
    if is_early or (found.mailed_at is not None and local_day(found.mailed_at, here.timezone) >= today):
        return
    with platform.writing(here.id) as ctx:
        number = take_root_to_mail(ctx)
        if number is not None:
            for membership_id in sorted({one.membership_id for one in holders(ctx, [Role.MANAGER])}):
                start_job(ctx, LETTER, {"number": number, "to": membership_id})


def send_letter(platform: Platform, job: RunningJob) -> None:
    """Send a root to one person; the network is spoken to outside of any transaction."""
    with platform.reading(job.organisation_id) as ctx:
        row = ctx.session.scalar(select(LinkRow).where(LinkRow.number == job.arguments["number"]))
        to = addressee(ctx, job.arguments["to"])
        if row is None or not to.email or not to.is_here:
            return
        base = platform.settings.base_url.rstrip("/") or ON_THIS_MACHINE
        letter = root_letter(
            to,
            organisation=ctx.here.name,
            sealed_at=row.sealed_at,
            zone=ctx.here.timezone,
            root=row.root.hex(),
            number=row.number,
            address=f"{base}/sceau/{ctx.here.key}",
        )
    send_mail(platform.settings, to=to.email, subject=letter.subject, text=letter.text)


def run_verification(platform: Platform, job: RunningJob) -> None:
    """Verify, with progress, and keep what was found for the page."""
    found: list[Finding] = []

    def note(one: Finding) -> None:
        if len(found) < MOST_FINDINGS or (one.is_alarm and len(found) < 2 * MOST_FINDINGS):
            found.append(one)

    verdict = verify(
        platform,
        job.organisation_id,
        report=note,
        progress=lambda done, total: job.save(done=done, total=total),
        root=str(job.arguments.get("root", "")),
    )
    with platform.writing(job.organisation_id) as ctx:
        if ctx.session.scalar(select(CheckRow.id).where(CheckRow.job_id == job.id)) is None:
            told = sorted(found, key=lambda one: not one.is_alarm)
            ctx.session.add(
                CheckRow(
                    organisation_id=ctx.here.id,
                    job_id=job.id,
                    checked_at=ctx.now,
                    links=verdict.links,
                    sealed=verdict.sealed,
                    unsealed=verdict.unsealed,
                    root=verdict.root,
                    counts=dict(verdict.counts),
                    findings=[[one.kind, one.statement_id, one.number, one.detail] for one in told],
                )
            )
        job.finish(ctx, page=job.arguments["page"])


JOB_KINDS = (
    JobKind(LETTER, mark("Envoyer l’empreinte du registre"), send_letter),
    JobKind(VERIFY_JOB, mark("Vérification du registre"), run_verification),
)
SCHEDULES = (Schedule("seal.day", 60, come_by),)
