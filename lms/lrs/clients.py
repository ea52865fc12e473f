"""Machines that may speak: made, given a new secret, told what is not kept of them, revoked, listed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.contract.naming import NamedThing, Naming
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import Forbidden, NotFound
from lms.lrs import formats
from lms.lrs.credentials import forget
from lms.lrs.data import Scope, Secret
from lms.lrs.events import ClientAdded, ClientRevoked, ClientRotated, ClientVerbsChanged
from lms.lrs.hashing import hash_of, new_key, new_secret
from lms.lrs.models import ClientRow
from lms.lrs.permissions import WRITE_CLIENTS
from lms.xapi.api import VOIDED

CLIENT_NAME = re.compile(r"[\w .-]{1,50}")
GRACE = timedelta(hours=12)
"""How long the old secret is good after a rotation: the time to carry the new one to the machine."""
RESENT = timedelta(minutes=2)
"""So long the same form, sent again, shows the same secret: a double press must not lose it."""
MOST_VERBS, LONGEST_VERB = 50, 300


class WrongClient(Exception):
    """What is asked of a machine cannot be; `field` says which: "name", "scopes", "expires" or "verbs"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class AlreadyShown(Exception):
    """This form was sent before: its secret was shown then, and is known to nobody here any more."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine in a list. Moments are in UTC; the last use is known to some minutes."""

    id: int
    key: str
    name: str
    scopes: tuple[str, ...]
    dropped_verbs: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    old_secret_until: datetime | None
    """Until when the secret of before is good, too; None when it is not."""
    is_expired: bool

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day on which it may speak: the end itself is the first moment after."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None

    @property
    def is_good(self) -> bool:
        """Whether it may speak."""
        return self.revoked_at is None and not self.is_expired


def add_client(
    ctx: Context,
    name: str,
    *,
    scopes: Collection[str] = (Scope.ALL,),
    expires_at: datetime | None = None,
    dropped_verbs: Collection[str] = (),
    given: Secret | None = None,
) -> Secret:
    """Give a machine credentials. The same name twice is the same partner with new ones.

    `given`: the credentials of a form; sent again soon it gives the same ones, later it is `AlreadyShown`.
    """
    _check_right(ctx)
    if not CLIENT_NAME.fullmatch(name) or not name.strip():
        raise WrongClient("name", "a name has 1 to 50 letters, digits, spaces, dots or dashes")
    if not scopes or not set(scopes) <= set(Scope):
        raise WrongClient("scopes", f"scopes are {', '.join(Scope)}; one at least")
    if expires_at is not None and expires_at <= ctx.now:
        raise WrongClient("expires", "the end lies in the past")
    given = given or Secret(new_key(), new_secret())
    known = _row_of(ctx, given.key)
    if known is None:
        row = ClientRow(
            organisation_id=ctx.here.id, name=name, key=given.key, secret_hash=hash_of(given.secret), created_at=ctx.now,
            scopes=[one for one in Scope if one in scopes], expires_at=expires_at, dropped_verbs=_verbs(dropped_verbs),
        )  # fmt: skip
        if _is_added(ctx, row):
            ctx.tell(ClientAdded(row.key, row.id, tuple(row.scopes)))
            return given
        known = _row_of(ctx, given.key)
    if known is None or known.secret_hash != hash_of(given.secret) or ctx.now >= known.created_at + RESENT:
        raise AlreadyShown
    return given


def rotate_client(ctx: Context, key: str, *, secret: str = "", is_old_lost: bool = False) -> Secret:
    """Give a machine a new secret; the old one is good for `GRACE` more, or ends now when it `is_old_lost` to others.

    `secret`: that of a form; sent again soon it is given again, later it is `AlreadyShown`. `NotFound`: no such machine.
    """
    _check_right(ctx)
    row = _row_to_change(ctx, key)
    given = Secret(key, secret or new_secret())
    made = hash_of(given.secret)
    if made in (row.secret_hash, row.old_secret_hash):
        rotated_at = (row.old_secret_until or ctx.now) - (timedelta() if is_old_lost else GRACE)
        if row.secret_hash != made or ctx.now >= rotated_at + RESENT:
            raise AlreadyShown
        return given
    row.old_secret_hash, row.secret_hash = None if is_old_lost else row.secret_hash, made
    row.old_secret_until = ctx.now if is_old_lost else ctx.now + GRACE
    ctx.session.flush()
    forget(key)
    ctx.tell(ClientRotated(key, row.id, row.old_secret_until.isoformat()))
    return given


def drop_verbs(ctx: Context, key: str, verbs: Collection[str]) -> None:
    """Say of which verbs a machine's statements are acknowledged and not kept; what is kept already stays."""
    _check_right(ctx)
    row, wanted = _row_to_change(ctx, key), _verbs(verbs)
    if row.dropped_verbs != wanted:
        row.dropped_verbs = wanted
        ctx.session.flush()
        forget(key)
        ctx.tell(ClientVerbsChanged(key, row.id, tuple(wanted)))


def revoke_client(ctx: Context, key: str) -> None:
    """Take the credentials back: what was said stays, nothing more is taken, in a few seconds everywhere."""
    _check_right(ctx)
    row = _row_to_change(ctx, key)
    row.revoked_at = ctx.now
    ctx.session.flush()
    forget(key)
    ctx.tell(ClientRevoked(key, row.id))


def machines(ctx: Context, *, number: int = 1) -> Listed[Machine]:
    """A page of the organisation's machines: those that may speak first, then by name."""
    _check_right(ctx)
    total = ctx.session.scalar(select(func.count()).select_from(ClientRow)) or 0
    query = select(ClientRow).order_by(ClientRow.revoked_at.is_not(None), ClientRow.name, ClientRow.id)
    rows = ctx.session.scalars(query.offset((number - 1) * PAGE).limit(PAGE))
    return Listed([_machine(ctx, row) for row in rows], total, number)


def machine(ctx: Context, key: str) -> Machine:
    """One machine, or `NotFound`."""
    _check_right(ctx)
    row = _row_of(ctx, key)
    if row is None:
        raise NotFound(f"no client has the key {key}")
    return _machine(ctx, row)


def _machine(ctx: Context, row: ClientRow) -> Machine:
    is_old_good = row.old_secret_until is not None and row.old_secret_until > ctx.now
    return Machine(
        row.id, row.key, row.name, tuple(row.scopes), tuple(row.dropped_verbs), row.created_at, row.last_used_at,
        row.expires_at, row.revoked_at, row.old_secret_until if is_old_good else None,
        row.expires_at is not None and row.expires_at <= ctx.now,
    )  # fmt: skip


def _check_right(ctx: Context) -> None:
    """At the command line nobody is signed in: the operator has every right."""
    if ctx.actor is not None and not ctx.holds_everywhere(WRITE_CLIENTS):
        raise Forbidden(WRITE_CLIENTS.name)


def _row_of(ctx: Context, key: str) -> ClientRow | None:
    return ctx.session.scalar(select(ClientRow).where(ClientRow.key == key))


def _row_to_change(ctx: Context, key: str) -> ClientRow:
    query = select(ClientRow).where(ClientRow.key == key, ClientRow.revoked_at.is_(None)).with_for_update()
    row = ctx.session.scalar(query)
    if row is None:
        raise NotFound(f"no client has the key {key}")
    return row


def _is_added(ctx: Context, row: ClientRow) -> bool:
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # the same form, sent twice at once
        return False
    return True


def _verbs(verbs: Collection[str]) -> list[str]:
    wanted = sorted(set(verbs))
    wrong = [one for one in wanted if not formats.IRI.fullmatch(one) or len(one) > LONGEST_VERB]
    if wrong:
        raise WrongClient("verbs", f"a verb is an IRI, not “{wrong[0][:60]}”")
    if VOIDED.iri in wanted:
        raise WrongClient("verbs", "“voided” is never dropped: what a machine takes back must not go on counting")
    if len(wanted) > MOST_VERBS:
        raise WrongClient("verbs", f"{MOST_VERBS} verbs at most")
    return wanted


def _names(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    endpoint = "machines.one" if ctx.holds_everywhere(WRITE_CLIENTS) else ""
    rows: Sequence[ClientRow] = ctx.session.scalars(select(ClientRow).where(ClientRow.id.in_(sorted(ids)))).all()
    return {row.id: NamedThing(row.name, endpoint, row.key if endpoint else "") for row in rows}


NAMING = Naming(("client_id",), mark("une machine"), _names)
