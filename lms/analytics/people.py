"""Who is asked for, as statements: those that every page asks are made once, for making one costs more than running it."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, literal, select
from sqlalchemy.sql.expression import ColumnElement

from lms.accounts.api import people
from lms.analytics.data import ALL, BY_WEEK, ENDED, NONE, PRESENT, SOME, Asked, Ground, Moment
from lms.competences.api import levels
from lms.courses.api import enrolments
from lms.kernel.context import Context
from lms.kernel.statements import once

MOST_WORDS = 4


def versions_of(ctx: Context) -> Select[Any]:
    """The course versions that people of the cohort `cohort` follow, newest first, with the first entry into each."""

    def make() -> Select[Any]:
        enrolment = enrolments(ctx).subquery()
        return (
            select(enrolment.c.version_id, func.min(enrolment.c.entered_at).label("first_entry"))
            .where(enrolment.c.cohort_id == bindparam("cohort"))
            .group_by(enrolment.c.version_id)
            .order_by(enrolment.c.version_id.desc())
        )

    return once(("analytics", "versions"), make)


def levels_of_cohort(ctx: Context, *, by_week: bool) -> Select[Any]:
    """The levels of everyone in the cohort `cohort`."""

    def make() -> Select[Any]:
        person = enrolments(ctx).subquery()
        query = select(person.c.enrolment_id, person.c.membership_id, person.c.entered_at)
        return levels(ctx, query.where(person.c.cohort_id == bindparam("cohort")), by_week=by_week)

    return once(("analytics", "levels of cohort", by_week), make)


def levels_of_some(ctx: Context, *, by_week: bool) -> Select[Any]:
    """The levels of the enrolments `enrolments`."""

    def make() -> Select[Any]:
        person = enrolments(ctx).subquery()
        query = select(person.c.enrolment_id, person.c.membership_id, person.c.entered_at)
        some = query.where(person.c.enrolment_id.in_(bindparam("enrolments", expanding=True)))
        return levels(ctx, some, by_week=by_week)

    return once(("analytics", "levels of some", by_week), make)


def parameters_of(moment: Moment, **values: Any) -> dict[str, Any]:
    """What the statements on levels ask for."""
    when = {"at": moment.at} if moment.weeks is None else {"days": 7 * moment.weeks}
    return {**when, **values}


def people_asked(
    ctx: Context, *, ground: Ground, asked: Asked, moment: Moment, are_named: bool = True
) -> tuple[Select[Any], dict[str, Any]]:
    """Who is asked for in the cohort `cohort`, in the order that is asked for, from `start`, `size` at most.

    Unless `are_named`, without who they are and how many.
    """
    words, values = _words(asked)
    codes = {block.code for block in ground.blocks}
    filtered = asked.block if asked.level and asked.block in codes else ""
    sorted_by = asked.sort if asked.sort in codes else ""
    if not filtered and not sorted_by:
        key = ("analytics", "people", are_named, asked.status, asked.sort == BY_WEEK, asked.descending, len(words))
        return once(key, lambda: _people(ctx, asked, ground, moment, words=len(words), are_named=are_named)), values
    blocks = [one.id for own in ground.own.values() for code, one in own.items() if code in (filtered, sorted_by)]
    query = _people(
        ctx, asked, ground, moment, words=len(words), filtered=filtered, sorted_by=sorted_by, are_named=are_named
    )
    return query, {**values, **parameters_of(moment, blocks=blocks)}


def _words(asked: Asked) -> tuple[list[str], dict[str, Any]]:
    words = folded(asked.search).split()[:MOST_WORDS]
    return words, {f"word_{number}": f"%{_plain(word)}%" for number, word in enumerate(words)}


def folded(text: str) -> str:
    """A search, as `sort_name` is written: without accents or case."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _people(
    ctx: Context,
    asked: Asked,
    ground: Ground,
    moment: Moment,
    *,
    words: int,
    filtered: str = "",
    sorted_by: str = "",
    are_named: bool,
) -> Select[Any]:
    query, enrolment, person = _asked(ctx, asked, words=words)
    counted, of_counted, _ = _asked(ctx, asked, words=words, are_joined=words > 0)
    columns: list[Any] = [enrolment.c.enrolment_id, enrolment.c.version_id, enrolment.c.entered_at]
    # The longest here come first, as do the first letters: "week" is sorted by the entry.
    column: ColumnElement[Any] = enrolment.c.entered_at if asked.sort == BY_WEEK else person.c.sort_name
    for code in dict.fromkeys(filter(None, (filtered, sorted_by))):
        query, acquired, total = _with_level(ctx, query, enrolment, code, ground, moment)
        if code == filtered:
            query = query.where(*_of_level(asked, acquired, total))
            counted, acquired_there, total_there = _with_level(ctx, counted, of_counted, code, ground, moment)
            counted = counted.where(*_of_level(asked, acquired_there, total_there))
        if code == sorted_by:
            column = acquired
    if are_named:
        # Counted apart, not over the rows: a database that reads by the index of names can then stop at a page.
        how_many = counted.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()
        columns += [
            enrolment.c.ended_at,
            person.c.key,
            person.c.given_name,
            person.c.family_name,
            how_many.label("people"),
        ]
    ordered: Select[Any] = (
        query.with_only_columns(*columns, maintain_column_froms=True)
        .order_by(column.desc() if asked.descending else column, person.c.sort_name, enrolment.c.enrolment_id)
        .limit(bindparam("size"))
        .offset(bindparam("start"))
    )
    return ordered


def _asked(ctx: Context, asked: Asked, *, words: int, are_joined: bool = True) -> tuple[Any, Any, Any]:
    """The enrolments, and unless only these matter the people, asked for, whatever their levels."""
    enrolment, person = enrolments(ctx).subquery(), people(ctx).subquery()
    query: Any = select(enrolment.c.enrolment_id).where(enrolment.c.cohort_id == bindparam("cohort"))
    if are_joined:
        query = query.join(person, person.c.membership_id == enrolment.c.membership_id)
    if asked.status == PRESENT:
        query = query.where(enrolment.c.ended_at.is_(None))
    elif asked.status == ENDED:
        query = query.where(enrolment.c.ended_at.is_not(None))
    for number in range(words):
        query = query.where(person.c.sort_name.like(bindparam(f"word_{number}"), escape="\\"))
    return query, enrolment, person


def _of_level(asked: Asked, acquired: ColumnElement[int], total: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    wanted = {NONE: acquired == 0, SOME: and_(acquired > 0, acquired < total), ALL: acquired >= total}
    return wanted[asked.level], total > 0


def _with_level(
    ctx: Context, query: Any, enrolment: Any, code: str, ground: Ground, moment: Moment
) -> tuple[Any, ColumnElement[int], ColumnElement[int]]:
    """The query with each one's level in a block beside them."""
    own = {version: blocks[code] for version, blocks in ground.own.items() if code in blocks}
    level = levels_of_cohort(ctx, by_week=moment.weeks is not None).subquery()
    block_id = case({version: block.id for version, block in own.items()}, value=enrolment.c.version_id, else_=None)
    totals = {version: len(block.competences) for version, block in own.items()}
    same = and_(level.c.enrolment_id == enrolment.c.enrolment_id, level.c.block_id == block_id)
    total = case(totals, value=enrolment.c.version_id, else_=literal(0))
    return query.outerjoin(level, same), func.coalesce(level.c.acquired, 0), total
