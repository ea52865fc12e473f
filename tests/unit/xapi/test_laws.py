"""The laws of the folds: a figure depends on the set of statements, not on how they came (DESIGN §6, Folds)."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lms.contract.types import Believed, LedgerEntry, Source
from lms.courses.folds import DONE, STARTED, fold_progress
from lms.xapi.api import ANSWERED, COMPLETED, EXPERIENCED, FAILED, PASSED
from lms.xapi.data import Intent
from lms.xapi.outbox import corrected

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
BELIEVES = (
    Believed(COMPLETED.iri, frozenset({Source.SERVER, Source.LEARNER_DEVICE})),
    Believed(EXPERIENCED.iri, frozenset({Source.LEARNER_DEVICE})),
    Believed(ANSWERED.iri, frozenset({Source.SERVER})),
    Believed(PASSED.iri, frozenset({Source.SERVER})),
    Believed(FAILED.iri, frozenset({Source.SERVER})),
)
seconds = some.none() | some.integers(0, 8 * 3600).map(float)
moments = some.integers(-86_400, 30 * 86_400).map(lambda after: START + timedelta(seconds=after))
entries = some.builds(
    LedgerEntry,
    id=some.integers(1, 10_000),
    verb=some.sampled_from([COMPLETED.iri, EXPERIENCED.iri, ANSWERED.iri, PASSED.iri, FAILED.iri, "http://x.fr/other"]),
    activity=some.just("https://essai.invalid/a/x"),
    registration=some.just("r"),
    membership_id=some.just(1),
    occurred_at=moments,
    source=some.sampled_from(["server", "staff", "learner_device", "partner:Moodle"]),
    scaled=some.none() | some.floats(-1, 1),
    seconds=seconds,
    attempt=some.none() | some.sampled_from(["a", "b", "c"]),
    statement_id=some.uuids().map(str),
)
sets = some.lists(entries, max_size=12, unique_by=lambda entry: entry.statement_id)


def figure(said: Any) -> Any:
    return fold_progress(said, BELIEVES, entered_at=START)


@given(sets, some.randoms(use_true_random=False))
def test_the_order_tells_nothing(said: Any, chance: Any) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert figure(shuffled) == figure(said)


@given(sets, some.data())
def test_repeats_tell_nothing(said: Any, data: Any) -> None:
    again = data.draw(some.lists(some.sampled_from(said), max_size=8)) if said else []
    assert figure([*said, *again]) == figure(said)


@given(sets, some.data())
def test_voiding_is_taking_out_of_the_set(said: Any, data: Any) -> None:
    voided = data.draw(some.sets(some.sampled_from([one.statement_id for one in said]))) if said else set()
    left = [one for one in said if one.statement_id not in voided]
    shuffled = random.Random(len(said)).sample(left, len(left))
    assert figure(left) == figure(shuffled)
    if not voided:
        assert figure(left) == figure(said)


@given(sets, sets)
def test_late_is_the_same_as_on_time(early: Any, late: Any) -> None:
    late = [one for one in late if one.statement_id not in {other.statement_id for other in early}]
    assert figure([*early, *late]) == figure([*late, *early]) == figure(sorted([*early, *late], key=lambda one: one.id))


@given(sets, entries)
def test_a_worse_retry_takes_nothing_away(said: Any, retry: Any) -> None:
    before, after = figure(said), figure([*said, replace(retry, verb=FAILED.iri, source="server", scaled=-1.0)])
    if before is None:
        return
    assert (before.status, after.status) != (DONE, STARTED)
    assert before.best is None or after.best >= before.best
    assert after.attempts >= before.attempts
    assert before.done_at is None or after.done_at <= before.done_at
    assert after.first_at <= before.first_at
    assert after.last_at >= before.last_at


@given(sets)
def test_time_is_a_union(said: Any) -> None:
    found = figure(said)
    if found is None:
        return
    kept = [one for one in said if (one.verb, one.source) in {(b.verb, s.value) for b in BELIEVES for s in b.sources}]
    intervals = [
        (max(one.occurred_at - timedelta(seconds=one.seconds), START), max(one.occurred_at, START))
        for one in kept
        if one.seconds is not None
    ]
    if not intervals:
        assert found.seconds is None
        return
    lengths = [(end - begin).total_seconds() for begin, end in intervals]
    span = (max(end for _begin, end in intervals) - min(begin for begin, _end in intervals)).total_seconds()
    assert max(lengths) - 0.001 <= found.seconds <= min(span, sum(lengths)) + 0.001


@given(sets)
def test_nothing_is_before_the_entry(said: Any) -> None:
    found = figure(said)
    if found is not None:
        assert START <= found.first_at <= found.last_at
        assert found.done_at is None or found.first_at <= found.done_at <= found.last_at


@given(sets)
def test_what_no_type_believes_proves_nothing(said: Any) -> None:
    partners = [replace(one, source="partner:server") for one in said]
    assert figure(partners) is None
    assert figure([*said, *(replace(one, statement_id=str(uuid.uuid4())) for one in partners)]) == figure(said)


# ------------------------------------------------------------------------------------------------------ ids and clocks


@given(some.uuids(), some.integers(0, 50), some.integers(0, 50))
def test_an_intent_sent_again_makes_the_same_statements(name: str, first: Any, second: Any) -> None:
    intent = Intent(str(name), 1, START, START)
    again = Intent(str(name), 2, START + timedelta(days=1), START)
    assert intent.statement_id(first) == again.statement_id(first)
    assert (intent.statement_id(first) == intent.statement_id(second)) == (first == second)


@given(some.uuids(), some.uuids(), some.integers(0, 50))
def test_two_intents_never_share_a_statement(one: Any, other: Any, number: Any) -> None:
    same = Intent(str(one), 1, START, START).statement_id(number) == Intent(str(other), 1, START, START).statement_id(
        number
    )
    assert same == (one == other)


any_moment = some.datetimes(timezones=some.just(UTC))


@settings(max_examples=500)
@given(any_moment, any_moment, moments)
def test_nothing_happens_in_the_future_whatever_a_device_says(made_at: Any, sent_at: Any, received_at: Any) -> None:
    assert corrected(made_at, sent_at=sent_at, received_at=received_at) <= received_at


@given(some.integers(0, 60 * 86_400), some.integers(-400 * 86_400, 400 * 86_400), moments)
def test_a_clock_that_runs_ahead_or_behind_is_corrected(age: Any, wrong_by: Any, received_at: Any) -> None:
    """A day ahead, a year behind: what counts is how long before its delivery the act was made."""
    by_device = received_at + timedelta(seconds=wrong_by)
    made_at = by_device - timedelta(seconds=age)
    assert corrected(made_at, sent_at=by_device, received_at=received_at) == received_at - timedelta(seconds=age)


@given(moments, some.integers(1, 86_400))
def test_an_act_made_after_it_was_sent_was_made_when_it_came(received_at: Any, after: Any) -> None:
    made_at = received_at + timedelta(seconds=after)
    assert corrected(made_at, sent_at=received_at, received_at=received_at) == received_at


@pytest.mark.parametrize("year", [1, 1900, 1970])
def test_a_clock_without_a_battery_tells_nothing(year: Any) -> None:
    made_at = datetime(year, 1, 1, 12, tzinfo=UTC)
    assert corrected(made_at, sent_at=made_at, received_at=START) == START
