"""The follow-up of remote activities is one word, by a rule that a reader can check."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.quality.data import Line
from lms.quality.folds import EFFECTIVE, INCOMPLETE, NOT_STARTED, ONGOING, PAUSED, TO_REMIND, follow_up
from lms.quality.phrases import active_time, duration, known_time, slug, state

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def line(
    *,
    done: bool = True,
    ago: int = 1.0,
    optional: bool = False,
    assessed: bool = False,
    begun: bool = True,
    seconds: float | None = None,
) -> Line:
    at = NOW - timedelta(days=ago) if begun else None
    return Line(
        key="a", title="Une activité", module="Un module", type="lesson", modality="asynchronous", is_optional=optional,
        minutes=10, objectives=(), status=("done" if done else "started") if begun else "", first_at=at, last_at=at,
        done_at=at if done and begun else None, seconds=seconds, attempts=1 if assessed else 0, best=0.5 if assessed else None,
    )  # fmt: skip


def word(*lines: Line, ended: datetime | None = None, quiet_days: int = 21) -> str:
    found = follow_up(lines, ended_at=ended, now=NOW, quiet_days=quiet_days, zone="Europe/Paris")
    assert found.why
    return found.word


NOTHING = {"begun": False, "done": False}


def test_nothing_begun_is_not_started_however_long_ago_the_entry() -> None:
    assert word(line(**NOTHING)) == NOT_STARTED
    assert word() == NOT_STARTED
    assert word(line(**NOTHING), ended=NOW) == NOT_STARTED


def test_what_is_expected_and_done_counts_when_something_was_assessed() -> None:
    assert word(line(), line(assessed=True)) == EFFECTIVE


def test_a_fully_ticked_path_without_anything_assessed_is_incomplete() -> None:
    assert word(line(), line()) == INCOMPLETE


def test_a_path_with_nothing_expected_is_never_effective() -> None:
    assert word(line(optional=True, assessed=True)) == INCOMPLETE


def test_an_optional_activity_left_out_takes_nothing_away() -> None:
    assert word(line(assessed=True), line(optional=True, **NOTHING)) == EFFECTIVE


@pytest.mark.parametrize(("ago", "expected"), [(0, ONGOING), (21, ONGOING), (22, TO_REMIND)])
def test_after_21_local_days_without_activity_someone_is_to_be_reminded(ago: int, expected: str) -> None:
    assert word(line(ago=ago), line(**NOTHING)) == expected


def test_the_number_of_quiet_days_is_the_organisation_s() -> None:
    assert word(line(ago=8), line(**NOTHING), quiet_days=7) == TO_REMIND


def test_an_enrolment_that_ended_before_is_incomplete() -> None:
    assert word(line(ago=60), line(**NOTHING), ended=NOW - timedelta(days=1)) == INCOMPLETE


def test_an_opened_page_is_not_an_activity_done() -> None:
    assert word(line(done=False, assessed=True)) == ONGOING


def test_consulted_begun_and_done_are_said_apart() -> None:
    said = [line(), line(done=False), line(done=False, assessed=True), line(**NOTHING)]
    assert [state(one) for one in said] == ["faite", "consultée, pas faite", "commencée, pas faite", "pas commencée"]


def test_an_unknown_time_is_said_unknown_and_never_nothing() -> None:
    assert duration(None) == "inconnu"
    assert known_time((line(), line(seconds=60.0))) == (60.0, 1)
    assert active_time((line(),)) == "inconnu"
    assert active_time((line(**NOTHING),)) == "rien n'est commencé"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h"), (4320, "1 h 12"), (3599.9, "1 h")]
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lefevre-œuvrard éloïse", "lefevre-oeuvrard-eloise"),
        ("../../etc/passwd", "etc-passwd"),
        ("مريم", "personne"),
        ("a" * 200, "a" * 60),
        ("", "personne"),
    ],
)
def test_a_name_becomes_a_file_name_and_never_a_path(name: str, said: str) -> None:
    assert slug(name) == said


def test_the_days_of_a_pause_are_not_silence() -> None:
    begun = [line(done=False, ago=40)]
    known = {"ended_at": None, "now": NOW, "quiet_days": 21, "zone": "Europe/Paris"}
    assert follow_up(begun, **known).word == TO_REMIND
    away = [(date(2026, 10, 20), date(2026, 11, 10))]  # 21 days of the 40
    assert follow_up(begun, **known, stops=away).word == ONGOING
    assert follow_up(begun, **known, is_paused=True).word == PAUSED
    assert follow_up([line(assessed=True)], **known, is_paused=True).word == EFFECTIVE
