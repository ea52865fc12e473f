"""The overview: everyone in one drawing, a short line of squares each, several columns of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.analytics.data import Cells

SQUARE, GAP, SPACE, HEAD = 9, 1, 14, 14
MOST_COLUMNS, SHORTEST = 12, 25
LARGE, SMALL, MANY = 2, 1.25, 300
NOT_THERE = 5


@dataclass(frozen=True, slots=True)
class Drawing:
    """The paths of an SVG: one for each of the five levels, so that a thousand people stay light."""

    width: int
    height: int
    paths: tuple[tuple[int, str], ...]
    """(level, what to draw)."""
    not_there: str
    """The squares of those of whom the moment says nothing."""
    heads: tuple[tuple[float, int], ...]
    """(where, the number of a block) above each column of people."""
    scale: float
    head: int = HEAD - 4

    @property
    def shown_width(self) -> int:
        """In the page."""
        return round(self.width * self.scale)

    @property
    def shown_height(self) -> int:
        """In the page."""
        return round(self.height * self.scale)


def drawing_of(people: Sequence[Cells], blocks: int) -> Drawing:
    """Draw people from top to bottom, then from column to column. Level 0 is the ground on which the others stand."""
    per_column = max(SHORTEST, -(-len(people) // MOST_COLUMNS))
    columns = -(-len(people) // per_column) or 1
    step = blocks * (SQUARE + GAP) + SPACE
    squares: list[list[str]] = [[] for _level in range(6)]
    for column in range(columns):
        some = people[column * per_column : (column + 1) * per_column]
        starts = [f"M{column * step + place * (SQUARE + GAP)} " for place in range(blocks)]
        squares[0] += [f"{start}{HEAD}h{SQUARE}v{len(some) * (SQUARE + GAP) - GAP}h-{SQUARE}z" for start in starts]
        for line, cells in enumerate(some):
            end = f"{HEAD + line * (SQUARE + GAP)}h{SQUARE}v{SQUARE}h-{SQUARE}z"
            for start, cell in zip(starts, cells, strict=True):
                if cell is None:
                    squares[NOT_THERE].append(start + end)
                elif cell.acquired:
                    squares[cell.shade].append(start + end)
    return Drawing(
        width=columns * step - SPACE,
        height=HEAD + min(per_column, len(people) or 1) * (SQUARE + GAP),
        paths=tuple((level, "".join(found)) for level, found in enumerate(squares[:NOT_THERE]) if found),
        not_there="".join(squares[NOT_THERE]),
        scale=LARGE if len(people) <= MANY else SMALL,
        heads=tuple(_heads(columns, step, blocks)),
    )


def _heads(columns: int, step: int, blocks: int) -> Iterator[tuple[float, int]]:
    for column in range(columns):
        for place in range(blocks):
            yield column * step + place * (SQUARE + GAP) + SQUARE / 2, place + 1


def spread_of(people: Sequence[Cells], blocks: int) -> list[list[int]]:
    """For each block, how many people stand at each of the five levels, and how many are not there yet."""
    spread = []
    for place in range(blocks):
        counts = [0] * 6
        for cell, times in Counter(cells[place] for cells in people).items():
            counts[NOT_THERE if cell is None else cell.shade] += times
        spread.append(counts)
    return spread
