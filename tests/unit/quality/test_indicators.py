"""The indicators are data: the text in force is chosen by the day, and a provider is named by the indicators it answers."""

from __future__ import annotations

from datetime import date

from lms.quality.evidence import PROVIDERS
from lms.quality.indicators import answered_by, referential


def test_the_text_changed_on_the_first_of_november_2026() -> None:
    before, after = referential(date(2026, 10, 31)), referential(date(2026, 11, 1))
    assert (before.version, len(before.indicators)) == ("2019", 32)
    assert (after.version, len(after.indicators)) == ("2026", 33)
    assert "effectivité" not in before.named((19,))[0].statement
    assert "effectivité" in after.named((19,))[0].statement


def test_every_indicator_has_a_title_and_a_statement() -> None:
    found = referential(date(2026, 11, 23)).indicators
    assert [one.number for one in found] == list(range(1, 34))
    assert all(one.title and one.statement for one in found)
    assert {one.number for one in found if one.changed} >= {1, 2, 12, 19, 27, 32}


def test_providers_answer_the_indicators_that_the_data_says() -> None:
    assert {provider.name: provider.indicators for provider in PROVIDERS} == {
        "quality.attestation": (11,),
        "quality.follow_up": (10, 19),
        "quality.results": (11,),
    }
    assert answered_by("inconnu") == ()
