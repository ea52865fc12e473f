"""Reads across people: the heat map, and everyone at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.analytics.data import Asked, Cells, Ground, HeatPage, Moment, PersonRow
from lms.analytics.ground import has_come, weeks_between
from lms.analytics.people import levels_of_cohort, levels_of_some, parameters_of, people_asked
from lms.competences.api import BlockInfo, LevelInfo
from lms.courses.api import CohortInfo
from lms.kernel.context import Context

PAGE_SIZE = 50
_CHUNK = 500
_EVERYONE = 1_000_000


def heat_page(ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment) -> HeatPage:
    """One page: first who, then their levels."""
    query, values = people_asked(ctx, ground=ground, asked=asked, moment=moment)
    place = {"cohort": cohort.id, "size": PAGE_SIZE, "start": (asked.page - 1) * PAGE_SIZE}
    found = ctx.session.execute(query, {**values, **place}).all()
    count = found[0].people if found else 0
    return HeatPage(tuple(_rows(ctx, found, ground, moment)), asked.page, -(-count // PAGE_SIZE), count)


def everyone(ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment) -> list[Cells]:
    """The levels of all the people asked for, in their order: what the overview draws."""
    query, values = people_asked(ctx, ground=ground, asked=asked, moment=moment, are_named=False)
    place = {"cohort": cohort.id, "size": _EVERYONE, "start": 0}
    found = ctx.session.execute(query, {**values, **place}).all()
    levels = levels_of_cohort(ctx, by_week=moment.weeks is not None)
    parameters = parameters_of(moment, cohort=cohort.id, blocks=_block_ids(ground))
    acquired = {(row[0], row[1]): row[2] for row in ctx.session.execute(levels, parameters)}
    return list(_cells(found, acquired, ground, moment))


def everyone_in_pieces(
    ctx: Context, cohort: CohortInfo, *, ground: Ground, asked: Asked, moment: Moment
) -> Iterator[list[PersonRow]]:
    """All the people asked for with their levels, some hundreds at a time."""
    query, values = people_asked(ctx, ground=ground, asked=asked, moment=moment)
    start = 0
    while found := ctx.session.execute(query, {**values, "cohort": cohort.id, "size": _CHUNK, "start": start}).all():
        yield list(_rows(ctx, found, ground, moment))
        start += _CHUNK


def _rows(ctx: Context, found: Sequence[Any], ground: Ground, moment: Moment) -> Iterator[PersonRow]:
    if not found:
        return
    levels = levels_of_some(ctx, by_week=moment.weeks is not None)
    parameters = parameters_of(moment, enrolments=[row.enrolment_id for row in found], blocks=_block_ids(ground))
    acquired = {(row[0], row[1]): row[2] for row in ctx.session.execute(levels, parameters)}
    for row, cells in zip(found, _cells(found, acquired, ground, moment), strict=True):
        yield PersonRow(
            key=row.key,
            name=f"{row.given_name} {row.family_name}".strip(),
            entered_at=row.entered_at,
            ended_at=row.ended_at,
            week=weeks_between(row.entered_at, row.ended_at or ctx.now),
            cells=cells,
        )


def _block_ids(ground: Ground) -> list[int]:
    return sorted({block.id for own in ground.own.values() for block in own.values()})


def _cells(
    found: Sequence[Any], acquired: Mapping[tuple[int, int], int], ground: Ground, moment: Moment
) -> Iterator[Cells]:
    """The levels of each one, in the order of the columns."""
    nothing: Cells = (None,) * len(ground.blocks)
    columns = {version: [_scale(own.get(block.code)) for block in ground.blocks] for version, own in ground.own.items()}
    for row in found:
        if row.version_id in columns and has_come(moment, row.entered_at):
            whose = row.enrolment_id
            yield tuple([scale[acquired.get((whose, block_id), 0)] for block_id, scale in columns[row.version_id]])
        else:
            yield nothing


def _scale(block: BlockInfo | None) -> tuple[int, tuple[LevelInfo | None, ...]]:
    """The id of a block and each level that one can reach in it, made once for everyone."""
    if block is None:
        return 0, (None,)
    total = len(block.competences)
    return block.id, tuple(LevelInfo(number, total) for number in range(total + 1))
