"""The overview: everyone in one drawing, a short line of squares each, several columns of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.analytics.data import PersonRow

SQUARE, GAP, SPACE, HEAD = 9, 1, 14, 14
MOST_COLUMNS, SHORTEST = 12, 25
LARGE, SMALL, MANY = 2, 1.25, 300


@dataclass(frozen=True, slots=True)
class Drawing:
    """The paths of an SVG: one for each of the five levels, so that a thousand people stay light."""

    width: int
    height: int
    paths: tuple[tuple[int, str], ...]
    """(level, what to draw)."""
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


def drawing_of(rows: Sequence[PersonRow], blocks: int) -> Drawing:
    """Draw people from top to bottom, then from column to column."""
    per_column = max(SHORTEST, -(-len(rows) // MOST_COLUMNS))
    columns = -(-len(rows) // per_column) or 1
    step = blocks * (SQUARE + GAP) + SPACE
    squares: list[list[str]] = [[] for _level in range(5)]
    for number, row in enumerate(rows):
        column, line = divmod(number, per_column)
        y = HEAD + line * (SQUARE + GAP)
        x = column * step
        for cell in row.cells:
            if cell is not None:
                squares[cell.shade].append(f"M{x} {y}h{SQUARE}v{SQUARE}h-{SQUARE}z")
            x += SQUARE + GAP
    return Drawing(
        width=columns * step - SPACE,
        height=HEAD + min(per_column, len(rows) or 1) * (SQUARE + GAP),
        paths=tuple((level, "".join(found)) for level, found in enumerate(squares) if found),
        scale=LARGE if len(rows) <= MANY else SMALL,
        heads=tuple(_heads(columns, step, blocks)),
    )


def _heads(columns: int, step: int, blocks: int) -> Iterator[tuple[float, int]]:
    for column in range(columns):
        for place in range(blocks):
            yield column * step + place * (SQUARE + GAP) + SQUARE / 2, place + 1


def spread_of(rows: Sequence[PersonRow], blocks: int) -> list[list[int]]:
    """For each block, how many people stand at each of the five levels, and how many are not there yet."""
    counts = [[0] * 6 for _block in range(blocks)]
    for row in rows:
        for place, cell in enumerate(row.cells):
            counts[place][5 if cell is None else cell.shade] += 1
    return counts
