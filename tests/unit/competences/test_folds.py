"""The laws of the fold: the set decides, nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.competences.data import CompetenceInfo, CriterionInfo, Feed
from lms.competences.folds import fold_acquisition, months_later
from lms.contract.types import LedgerEntry
from lms.xapi.api import ANSWERED, ATTENDED, COMPLETED, EXPERIENCED, FAILED, PASSED

ENTRY = datetime(2026, 11, 2, 9, tzinfo=UTC)
FEEDS = {
    1: (Feed("quiz", 0.6), Feed("pool", 0.5)),
    2: (Feed("session", None),),
    3: (Feed("other", 0.6),),
}
CRITERIA = tuple(CriterionInfo(number, f"C{number}", "", "") for number in FEEDS)


def competence(at_least: int | None = None, valid_months: int | None = None) -> CompetenceInfo:
    return CompetenceInfo(1, "C", "", "", at_least, valid_months, CRITERIA)


def said(
    number: int, *, day: float = 0, verb=PASSED, source="server", scaled: float | None = 0.8, by: int | None = None
):
    return LedgerEntry(
        id=number, verb=verb.iri, activity="", registration=None, membership_id=1, source=source, scaled=scaled,
        occurred_at=ENTRY + timedelta(days=day), statement_id=f"s{number:03}", instructor_id=by,
    )  # fmt: skip


def fold(entries, rule=None):
    return fold_acquisition(rule or competence(), FEEDS, entries, since=ENTRY, course_version_ids=[1])


entries = st.lists(
    st.tuples(
        st.sampled_from(["quiz", "pool", "session", "other"]),
        st.builds(
            said,
            st.integers(0, 60),
            day=st.floats(-10, 900, allow_nan=False),
            verb=st.sampled_from([PASSED, FAILED, COMPLETED, ATTENDED, ANSWERED, EXPERIENCED]),
            source=st.sampled_from(["server", "staff", "learner_device", "partner:x", "launched_unit"]),
            scaled=st.one_of(st.none(), st.sampled_from([0.0, 0.4, 0.5, 0.6, 0.8, 1.0])),
        ),
    ),
    max_size=14,
    unique_by=lambda pair: pair[1].statement_id,
)
rules = st.builds(competence, st.sampled_from([None, 1, 2]), st.sampled_from([None, 1, 12]))


def by_activity(pairs):
    found = {}
    for activity, entry in pairs:
        found.setdefault(activity, []).append(entry)
    return found


@given(entries, rules, st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_order_and_repeats_change_nothing(pairs, rule, seed):
    again = [*pairs, *pairs]
    random.Random(seed).shuffle(again)
    assert fold(by_activity(pairs), rule) == fold(by_activity(again), rule)


@given(entries, rules, st.sampled_from(["quiz", "pool", "other"]), st.floats(0, 900, allow_nan=False))
@settings(max_examples=200, deadline=None)
def test_a_worse_retry_takes_nothing_away(pairs, rule, activity, day):
    before = fold(by_activity(pairs), rule)
    after = fold(by_activity([*pairs, (activity, said(99, day=day, verb=FAILED, scaled=0.1))]), rule)
    if before is not None:
        assert after is not None
        assert {**after, "explanation": None} == {**before, "explanation": None}
        for old, new in zip(before["explanation"]["criteria"], after["explanation"]["criteria"], strict=True):
            assert (old["met_at"], old["proofs"]) == (new["met_at"], new["proofs"])


@given(entries, rules, st.data())
@settings(max_examples=200, deadline=None)
def test_voiding_is_absence(pairs, rule, data):
    if not pairs:
        return
    gone = data.draw(st.sampled_from(pairs))
    left = [pair for pair in pairs if pair is not gone]
    figure = fold(by_activity(left), rule)
    told = str(figure)
    assert gone[1].statement_id not in told


@given(entries, rules)
@settings(max_examples=200, deadline=None)
def test_only_the_server_and_staff_count(pairs, rule):
    kept = [pair for pair in pairs if pair[1].source in ("server", "staff")]
    whole, trusted = fold(by_activity(pairs), rule), fold(by_activity(kept), rule)
    if whole is not None and trusted is not None:
        assert whole["reached_at"] == trusted["reached_at"]
        assert whole["met"] == trusted["met"]
    elif whole is not None:
        assert whole["reached_at"] is None


@given(entries, st.sampled_from([None, 1, 12]))
@settings(max_examples=200, deadline=None)
def test_more_statements_never_delay_what_is_reached_for_ever(pairs, months):
    rule = competence(valid_months=None, at_least=2)
    for size in range(len(pairs)):
        less, more = fold(by_activity(pairs[:size]), rule), fold(by_activity(pairs), rule)
        if less is not None and less["reached_at"] is not None:
            assert more["reached_at"] <= less["reached_at"]


def test_the_minimum_is_reached_even_by_a_rounding():
    figure = fold({"quiz": [said(1, scaled=0.6 - 1e-12)]})
    assert figure["met"] == 1
    assert fold({"quiz": [said(1, scaled=0.59)]})["met"] == 0


def test_a_failed_attempt_with_enough_points_for_the_criterion_counts():
    assert fold({"pool": [said(1, verb=FAILED, scaled=0.5)]})["met"] == 1


def test_nothing_said_is_no_figure():
    assert fold({}) is None
    assert fold({"quiz": [said(1, verb=EXPERIENCED, source="server", scaled=None)]}) is None


def test_the_word_of_the_person_stands_beside_and_never_counts():
    figure = fold({"session": [said(1, verb=COMPLETED, source="learner_device", scaled=1.0)]})
    assert figure["met"] == 0
    assert figure["explanation"]["criteria"][1]["own_view"]["statement"] == "s001"


def test_it_is_reached_when_the_last_needed_criterion_is_met():
    told = {
        "quiz": [said(1, day=1), said(2, day=9)],
        "session": [said(3, day=5, verb=ATTENDED, source="staff", scaled=None, by=7)],
        "other": [said(4, day=3)],
    }
    assert fold(told)["reached_at"] == ENTRY + timedelta(days=5)
    assert fold(told, competence(at_least=2))["reached_at"] == ENTRY + timedelta(days=3)
    assert fold(told, competence(at_least=1))["reached_at"] == ENTRY + timedelta(days=1)


def test_a_clock_before_the_entry_is_set_right():
    assert fold({"quiz": [said(1, day=-30)]}, competence(at_least=1))["reached_at"] == ENTRY


def test_it_lapses_and_comes_back():
    rule = competence(at_least=1, valid_months=1)
    first = said(1, day=0)
    figure = fold({"quiz": [first]}, rule)
    assert figure["expires_at"] == months_later(ENTRY, 1)
    renewed = fold({"quiz": [first, said(2, day=20)]}, rule)
    assert renewed["reached_at"] == ENTRY, "renewed in time: since the first day"
    assert renewed["expires_at"] == months_later(ENTRY + timedelta(days=20), 1)
    again = fold({"quiz": [first, said(3, day=100)]}, rule)
    assert again["reached_at"] == ENTRY + timedelta(days=100)
    assert again["explanation"]["earlier"] == [[ENTRY.isoformat(), months_later(ENTRY, 1).isoformat()]]


def test_months_end_where_the_month_ends():
    assert months_later(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2027, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2026, 11, 30, tzinfo=UTC), 1) == datetime(2026, 12, 30, tzinfo=UTC)


def test_many_proofs_keep_the_first_and_the_last():
    told = [said(number, day=number) for number in range(40)]
    proofs = fold({"quiz": told})["explanation"]["criteria"][0]["proofs"]
    assert [one["statement"] for one in proofs] == [*(f"s{n:03}" for n in range(9)), "s039"]


def test_the_nearest_is_the_best_try():
    told = [said(1, scaled=0.2, verb=FAILED), said(2, scaled=0.4, verb=FAILED), said(3, scaled=0.1, verb=FAILED)]
    assert fold({"quiz": told})["explanation"]["criteria"][0]["nearest"]["statement"] == "s002"
    assert (
        fold({"quiz": [*told, replace(told[0], scaled=0.9, statement_id="s9")]})["explanation"]["criteria"][0][
            "nearest"
        ]
        is None
    )
