"""Sessions of launched activities: a token that speaks for one person, in one registration, about one activity, for a while.

The token has the form of cmi5's auth-token: what stands after `Authorization: Basic`. Whoever launches an activity asks for
one; whether the person may have the activity opened is for the launching feature to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from lms.accounts.api import actor_of
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.kernel.tenancy import across_tenants
from lms.lrs import formats
from lms.lrs.data import Secret
from lms.lrs.hashing import hash_of, new_key, new_secret
from lms.lrs.models import SessionRow
from lms.xapi.api import UUID

SESSION = "s"
"""What the key of a session begins with."""
GRACE = timedelta(minutes=5)
"""How long after its end a session is still heard: what a weak network delivers late (cmi5, after `terminated`)."""
LONGEST = timedelta(days=2)
LONGEST_IRI = 500
KEPT = timedelta(days=30)


def open_session(ctx: Context, *, membership_id: int, registration: str, activity: str, seconds: int) -> Secret:
    """A token for an activity that is launched now: its `basic` is the auth-token, shown to nobody else and kept nowhere.

    It ends after `seconds` (two days at most), whatever happens. `NotFound`: no such person here. `ValueError`: what is asked
    makes no session. The caller has checked that the person may open the activity.
    """
    if not UUID.fullmatch(registration) or not formats.IRI.fullmatch(activity) or len(activity) > LONGEST_IRI:
        raise ValueError("a session needs a registration (UUID) and an activity (IRI)")
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"a session lasts 1 to {LONGEST.total_seconds():.0f} seconds")
    given = Secret(new_key(SESSION), new_secret())
    ctx.session.add(
        SessionRow(
            organisation_id=ctx.here.id,
            key=given.key,
            secret_hash=hash_of(given.secret),
            membership_id=membership_id,
            actor=actor_of(ctx, membership_id).uuid,
            registration=registration.lower(),
            activity=activity,
            opened_at=ctx.now,
            expires_at=ctx.now + timedelta(seconds=seconds),
        )
    )
    ctx.session.flush()
    return given


def end_session(ctx: Context, key: str) -> None:
    """The activity was left: after `GRACE` its token is refused. Ended twice, it ended the first time. `NotFound`: no such."""
    row = ctx.session.scalar(select(SessionRow).where(SessionRow.key == key))
    if row is None:
        raise NotFound(f"no session has the key {key}")
    if row.ended_at is None:
        row.ended_at = ctx.now
        ctx.session.flush()


def end_of(expires_at: datetime, ended_at: datetime | None) -> datetime:
    """When a session is refused: at its expiry, or some minutes after its end when that is sooner."""
    return expires_at if ended_at is None else min(expires_at, ended_at + GRACE)


def drop_old_sessions(platform: Platform) -> None:
    """Sessions over for a month, of all organisations: what was said under them stays."""
    with platform.database.writing() as session, across_tenants(session, "sessions that are over"):
        session.execute(delete(SessionRow).where(SessionRow.expires_at <= platform.clock() - KEPT))


def account_of(ctx: Context, pseudonym: str) -> str:
    """The identifier of a person's agent, as the ledger writes it."""
    return f"account:{ctx.iri_prefix}|{pseudonym}"


def is_account_of(ctx: Context, pseudonym: str, actor: Mapping[str, object]) -> bool:
    """Whether an actor of a statement is this person, alone."""
    return actor.get("objectType", "Agent") == "Agent" and actor.get("account") == {
        "homePage": ctx.iri_prefix,
        "name": pseudonym,
    }
