"""Background work of accounts: letters and text messages leave from the worker; a person's data are packed, or erased."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sqlalchemy import select

from lms.accounts.contacts import EMAIL
from lms.accounts.devices import drop_old_devices
from lms.accounts.downloads import DOWNLOAD_JOB, forget_downloads
from lms.accounts.erasing import (
    ERASE_JOB,
    GONE,
    due_erasure,
    end_erasure,
    end_keeping,
    is_being_erased,
    is_due,
    start_erasure,
    take_erasure,
)
from lms.accounts.events import ContactAsked, ContactChanged, LinkRequested, NameChanged, PersonInvited
from lms.accounts.keeping import KEPT
from lms.accounts.letters import (
    Letter,
    Reader,
    changed_letter,
    changed_message,
    code_letter,
    code_message,
    invitation_letter,
    link_letter,
    link_message,
    renamed_letter,
)
from lms.accounts.models import ContactChange, Erasure, Invitation, Membership, Organisation, Person, SignInLink
from lms.accounts.onlookers import companions_of
from lms.accounts.own_contacts import drop_old_changes
from lms.accounts.packing import write_download
from lms.accounts.signing import INVITATION, LINK, Signer
from lms.contract.types import JobKind, Schedule
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.events import EventRow
from lms.kernel.files import keep_file
from lms.kernel.i18n import mark, speaking
from lms.kernel.jobs import RESULT_LIVES, JobRow, RunningJob, start_job
from lms.kernel.locking import Locker
from lms.kernel.mail import send_mail
from lms.kernel.media import forgotten_bytes, remove_bytes
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.settings import Settings

log = logging.getLogger(__name__)
LETTER = "accounts.letter"
ON_THIS_MACHINE = "http://127.0.0.1:8000"
"""Where links lead when the operator has set no `LMS_BASE_URL`."""
SMS_SECONDS = 15
_CHUNK = 1 << 16
Letterable = Invitation | SignInLink | ContactChange
_LETTERS: Mapping[str, tuple[type[Letterable], str]] = {
    PersonInvited.type: (Invitation, "invitation_id"),
    LinkRequested.type: (SignInLink, "link_id"),
    ContactAsked.type: (ContactChange, "change_id"),
}
TOLD, RENAMED = "told", "renamed"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A letter that is ready to leave."""

    to: str
    letter: Letter | None
    message: str


def post_letter(ctx: Context, event: EventRow) -> None:
    """Start the job that sends what an event calls for; a second delivery of the event finds it sent."""
    if event.type == ContactChanged.type:
        _tell_the_old_address(ctx, event.data["change_id"])
    if event.type == NameChanged.type:
        for one in companions_of(ctx, event.data["membership_id"]):
            start_job(ctx, LETTER, {"table": RENAMED, "id": event.data["membership_id"], "to": one})
    if event.type not in _LETTERS:
        return
    model, name = _LETTERS[event.type]
    row = ctx.session.get(model, event.data[name])
    if row is None or row.sent_at is not None or row.expires_at <= ctx.now:
        return
    row.sent_at = ctx.now
    start_job(ctx, LETTER, {"table": model.__tablename__, "id": row.id})


def _tell_the_old_address(ctx: Context, change_id: int) -> None:
    """Whoever reads the old address learns that it counts no more."""
    row = ctx.session.get(ContactChange, change_id)
    if row is not None and row.told_at is None and row.old_value:
        row.told_at = ctx.now
        start_job(ctx, LETTER, {"table": TOLD, "id": row.id})


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
    if arguments["table"] in (TOLD, RENAMED):
        return (_told if arguments["table"] == TOLD else _renamed)(ctx, arguments)
    models = {model.__tablename__: model for model, _name in _LETTERS.values()}
    row = ctx.session.get(models[arguments["table"]], arguments["id"])
    if row is None or row.expires_at <= ctx.now:
        return None
    reader = _reader(ctx, row.membership_id)
    signer, base = Signer(settings.required_secret_key()), settings.base_url.rstrip("/") or ON_THIS_MACHINE
    if isinstance(row, Invitation):
        address = f"{base}/invitation/{signer.token(INVITATION, row.key)}"
        return _Sealed(row.sent_to, invitation_letter(reader, address), "")
    if isinstance(row, ContactChange):
        return _code(reader, row, signer.contact_code(row.id, row.value), base)
    address = f"{base}/connexion/lien/{signer.token(LINK, row.key)}"
    if "@" in row.sent_to:
        return _Sealed(row.sent_to, link_letter(reader, address), "")
    return _Sealed(row.sent_to, None, link_message(reader, address))


def _code(reader: Reader, row: ContactChange, code: str, base: str) -> _Sealed:
    if row.kind == EMAIL:
        return _Sealed(row.value, code_letter(reader, code, f"{base}/moi/contact/code?code={code}"), "")
    return _Sealed(row.value, None, code_message(reader, code))


def _told(ctx: Context, arguments: Mapping[str, Any]) -> _Sealed | None:
    row = ctx.session.get(ContactChange, arguments["id"])
    if row is None:
        return None
    reader = _reader(ctx, row.membership_id)
    if row.kind == EMAIL:
        return _Sealed(row.old_value, changed_letter(reader), "")
    return _Sealed(row.old_value, None, changed_message(reader))


def _renamed(ctx: Context, arguments: Mapping[str, Any]) -> _Sealed | None:
    """To someone who trains them; nothing once the name was erased, or to who has no e-mail or has left."""
    member, trainer = ctx.session.get(Membership, arguments["id"]), ctx.session.get(Membership, arguments["to"])
    if member is None or not member.former_name or trainer is None or trainer.status != "active" or not trainer.email:
        return None
    return _Sealed(trainer.email, renamed_letter(_reader(ctx, trainer.id), member.former_name, member.name), "")


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


# ------------------------------------------------------------------------------------------------- all of one's data


def pack_data(platform: Platform, job: RunningJob) -> None:
    """Write the download aside, then keep it; who asked may have gone since."""
    folder = platform.settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as target, speaking(job.arguments["language"]):
        with platform.database.snapshot_session(job.organisation_id) as session:
            ctx = platform.context_in(session, job.organisation_id, job.owner_id)
            if ctx.actor is None:
                return
            ctx = replace(ctx, language=job.arguments["language"])
            write_download(
                ctx,
                target,
                data_dir=platform.settings.data_dir,
                report=lambda done, total: job.save(done=done, total=total),
            )
        with platform.database.writing(job.organisation_id) as session:
            if is_being_erased(platform.context_in(session, job.organisation_id, job.owner_id)):
                return
            ctx = replace(ctx, session=session)
            target.seek(0)
            # The bytes are copied before the first write: the only writer's place of SQLite stays free meanwhile.
            name = f"mes-donnees-{local_day(ctx.now, ctx.here.timezone)}.zip"
            file = keep_file(ctx, platform.settings.data_dir, name=name, chunks=iter(lambda: target.read(_CHUNK), b""))
            job.finish(ctx, file_id=file.id, page=job.arguments["page"])


# ------------------------------------------------------------------------------------------------------------ erasing


def erase_person(platform: Platform, job: RunningJob) -> None:
    """Erase what no law keeps, class by class, or what the law kept once its term is over; each step may be done again."""
    locker = Locker(platform.settings.required_narrative_keys())
    with platform.writing(job.organisation_id) as ctx:
        asked = take_erasure(ctx, job.arguments["erasure_id"], locker=locker)
    if asked is None:
        return
    is_first = asked.done_at is None
    classes = GONE if is_first else tuple(KEPT)
    names = set(job.cursor.get("bytes", ()))
    for number, one in enumerate(classes):
        job.save(done=number, total=len(classes))
        with platform.writing(job.organisation_id) as ctx:
            ctx.registry.erase_personal_data(ctx, asked.membership_id, frozenset({one}))
            names |= forgotten_bytes(ctx)
            # With the rows that named them: a later try takes the bytes off the disk, if this one does not come so far.
            ctx.session.get_one(JobRow, job.id).cursor = {"bytes": sorted(names)}
    with platform.writing(job.organisation_id) as ctx:
        remove_bytes(ctx, platform.settings.data_dir, names, before=ctx.now)
        row = due_erasure(ctx, asked.id)
        if row is not None:
            end = end_erasure if is_first else end_keeping
            end(ctx, row)


def start_due_erasures(platform: Platform) -> None:
    """Start what is due, in every organisation."""
    with platform.database.read_session() as session, across_tenants(session, "erasures that are due"):
        query = select(Erasure.organisation_id, Erasure.id).where(is_due(platform.clock())).order_by(Erasure.id)
        rows = session.execute(query).all()
    for row in rows:
        with platform.writing(row.organisation_id) as ctx:
            asked = due_erasure(ctx, row.id)
            if asked is not None:
                start_erasure(ctx, asked)


# ------------------------------------------------------------------------------------------------------------- tidying


def tidy(platform: Platform) -> None:
    """What has had its time goes: devices, codes, downloads; erasures whose day has come are begun."""
    drop_old_devices(platform)
    drop_old_changes(platform)
    _drop_old_downloads(platform)
    start_due_erasures(platform)


def _drop_old_downloads(platform: Platform) -> None:
    before = platform.clock() - RESULT_LIVES
    with platform.database.read_session() as session, across_tenants(session, "downloads that have expired"):
        query = select(JobRow.organisation_id).where(
            JobRow.kind == DOWNLOAD_JOB, JobRow.file_id.is_not(None), JobRow.ended_at < before
        )
        organisations = session.scalars(query.distinct()).all()
    for organisation_id in organisations:
        with platform.writing(organisation_id) as ctx:
            names = forget_downloads(ctx, before=before)
            remove_bytes(ctx, platform.settings.data_dir, names, before=ctx.now)


JOB_KINDS = (
    JobKind(LETTER, mark("Envoyer un message"), send_letter),
    JobKind(DOWNLOAD_JOB, mark("Préparer toutes vos données"), pack_data),
    JobKind(ERASE_JOB, mark("Effacer les données de quelqu'un"), erase_person),
)
TIDY = Schedule(name="accounts.tidy", minutes=60, run=tidy)
