"""How activity types say what a learner did: one call that fills in everything that a statement of a course has."""

from __future__ import annotations

from lms.contract.types import ActivityType, Source, Verb
from lms.courses.data import Play
from lms.courses.progress import activity_iri
from lms.kernel.context import Context
from lms.xapi.api import Intent, Outcome, Refused, Said


def say(  # noqa: PLR0913 - a statement has many parts, each named
    ctx: Context,
    play: Play,
    intent: Intent,
    number: int,
    *,
    kind: ActivityType,
    verb: Verb,
    source: Source,
    part: tuple[str, str, str] | None = None,
    scaled: float | None = None,
    raw: float | None = None,
    maximum: float | None = None,
    success: bool | None = None,
    completion: bool | None = None,
    seconds: float | None = None,
    response: str = "",
    attempt: str | None = None,
) -> Said:
    """The n-th thing said by an intent about an activity, or about a `part` of it: (key, activity type IRI, name)."""
    key, type_iri, name = part or (play.activity.key, kind.activity_type_iri, play.activity.title)
    by_staff = ctx.actor is not None and ctx.actor.membership_id != ctx.subject.membership_id
    return Said(
        id=intent.statement_id(number),
        actor=ctx.subject,
        verb=verb,
        activity=activity_iri(ctx, key),
        activity_type=type_iri,
        activity_name=name,
        source=source,
        occurred_at=max(intent.occurred_at, play.enrolment.entered_at),
        timestamp=intent.timestamp,
        registration=play.enrolment.uuid,
        revision=str(play.activity.version),
        scaled=scaled,
        raw=raw,
        maximum=maximum,
        success=success,
        completion=completion,
        seconds=_believable(seconds),
        response=response,
        attempt=attempt,
        instructor=ctx.actor if by_staff else None,
        parents=(activity_iri(ctx, play.activity.key),) if part else (activity_iri(ctx, play.activity.course_key),),
        intent_id=intent.row_id,
    )


def outcome_of(play: Play, intent: Intent) -> Outcome:
    """What becomes of an act in time or late, by the moment when it was made; `Refused` while the activity is closed."""
    if not play.is_open:
        raise Refused("closed")
    limits = [limit for limit in (play.due_at, play.enrolment.ended_at) if limit is not None]
    return Outcome.LATE if any(intent.occurred_at > limit for limit in limits) else Outcome.ACCEPTED


def active_seconds(typed: str | None) -> float | None:
    """The active time that a page's script wrote in its form; None without scripts: unknown, not 0."""
    try:
        seconds = float(typed or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < MOST_DAYS * 86_400 else None


MOST_HOURS, MOST_DAYS = 4, 7


def _believable(seconds: float | None) -> float | None:
    """A page left open over lunch is not work: one act carries four hours at the most."""
    return None if seconds is None else min(max(seconds, 0.0), MOST_HOURS * 3600.0)
