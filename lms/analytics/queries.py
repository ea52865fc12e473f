"""Reads across people: the heat map, and everyone at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.sql.expression import ColumnElement

from lms.accounts.api import people
from lms.analytics.data import (
    ALL,
    BY_NAME,
    BY_WEEK,
    ENDED,
    NONE,
    PRESENT,
    SOME,
    Asked,
    Ground,
    HeatPage,
    Moment,
    PersonRow,
)
from lms.analytics.ground import has_come, weeks_between
from lms.competences.api import LevelInfo, levels
from lms.courses.api import CohortInfo, enrolments
from lms.kernel.context import Context

PAGE_SIZE = 50
_CHUNK = 500


def heat_page(ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment) -> HeatPage:
    """One page: first who, then their levels."""
    query = people_asked(ctx, cohort, ground=ground, asked=asked, moment=moment)
    found = ctx.session.execute(
        query.add_columns(func.count().over().label("people")).limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE)
    ).all()
    rows = _with_levels(ctx, [_person(ctx, row) for row in found], ground=ground, moment=moment)
    people_count = found[0].people if found else 0
    return HeatPage(tuple(rows), asked.page, -(-people_count // PAGE_SIZE), people_count)


def everyone(ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment) -> list[PersonRow]:
    """All the people asked for, in two queries."""
    query = people_asked(ctx, cohort, ground=ground, asked=asked, moment=moment)
    found = [_person(ctx, row) for row in ctx.session.execute(query)]
    person = enrolments(ctx).subquery()
    whole = select(person.c.enrolment_id, person.c.membership_id, person.c.entered_at).where(
        person.c.cohort_id == cohort.id
    )
    return list(_filled(found, _levels(ctx, whole, ground, moment), ground, moment))


def everyone_in_pieces(
    ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment
) -> Iterator[list[PersonRow]]:
    """All the people asked for, some hundreds at a time."""
    query = people_asked(ctx, cohort, ground=ground, asked=asked, moment=moment)
    start = 0
    while found := ctx.session.execute(query.limit(_CHUNK).offset(start)).all():
        yield list(_with_levels(ctx, [_person(ctx, row) for row in found], ground=ground, moment=moment))
        start += _CHUNK


def people_asked(ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment) -> Select[Any]:
    """Who is asked for, in the order that is asked for."""
    enrolment, person = enrolments(ctx).subquery(), people(ctx).subquery()
    query: Any = (
        select(
            enrolment.c.enrolment_id,
            enrolment.c.membership_id,
            person.c.key,
            person.c.given_name,
            person.c.family_name,
            enrolment.c.version_id,
            enrolment.c.entered_at,
            enrolment.c.ended_at,
        )
        .join(person, person.c.membership_id == enrolment.c.membership_id)
        .where(enrolment.c.cohort_id == cohort.id)
    )
    if asked.status == PRESENT:
        query = query.where(enrolment.c.ended_at.is_(None))
    elif asked.status == ENDED:
        query = query.where(enrolment.c.ended_at.is_not(None))
    for part in folded(asked.search).split():
        query = query.where(person.c.sort_name.contains(part, autoescape=True))
    order: dict[str, ColumnElement[Any]] = {BY_NAME: person.c.sort_name, BY_WEEK: enrolment.c.entered_at}
    for code in dict.fromkeys((asked.block if asked.level else "", asked.sort)):
        if code in {block.code for block in ground.blocks}:
            whole = select(enrolment.c.enrolment_id, enrolment.c.membership_id, enrolment.c.entered_at).where(
                enrolment.c.cohort_id == cohort.id
            )
            query, acquired, total = _joined(ctx, query, whole, enrolment, code, ground, moment)
            order[code] = acquired
            if code == asked.block and asked.level:
                query = query.where(
                    {NONE: acquired == 0, SOME: and_(acquired > 0, acquired < total), ALL: acquired >= total}[
                        asked.level
                    ]
                )
    column = order.get(asked.sort, person.c.sort_name)
    # The longest here come first, as do the first letters: "week" is sorted by the entry.
    ordered: Select[Any] = query.order_by(
        column.desc() if asked.descending else column, person.c.sort_name, enrolment.c.enrolment_id
    )
    return ordered


def folded(text: str) -> str:
    """A search, as `sort_name` is written: without accents or case."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _joined(
    ctx: Context,
    query: Select[Any],
    whole: Select[Any],
    enrolment: Any,
    code: str,
    ground: Ground,
    moment: Moment,
) -> tuple[Select[Any], ColumnElement[int], ColumnElement[int]]:
    """The query with each one's level in a block beside them."""
    own = {version: blocks[code] for version, blocks in ground.own.items() if code in blocks}
    block_ids = {version: block.id for version, block in own.items()}
    totals = {version: len(block.competences) for version, block in own.items()}
    level = levels(ctx, whole, at=moment.at, weeks=moment.weeks, blocks=block_ids.values()).subquery()
    block_id = case(block_ids, value=enrolment.c.version_id, else_=None)
    query = query.outerjoin(level, and_(level.c.enrolment_id == enrolment.c.enrolment_id, level.c.block_id == block_id))
    total = case(totals, value=enrolment.c.version_id, else_=literal(0))
    return query, func.coalesce(level.c.acquired, 0), total


def _person(ctx: Context, row: Any) -> PersonRow:
    return PersonRow(
        enrolment_id=row.enrolment_id,
        membership_id=row.membership_id,
        key=row.key,
        name=f"{row.given_name} {row.family_name}".strip(),
        version_id=row.version_id,
        entered_at=row.entered_at,
        ended_at=row.ended_at,
        week=weeks_between(row.entered_at, row.ended_at or ctx.now),
    )


def _with_levels(ctx: Context, found: list[PersonRow], *, ground: Ground, moment: Moment) -> Iterator[PersonRow]:
    person = enrolments(ctx).subquery()
    some = select(person.c.enrolment_id, person.c.membership_id, person.c.entered_at).where(
        person.c.enrolment_id.in_([one.enrolment_id for one in found])
    )
    return _filled(found, _levels(ctx, some, ground, moment) if found else {}, ground, moment)


def _levels(ctx: Context, whole: Select[Any], ground: Ground, moment: Moment) -> dict[tuple[int, int], int]:
    blocks = [block.id for own in ground.own.values() for block in own.values()]
    rows = ctx.session.execute(levels(ctx, whole, at=moment.at, weeks=moment.weeks, blocks=blocks))
    return {(row.enrolment_id, row.block_id): row.acquired for row in rows}


def _filled(
    found: list[PersonRow], acquired: Mapping[tuple[int, int], int], ground: Ground, moment: Moment
) -> Iterator[PersonRow]:
    for one in found:
        cells: list[LevelInfo | None] = [None] * len(ground.blocks)
        if has_come(moment, one.entered_at):
            own = ground.own.get(one.version_id, {})
            mine = [own.get(block.code) for block in ground.blocks]
            cells = [
                LevelInfo(acquired.get((one.enrolment_id, block.id), 0), len(block.competences)) if block else None
                for block in mine
            ]
        yield replace(one, cells=tuple(cells))
