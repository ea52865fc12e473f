"""Background work: contacts are made at their hour, and letters leave from the worker."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from lms.accounts.api import Signer, addressee, organisations
from lms.contract.types import JobKind, Schedule
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.mail import send_mail
from lms.kernel.platform import Platform
from lms.outcomes.letters import LINK, Letter, news_letter
from lms.outcomes.models import Contact
from lms.outcomes.operations import make_contacts
from lms.outcomes.queries import due_ends, is_open

LETTER = "outcomes.letter"
FIRST_HOUR, LAST_HOUR = 9, 19
"""Nobody's telephone rings at night."""
ON_THIS_MACHINE = "http://127.0.0.1:8000"


def ask_for_news(platform: Platform) -> None:
    """Make the contacts that are due, in each organisation, by day; a letter leaves for who has an e-mail."""
    with platform.database.read_session() as session:
        everywhere = organisations(session)
    for one in everywhere:
        with platform.reading(one.id) as ctx:
            is_due = _is_daytime(ctx) and bool(due_ends(ctx))
        if is_due:
            with platform.writing(one.id) as ctx:
                for row in make_contacts(ctx):
                    if row.sent_to:
                        start_job(ctx, LETTER, {"contact": row.id})


def _is_daytime(ctx: Context) -> bool:
    return FIRST_HOUR <= ctx.now.astimezone(ZoneInfo(ctx.here.timezone)).hour < LAST_HOUR


def send_letter(platform: Platform, job: RunningJob) -> None:
    """Send one letter; the network is spoken to outside of any transaction."""
    with platform.reading(job.organisation_id) as ctx:
        row = ctx.session.get(Contact, job.arguments["contact"])
        if row is None or not row.sent_to or not is_open(row, ctx.now):
            return
        to, letter = row.sent_to, _letter(ctx, platform, row)
    send_mail(platform.settings, to=to, subject=letter.subject, text=letter.text)


def _letter(ctx: Context, platform: Platform, row: Contact) -> Letter:
    reader = addressee(ctx, row.membership_id)
    base = platform.settings.base_url.rstrip("/") or ON_THIS_MACHINE
    token = Signer(platform.settings.required_secret_key()).token(LINK, row.key)
    return news_letter(
        given_name=reader.given_name,
        organisation=ctx.here.name,
        language=reader.language,
        address=f"{base}/nouvelles/{token}",
    )


JOB_KINDS = (JobKind(LETTER, mark("Prendre des nouvelles par e-mail"), send_letter),)
SCHEDULES = (Schedule("outcomes.contacts", 60, ask_for_news),)
