"""Bars for figures that are shares: a drawing whose table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.quality.overview import Figure, shown

LEFT, WIDTH, STEP, THICK = 310, 320, 34, 22
"""In the units of the drawing: where bars begin, how long a whole one is, from one to the next, how thick."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value in words, where it stands and how long it is."""

    label: str
    value: str
    top: int
    length: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The drawing: its bars and its height."""

    bars: tuple[Bar, ...]
    height: int
    left: int = LEFT
    width: int = WIDTH
    thick: int = THICK


def bars_of(figures: Sequence[Figure]) -> Bars | None:
    """The shares among these figures, from 0 to 100 %; nothing when there is none to draw."""
    drawn = [one for one in figures if one.kind.unit == "%" and one.result.value is not None]
    bars = tuple(
        Bar(one.label, shown(one), place * STEP + 6, round(WIDTH * min(1.0, max(0.0, one.result.value or 0.0))))
        for place, one in enumerate(drawn)
    )
    return Bars(bars, len(bars) * STEP + 30) if bars else None
