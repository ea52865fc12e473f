"""The numbers, and which test stands for which."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).with_name("numbers.txt")
NUMBER = re.compile(r"XAPI-\d{5}|V2-\d{2}")


def numbers() -> dict[str, tuple[str, str]]:
    """Number → (how it is tested, what it says), as the table has them."""
    lines = [one for one in TABLE.read_text(encoding="utf-8").splitlines() if one and not one.startswith("#")]
    found = {line[:12].strip(): (line[12:24].strip(), line[24:].strip()) for line in lines}
    assert len(found) == len(lines), "a number stands twice in the table"
    return found


def covers(*given: str) -> Callable[[Any], Any]:
    """The test stands for these numbers."""

    def mark(test: Any) -> Any:
        test.numbers = (*covered_by(test), *given)
        return test

    return mark


def each(name: str, cases: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The test runs once for each number, with what stands beside it; a key may hold several numbers."""

    def mark(test: Any) -> Any:
        parameters = [pytest.param(value, id=number.replace(" ", "+")) for number, value in cases.items()]
        return pytest.mark.parametrize(name, parameters)(covers(*NUMBER.findall(" ".join(cases)))(test))

    return mark


def covered_by(test: Any) -> tuple[str, ...]:
    """The numbers that a test stands for."""
    return getattr(test, "numbers", ())


def covered_by_run(test: Any, run: str) -> list[str]:
    """The numbers that one run of a test stands for; `run`: its name, with its parameters."""
    named = [one for one in covered_by(test) if one in NUMBER.findall(run)]
    return named or list(covered_by(test))


only_1 = pytest.mark.parametrize("machine", ["1.0.3"], indirect=True)
only_2 = pytest.mark.parametrize("machine", ["2.0.0"], indirect=True)
