"""What a machine finds in the ledger: one statement, or a page of those that match (xAPI 1.0.3, Communication, 2.1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, or_, select, tuple_
from sqlalchemy.orm import aliased

from lms.kernel.context import Context
from lms.kernel.database import is_settled
from lms.kernel.rights import NotFound
from lms.xapi.data import PLATFORM, Filter, Found, KeptAttachment
from lms.xapi.models import AttachmentRow, MentionRow, ReferenceRow, StatementRow
from lms.xapi.statements import thing_of

HAS_BYTES = (StatementRow.erased_at.is_(None), StatementRow.closed_at.is_(None))
"""Statements that can be read back: neither erased nor pruned."""
_COLUMNS = (StatementRow.id, StatementRow.statement_id, StatementRow.stored, StatementRow.raw)
_ONE = select(*_COLUMNS, StatementRow.voided_by, StatementRow.authority).where(
    StatementRow.statement_id == bindparam("statement_id"), *HAS_BYTES
)
_PLACE = select(StatementRow.stored, StatementRow.id).where(StatementRow.statement_id == bindparam("after"))
_ANY_REFERENCE = select(ReferenceRow.id).limit(1)
_ATTACHED = (
    select(AttachmentRow.sha2, AttachmentRow.media_type, AttachmentRow.file_id)
    .where(AttachmentRow.statement.in_(bindparam("rows", expanding=True)))
    .order_by(AttachmentRow.id)
)
_KNOWN = select(StatementRow.statement_id, StatementRow.source, StatementRow.raw).where(
    StatementRow.statement_id.in_(bindparam("ids", expanding=True))
)
_LAST = (
    select(StatementRow.raw)
    .where(StatementRow.activity == bindparam("activity"), *HAS_BYTES)
    .order_by(StatementRow.stored.desc())
    .limit(1)
)
_CHUNK = 500
MENTIONED = ("named", "named+", "mentioned")
_TARGET = aliased(StatementRow)


def statement_by_id(ctx: Context, statement_id: str, *, voided: bool = False, authority: str | None = None) -> Found:
    """A statement, or `NotFound`; voided ones only when they are asked for. `authority`: only what this machine said."""
    row = ctx.session.execute(_ONE, {"statement_id": statement_id}).one_or_none()
    if row is None or (row.voided_by is not None) != voided or authority not in (None, row.authority):
        raise NotFound(f"statementId: no statement {statement_id}")
    return Found(row.id, row.statement_id, row.stored, row.raw)


def matching_statements(ctx: Context, wanted: Filter) -> tuple[list[Found], str | None]:
    """A page of statements, newest first unless `ascending`; and the id after which the next page begins."""
    given = _given(wanted)
    if wanted.after is not None:
        place = ctx.session.execute(_PLACE, {"after": wanted.after}).one_or_none()
        if place is None:
            raise NotFound("more: this address leads nowhere any more")
        given["moment"], given["row_id"] = place
    rows: dict[tuple[datetime, int], Any] = {}
    is_sqlite = bool(ctx.session.info.get("is_sqlite"))
    for way in _ways(ctx, wanted):
        query = _query(way, frozenset(given), wanted.ascending, is_sqlite)
        for row in ctx.session.execute(query, {**given, "most": wanted.limit + 1}):
            rows[(row.stored, row.id)] = row
    page = sorted(rows.items(), reverse=not wanted.ascending)
    following = page[wanted.limit - 1][1].statement_id if len(page) > wanted.limit else None
    return [Found(row.id, row.statement_id, row.stored, row.raw) for _place, row in page[: wanted.limit]], following


def attachments_of(ctx: Context, row_ids: Sequence[int]) -> list[KeptAttachment]:
    """What came with these statements, each content once."""
    if not row_ids:
        return []
    rows = ctx.session.execute(_ATTACHED, {"rows": sorted(row_ids)})
    return list({row.sha2: KeptAttachment(row.sha2, row.media_type, row.file_id) for row in rows}.values())


def known_statements(ctx: Context, names: Sequence[str]) -> list[Any]:
    """Rows (statement_id, source, raw) of those of these ids that the ledger knows, erased ones with an empty `raw`."""
    found: list[Any] = []
    for start in range(0, len(names), _CHUNK):
        found += ctx.session.execute(_KNOWN, {"ids": names[start : start + _CHUNK]}).all()
    return found


def last_said_of(ctx: Context, activity: str) -> str | None:
    """The bytes of the latest statement about an activity, by its IRI."""
    return ctx.session.scalar(_LAST, {"activity": activity})


def _given(wanted: Filter) -> dict[str, Any]:
    """The values of the query's parameters; a name is there only when it is asked for."""
    found: dict[str, Any] = {
        name: value
        for name in ("agent", "verb", "activity", "registration", "since", "until", "authority")
        if (value := getattr(wanted, name)) is not None
    }
    if wanted.agent is not None:
        found["agent_thing"] = thing_of("agent", wanted.agent)
        name = wanted.agent.rpartition("|")[2]
        found["agent_key"] = name if wanted.agent.startswith("account:") else ""
    if wanted.related_activities and wanted.activity is not None:
        found["activity_thing"] = thing_of("activity", wanted.activity)
    return found


def _ways(ctx: Context, wanted: Filter) -> Iterator[tuple[str, bool]]:
    """Each way for a statement to match, each with an index of its own; their pages are put together.

    A way is (what leads: "actor", "named", "authority", "activity", "mentioned" or "all"; whether it is the statement that
    a reference leads to that has to match).
    """
    if wanted.agent is not None:
        leads = [
            "actor",
            "named",
            *(["authority"] if wanted.related_agents and _may_be_a_machine(ctx, wanted.agent) else []),
        ]
        leads = [f"{lead}+" if lead == "named" and wanted.related_agents else lead for lead in leads]
    elif wanted.activity is not None:
        leads = ["activity", *(["mentioned"] if wanted.related_activities else [])]
    else:
        leads = ["all"]
    # Where nothing but times is asked for, each reference is in the page anyway.
    has_conditions = leads != ["all"] or wanted.verb is not None or wanted.registration is not None
    refers = has_conditions and ctx.session.scalar(_ANY_REFERENCE) is not None
    for lead in leads:
        yield lead, False
        if refers:
            yield lead, True


def _may_be_a_machine(ctx: Context, agent: str) -> bool:
    """The authority of what is in the ledger is always an account of ours: see `lms.lrs.incoming`."""
    return agent.startswith(f"account:{ctx.iri_prefix}|")


@cache
def _query(way: tuple[str, bool], given: frozenset[str], ascending: bool, is_sqlite: bool) -> Any:  # noqa: FBT001 - a key of the cache
    """The query for these conditions, made once."""
    lead, through_reference = way
    target: Any = _TARGET if through_reference else StatementRow
    query: Any = select(*_COLUMNS).where(StatementRow.voided_by.is_(None), *HAS_BYTES)
    if through_reference:
        query = query.join(ReferenceRow, ReferenceRow.statement == StatementRow.id)
        query = query.join(_TARGET, _TARGET.statement_id == ReferenceRow.target)
    stored, row = StatementRow.stored, StatementRow.id
    if lead in MENTIONED:
        query = query.join(MentionRow, MentionRow.statement == target.id)
        thing = "activity_thing" if lead == "mentioned" else "agent_thing"
        query = query.where(MentionRow.thing == bindparam(thing))
        if lead == "named":
            query = query.where(MentionRow.is_direct)
        if not through_reference:
            # The same moments as the statement's: the index of mentions is in this order.
            stored, row = MentionRow.stored, MentionRow.statement
    query = query.where(
        *_conditions(lead, given, target, is_sqlite=is_sqlite), *_limits(given, stored, is_sqlite=is_sqlite)
    )
    if "row_id" in given:
        place = tuple_(
            bindparam("moment", type_=StatementRow.stored.type), bindparam("row_id", type_=StatementRow.id.type)
        )
        here = tuple_(stored, row)
        query = query.where(here > place if ascending else here < place)
    if through_reference:
        query = query.distinct()
    return query.order_by(*((stored, row) if ascending else (stored.desc(), row.desc()))).limit(bindparam("most"))


def _limits(given: frozenset[str], stored: Any, *, is_sqlite: bool) -> Iterator[Any]:
    """What the statement of the page itself has to be, whatever it refers to."""
    if "since" in given:
        yield stored > bindparam("since")
        if not is_sqlite:
            yield is_settled(StatementRow)
    if "until" in given:
        yield stored <= bindparam("until")
    if "authority" in given:
        # The first half is true of every machine, and lets the database use the index of what machines say.
        yield StatementRow.authority != PLATFORM
        yield StatementRow.authority == bindparam("authority")


def _conditions(lead: str, given: frozenset[str], target: Any, *, is_sqlite: bool) -> Iterator[Any]:
    """What the statement has to be, or the one that a reference leads to; the lead's own condition first."""
    if lead == "actor":
        yield target.actor == bindparam("agent")
    elif lead == "authority":
        yield target.authority != PLATFORM
        yield target.authority == bindparam("agent_key")
    if "activity" in given and lead != "mentioned":
        named = target.activity == bindparam("activity")
        if "activity_thing" in given and lead != "activity":
            mention = aliased(MentionRow)
            there = exists().where(
                mention.thing == bindparam("activity_thing"),
                mention.stored == target.stored,
                mention.statement == target.id,
            )
            named = or_(named, there)
        yield named
    if "verb" in given:
        # Few verbs are said often: where something else leads, SQLite must not go through all that has this verb.
        verb = target.verb.concat("") if is_sqlite and lead != "all" else target.verb
        yield verb == bindparam("verb")
    if "registration" in given:
        yield target.registration == bindparam("registration")
        # True of all, and makes SQLite choose the index of registrations.
        yield target.activity > ""
