"""Staff say that people took part in a session, or take it back."""

from __future__ import annotations

import msgspec

from lms.accounts.api import actors_of
from lms.activities.session.kind import KIND
from lms.contract.types import Source
from lms.courses.api import (
    VALIDATE,
    EnrolmentInfo,
    Play,
    activity_iri,
    enrolments_by_keys,
    play_by_staff,
    say,
)
from lms.kernel.context import Context
from lms.xapi.api import ATTENDED, COMPLETED, Intent, Outcome, Refused, entries_by_registration, record, void


class Present(msgspec.Struct, frozen=True):
    """The payload of `session.validate` and `session.invalidate`: an activity, and the keys of enrolments."""

    activity: str
    enrolments: list[str]


def validate_session(ctx: Context, *, intent: Intent, payload: Present) -> Outcome:
    """Record for each person that they took part and that it is done; who has it already keeps what they have."""
    chosen = _chosen(ctx, payload)
    validated = _staff_statements(ctx, payload.activity, [enrolment for enrolment, _found in chosen])
    actors = actors_of(ctx, [enrolment.membership_id for enrolment, _found in chosen])
    said, number = [], 0
    for enrolment, found in chosen:
        if enrolment.uuid in validated:
            continue
        theirs = ctx.acting_for(actors[enrolment.membership_id])
        for verb, completion in ((ATTENDED, None), (COMPLETED, True)):
            said.append(
                say(theirs, found, intent, number, kind=KIND, verb=verb, source=Source.STAFF, completion=completion)
            )
            number += 1
    record(ctx, said)
    return Outcome.ACCEPTED


def invalidate_session(ctx: Context, *, intent: Intent, payload: Present) -> Outcome:
    """Void what staff said of these people; figures follow."""
    chosen = _chosen(ctx, payload)
    found = _staff_statements(ctx, payload.activity, [enrolment for enrolment, _found in chosen])
    void(ctx, [name for names in found.values() for name in names], intent=intent)
    return Outcome.ACCEPTED


def _chosen(ctx: Context, payload: Present) -> list[tuple[EnrolmentInfo, Play]]:
    if not payload.enrolments:
        raise Refused("nobody")
    found = []
    for enrolment in enrolments_by_keys(ctx, payload.enrolments):
        ctx.require(VALIDATE, on=enrolment)
        theirs = play_by_staff(ctx, enrolment, activity_key=payload.activity)
        if theirs.info.type != KIND.name:
            raise Refused("unreadable")
        found.append((enrolment, theirs))
    return found


def _staff_statements(ctx: Context, activity: str, enrolments: list[EnrolmentInfo]) -> dict[str, list[str]]:
    """Registration → the valid statements of staff on a session; who has none is absent."""
    iri = activity_iri(ctx, activity)
    entries = entries_by_registration(ctx, [(one.uuid, iri) for one in enrolments])
    found = {
        registration: [entry.statement_id for entry in said if entry.source == Source.STAFF]
        for (registration, _iri), said in entries.items()
    }
    return {registration: names for registration, names in found.items() if names}
