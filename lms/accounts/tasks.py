"""Background work of accounts: letters and text messages leave from the worker, never from a request."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sqlalchemy import select

from lms.accounts.events import LinkRequested, PersonInvited
from lms.accounts.letters import Letter, Reader, invitation_letter, link_letter, link_message
from lms.accounts.models import Invitation, Membership, Organisation, Person, SignInLink
from lms.accounts.signing import INVITATION, LINK, Signer
from lms.contract.types import JobKind
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.i18n import mark
from lms.kernel.jobs import RunningJob, start_job
from lms.kernel.mail import send_mail
from lms.kernel.platform import Platform
from lms.settings import Settings

log = logging.getLogger(__name__)
LETTER = "accounts.letter"
ON_THIS_MACHINE = "http://127.0.0.1:8000"
"""Where links lead when the operator has set no `LMS_BASE_URL`."""
SMS_SECONDS = 15
_LETTERS: Mapping[str, tuple[type[Invitation | SignInLink], str]] = {
    PersonInvited.type: (Invitation, "invitation_id"),
    LinkRequested.type: (SignInLink, "link_id"),
}


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A letter that is ready to leave."""

    to: str
    letter: Letter | None
    message: str


def post_letter(ctx: Context, event: EventRow) -> None:
    """Start the job that sends what an event calls for; a second delivery of the event finds it sent."""
    if event.type not in _LETTERS:
        return
    model, name = _LETTERS[event.type]
    row = ctx.session.get(model, event.data[name])
    if row is None or row.sent_at is not None or row.expires_at <= ctx.now:
        return
    row.sent_at = ctx.now
    start_job(ctx, LETTER, {"table": model.__tablename__, "id": row.id})


def send_letter(platform: Platform, job: RunningJob) -> None:
    """Send one letter; the network is spoken to outside of any transaction."""
    with platform.reading(job.organisation_id) as ctx:
        sealed = _sealed(ctx, platform.settings, job.arguments)
    if sealed is None:
        return
    if sealed.letter is not None:
        send_mail(platform.settings, to=sealed.to, subject=sealed.letter.subject, text=sealed.letter.text)
    else:
        send_text_message(platform.settings, to=sealed.to, text=sealed.message)


def _sealed(ctx: Context, settings: Settings, arguments: Mapping[str, Any]) -> _Sealed | None:
    model = Invitation if arguments["table"] == Invitation.__tablename__ else SignInLink
    row = ctx.session.get(model, arguments["id"])
    if row is None or row.expires_at <= ctx.now:
        return None
    reader = _reader(ctx, row.membership_id)
    signer, base = Signer(settings.required_secret_key()), settings.base_url.rstrip("/") or ON_THIS_MACHINE
    if isinstance(row, Invitation):
        address = f"{base}/invitation/{signer.token(INVITATION, row.key)}"
        return _Sealed(row.sent_to, invitation_letter(reader, address), "")
    address = f"{base}/connexion/lien/{signer.token(LINK, row.key)}"
    if "@" in row.sent_to:
        return _Sealed(row.sent_to, link_letter(reader, address), "")
    return _Sealed(row.sent_to, None, link_message(reader, address))


def _reader(ctx: Context, membership_id: int) -> Reader:
    query = (
        select(Membership.given_name, Organisation.name, Person.language)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id == membership_id)
    )
    row = ctx.session.execute(query).one()
    return Reader(row.given_name, row.name, row.language)


def send_text_message(settings: Settings, *, to: str, text: str) -> None:
    """Hand a text message to the address that the operator set; raises what the network raises, and is tried again."""
    if urlsplit(settings.sms_url).scheme not in ("http", "https"):
        log.warning("no address to send text messages to")
        return
    body = json.dumps({"to": to, "text": text}).encode()
    request = Request(settings.sms_url, body, {"Content-Type": "application/json"})  # noqa: S310 - the operator's address, checked above
    with urlopen(request, timeout=SMS_SECONDS) as answer:  # noqa: S310 - the same
        answer.read(1000)


JOB_KINDS = (JobKind(LETTER, mark("Envoyer un message"), send_letter),)
