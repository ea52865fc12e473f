"""The audit trail: events as plain sentences, for who may read it; nothing is named that the reader may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, false, func, select, tuple_, union

from lms.contract.naming import NamedThing, Naming
from lms.contract.types import Right, Role, Scope
from lms.kernel.clock import start_of_day
from lms.kernel.context import Context
from lms.kernel.events import EventRow, EventThing
from lms.kernel.i18n import gettext, mark
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import Forbidden
from lms.kernel.sheets import Column

READ_TRAIL = Right(
    "kernel:trail:read",
    mark("Lire le journal : qui a fait quoi, et quand"),
    Scope.ORGANISATION,
    frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}),
)
PERSON_FIELD = "membership_id"
ACTOR = "actor"
SOMEONE = mark("quelqu’un")
PLATFORM = mark("La plateforme")
GONE = mark("Un fait d’une fonction qui n’est plus installée")
_CHUNK = 500
_Asked = Callable[[Select[Any]], Select[Any]]
_NAME = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: names or keys of people, an event's type or "", local days, both included."""

    who: str = ""
    about: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One fact: its sentence in pieces, some of which lead to what they name."""

    at: datetime
    type: str
    pieces: tuple[NamedThing, ...]
    on_behalf_of: NamedThing | None

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        said = "".join(piece.text for piece in self.pieces)
        return f"{said} ({gettext('pour %(name)s') % {'name': self.on_behalf_of.text}})" if self.on_behalf_of else said


COLUMNS = (
    Column(mark("Quand"), lambda line: line.at, 17),
    Column(mark("Ce qui s’est passé"), lambda line: line.sentence, 80),
    Column(mark("Code"), lambda line: line.type, 30),
)


def trail_page(ctx: Context, question: Question, *, number: int = 1) -> Listed[TrailLine]:
    """A page of the trail, the newest first. As many queries for a day as for ten years."""
    asked = _asked(ctx, question)
    total = ctx.session.scalar(asked(select(func.count()).select_from(EventRow))) or 0
    rows = ctx.session.scalars(_newest_first(asked).offset((number - 1) * PAGE).limit(PAGE)).all()
    return Listed(_lines(ctx, rows), total, number)


def whole_trail(ctx: Context, question: Question) -> Iterator[TrailLine]:
    """All of it, for a file, a piece at a time."""
    query = _newest_first(_asked(ctx, question)).limit(_CHUNK)
    rows = ctx.session.scalars(query).all()
    while rows:
        yield from _lines(ctx, rows)
        last = (rows[-1].at, rows[-1].id)
        ctx.session.expunge_all()  # a trail of years does not stay in memory
        rows = ctx.session.scalars(query.where(tuple_(EventRow.at, EventRow.id) < last)).all()


def kinds(ctx: Context) -> list[tuple[str, str]]:
    """(type, sentence about anyone) of every event that features declare, in the order of the sentences."""
    told = [(name, _about_anyone(ctx, event.title)) for name, event in ctx.registry.events.items() if event.title]
    return sorted(told, key=lambda one: one[1].casefold())


def _about_anyone(ctx: Context, title: str) -> str:
    known = {field: naming.unknown for naming in ctx.registry.namings for field in naming.fields}
    said = _NAME.sub(lambda name: gettext(known.get(name[1], SOMEONE if name[1] == ACTOR else "…")), gettext(title))
    return said[:1].upper() + said[1:]


def _newest_first(asked: _Asked) -> Select[EventRow]:
    return asked(select(EventRow)).order_by(EventRow.at.desc(), EventRow.id.desc())


def _asked(ctx: Context, question: Question) -> _Asked:
    """What narrows a query on events to the question.

    The right is on the whole organisation: facts are about things of all kinds, which a narrower scope cannot sort.
    """
    if not ctx.holds_everywhere(READ_TRAIL):
        raise Forbidden(READ_TRAIL.name)
    zone, tests, ids = ctx.here.timezone, [], []
    if question.kind:
        tests.append(EventRow.type == question.kind)
    if question.since:
        tests.append(EventRow.at >= start_of_day(question.since, zone))
    if question.until:
        tests.append(EventRow.at < start_of_day(question.until + timedelta(days=1), zone))
    if question.who:
        ids.append(_done_by(_people(ctx, question.who)))
    if question.about:
        ids.append(_about(ctx, _people(ctx, question.about)))

    def narrowed(query: Select[Any]) -> Select[Any]:
        # Joined, not `id IN (…)`: SQLite would walk over all events of the organisation and look each one up.
        for number, one in enumerate(ids):
            found = one.subquery(f"found{number}")
            query = query.join(found, found.c[0] == EventRow.id)
        return query.where(*tests)

    return narrowed


def _people(ctx: Context, text: str) -> Sequence[int]:
    naming = _naming(ctx, PERSON_FIELD)
    return naming.find(ctx, text) if naming and naming.find else ()


def _done_by(people: Sequence[int]) -> CompoundSelect[int]:
    """A union rather than an OR, here and below: each part walks an index of its own."""
    return union(*(select(EventRow.id).where(one.in_(people)) for one in (EventRow.actor_id, EventRow.on_behalf_of_id)))


def _about(ctx: Context, people: Sequence[int]) -> CompoundSelect[int]:
    about = select(EventThing.event_id)
    return union(
        about.where(false()),
        *(
            about.where(EventThing.field == field, EventThing.thing_id.in_(things))
            for naming in ctx.registry.namings
            if naming.whose is not None and people and (things := list(naming.whose(ctx, people)))
            for field in naming.fields
        ),
    )


def _naming(ctx: Context, field: str) -> Naming | None:
    return next((one for one in ctx.registry.namings if field in one.fields), None)


def _lines(ctx: Context, rows: Sequence[EventRow]) -> list[TrailLine]:
    named = _names(ctx, rows)
    return [_line(ctx, row, named) for row in rows]


def _names(ctx: Context, rows: Sequence[EventRow]) -> Mapping[str, Mapping[Any, NamedThing]]:
    """Field → value → its name: each kind of thing is asked for once, whatever the number of lines."""
    found: dict[str, Mapping[Any, NamedThing]] = {}
    for naming in ctx.registry.namings:
        wanted = {
            row.data[field] for row in rows for field in naming.fields if _is_nameable(field, row.data.get(field))
        }
        if PERSON_FIELD in naming.fields:
            wanted |= {one for row in rows for one in (row.actor_id, row.on_behalf_of_id) if one is not None}
        names = naming.names(ctx, wanted) if wanted else {}
        found.update(dict.fromkeys(naming.fields, names))
    return found


def _is_nameable(field: str, value: Any) -> bool:
    """Ids are numbers, codes are texts; what is neither was not written by us."""
    return isinstance(value, int if field.endswith("_id") else str)


def _line(ctx: Context, row: EventRow, named: Mapping[str, Mapping[Any, NamedThing]]) -> TrailLine:
    people = named.get(PERSON_FIELD, {})
    someone = NamedThing(gettext(SOMEONE))
    actor = NamedThing(gettext(PLATFORM)) if row.actor_id is None else people.get(row.actor_id, someone)
    event = ctx.registry.events.get(row.type)
    title = gettext(event.title) if event and event.title else gettext(GONE)
    pieces: list[NamedThing] = []
    for place, part in enumerate(_NAME.split(title)):
        if place % 2 == 0:
            pieces.append(NamedThing(part))
        else:
            pieces.append(actor if part == ACTOR else _told(ctx, part, row.data.get(part), named))
    first = pieces[0] if pieces[0].text else pieces[1]
    pieces[pieces.index(first)] = NamedThing(first.text[:1].upper() + first.text[1:], first.endpoint, first.key)
    for_whom = None if row.on_behalf_of_id is None else people.get(row.on_behalf_of_id, someone)
    return TrailLine(row.at, row.type, tuple(piece for piece in pieces if piece.text), for_whom)


def _told(ctx: Context, field: str, value: Any, named: Mapping[str, Mapping[Any, NamedThing]]) -> NamedThing:
    if field in named:
        naming = _naming(ctx, field)
        known = named[field].get(value) if _is_nameable(field, value) else None
        return known or NamedThing(gettext(naming.unknown if naming else SOMEONE))
    return NamedThing("" if value is None else str(value))
