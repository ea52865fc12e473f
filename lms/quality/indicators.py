"""The Qualiopi indicators, read from `content/indicators`: data, never code, for the référentiel changes by decree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).resolve().parents[2] / "content" / "indicators" / "qualiopi.yaml"


@dataclass(frozen=True, slots=True)
class IndicatorInfo:
    """One indicator as the text in force states it."""

    number: int
    title: str
    statement: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Referential:
    """The version of the référentiel that is in force on a day: chosen by the day of the audit."""

    version: str
    text: str
    indicators: tuple[IndicatorInfo, ...]

    def named(self, numbers: tuple[int, ...]) -> list[IndicatorInfo]:
        """The indicators of these numbers, in order; an unknown number is left out."""
        return [one for one in self.indicators if one.number in numbers]


@cache
def _source() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def referential(day: date) -> Referential:
    """The version in force on a day (décret 2026-728: from 1 November 2026)."""
    versions = _source()["versions"]
    chosen = next((one for one in versions if day.isoformat() <= one.get("until", "9999")), versions[-1])
    return Referential(
        version=chosen["code"],
        text=chosen["text"],
        indicators=tuple(
            IndicatorInfo(
                number=one["number"],
                title=one["title"],
                statement=one["statements"][chosen["code"]],
                changed=one.get("changed_2026", False),
            )
            for one in _source()["indicators"]
            if chosen["code"] in one["statements"]
        ),
    )


def answered_by(provider: str) -> tuple[int, ...]:
    """The numbers of the indicators that a provider of evidence answers."""
    return tuple(one["number"] for one in _source()["indicators"] if provider in one.get("answered_by", ()))
