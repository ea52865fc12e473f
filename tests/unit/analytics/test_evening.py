"""What waits this evening: the order, what is put off, who is quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analytics.evening import MOST_AT_ONCE, Evening, evening, in_order, put_back, put_off
from lms.contract.waits import Wait, WaitKind
from lms.kernel.rights import Forbidden

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)
DAY = timedelta(days=1)


def wait(key: str, *, days: float, harm: float = 1, minutes: int = 5) -> Wait:
    return Wait(key=key, title=key, since=NOW - days * DAY, harm=harm, minutes=minutes, url="/")


def kind_of(*waits: Wait) -> WaitKind:
    return WaitKind("answer", "Réponses", "message", lambda _ctx: waits)


def keys(lines) -> list[str]:
    return [line.wait.key for line in lines]


def ordered(*waits: Wait) -> list[str]:
    return keys(in_order([(kind_of(), one) for one in waits], now=NOW))


def test_the_most_harmful_wait_comes_first() -> None:
    assert ordered(wait("a", days=5), wait("b", days=2, harm=3), wait("c", days=1)) == ["b", "a", "c"]


def test_when_a_wait_moves_the_order_follows() -> None:
    steady = wait("steady", days=4)
    assert ordered(steady, wait("moved", days=3)) == ["steady", "moved"]
    assert ordered(steady, wait("moved", days=5)) == ["moved", "steady"]


def test_what_lies_in_the_future_has_cost_nothing() -> None:
    assert ordered(wait("wrong clock", days=-9, harm=100), wait("a", days=1)) == ["a", "wrong clock"]


waits = st.lists(
    st.builds(
        wait, st.text("abcdef", min_size=1, max_size=6), days=st.floats(0, 400), harm=st.floats(0, 5), minutes=st.integers(1, 30)
    ),
    unique_by=lambda one: one.key,
    max_size=30,
)  # fmt: skip


@given(waits, st.randoms())
def test_the_order_is_the_same_however_features_are_asked(some: list[Wait], chance) -> None:
    mixed = list(some)
    chance.shuffle(mixed)
    assert ordered(*some) == ordered(*mixed)


@given(waits, st.integers(1, 120))
def test_what_fits_is_a_beginning_and_fits(some: list[Wait], minutes: int) -> None:
    found = Evening(in_order([(kind_of(), one) for one in some], now=NOW), put_off=0)
    fit = found.fitting(minutes)
    assert list(fit) == list(found.lines[: len(fit)])
    assert len(fit) == min(1, len(some)) or sum(line.wait.minutes for line in fit) <= minutes


def test_what_is_put_off_is_hidden_from_oneself_until_its_day(engine_name, acting, clock) -> None:
    kinds = [kind_of(wait("a", days=3), wait("b", days=2))]
    ctx = acting("trainer")
    until = put_off(ctx, ["a"], days=1)
    ctx.session.commit()
    assert keys(evening(ctx, kinds).lines) == ["b"]
    assert evening(ctx, kinds).put_off == 1
    assert keys(evening(acting("coach"), kinds).lines) == ["a", "b"]
    clock.now = until + timedelta(minutes=1)
    assert keys(evening(acting("trainer"), kinds).lines) == ["a", "b"]


def test_putting_off_twice_keeps_the_later_word_and_can_be_taken_back(engine_name, acting) -> None:
    kinds = [kind_of(wait("a", days=3))]
    ctx = acting("trainer")
    first, second = put_off(ctx, ["a"], days=7), put_off(ctx, ["a", "a"], days=1)
    assert second < first
    put_back(ctx)
    assert keys(evening(ctx, kinds).lines) == ["a"]


def test_days_and_lines_have_their_limits(engine_name, acting) -> None:
    ctx = acting("trainer")
    assert put_off(ctx, ["x" * 500], days=100_000) < ctx.now + 61 * DAY
    put_off(ctx, [f"w{number}" for number in range(2 * MOST_AT_ONCE)], days=-4)


@pytest.mark.parametrize("who", ["learner", "company_head", "auditor"])
def test_others_have_no_evening_list(engine_name, acting, who) -> None:
    with pytest.raises(Forbidden):
        evening(acting(who), [])
    with pytest.raises(Forbidden):
        put_off(acting(who), ["a"], days=1)
