"""The rates as bars: what is positive, other and unknown, of the same length for each moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.outcomes.data import Rate

LEFT, WIDTH, STEP = 210, 500, 56


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: where, how long, its class and its count."""

    x: float
    width: float
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one moment."""

    month: int
    y: int
    percent: int
    pieces: tuple[Piece, ...]


def bars(rates: Sequence[Rate]) -> list[Bar]:
    """One bar for each rate that has anyone in it."""
    drawn: list[Bar] = []
    for line in rates:
        if not line.total:
            continue
        x, pieces = float(LEFT), []
        for tone, count in (("p1", line.positive), ("p4", line.other), ("p2", line.unknown)):
            width = round(WIDTH * count / line.total, 2)
            if count:
                pieces.append(Piece(x, width, tone, count))
            x = round(x + width, 2)
        drawn.append(Bar(line.month, STEP * len(drawn) + 4, line.percent, tuple(pieces)))
    return drawn
