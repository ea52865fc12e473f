"""No number without a test, no test of a number that is none."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from tests.contract.requirements.numbers import covered_by, numbers

HERE = Path(__file__).parent
NOTHING_TO_TEST = {"XAPI-00136", "XAPI-00152"}
"""One that was never given; one that was taken back and that clocks of several servers cannot keep."""


def every_test() -> list[Any]:
    """Every test of the folder."""
    modules = [importlib.import_module(f"{__package__}.{path.stem}") for path in sorted(HERE.glob("test_*.py"))]
    found = [value for one in modules for name, value in vars(one).items() if name.startswith("test_")]
    assert len(found) > 50
    return found


def test_the_table_has_every_number_once_with_a_sentence() -> None:
    table = numbers()
    expected = [f"XAPI-{number:05d}" for number in range(1, 337)] + [f"V2-{number:02d}" for number in range(1, 17)]
    assert list(table) == expected
    for number, (kind, sentence) in table.items():
        assert re.fullmatch(r"refused|answered|retired|same \d{5}", kind), number
        assert sentence.endswith((".", ").")), number
        if kind.startswith("same"):
            assert table[f"XAPI-{kind[5:]}"][0] in ("refused", "answered"), number


def test_every_number_has_a_test() -> None:
    covered = {number for one in every_test() for number in covered_by(one)}
    assert covered - set(numbers()) == set()
    assert set(numbers()) - covered == NOTHING_TO_TEST


def test_a_number_of_a_test_that_touches_the_database_is_seen_accepted_and_refused() -> None:
    """The fixture `machine` looks at the answers: a test of a number that does without it would not be looked at."""
    for one in every_test():
        if covered_by(one):
            assert {"machine", "engine_name"} <= set(one.__code__.co_varnames[: one.__code__.co_argcount]), one.__name__
