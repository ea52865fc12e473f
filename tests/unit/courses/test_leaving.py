"""Pauses, extensions and ends: by the person, by staff, twice, by someone else, with a wrong clock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.courses.data import EnrolmentInfo
from lms.courses.holdings import erase, held_on
from lms.courses.leaving import (
    WrongLastDay,
    end_enrolment,
    extend_enrolment,
    pause_enrolment,
    resume_enrolment,
    return_enrolment,
    say_end,
    withdraw_words,
)
from lms.courses.models import Enrolment, EnrolmentChange
from lms.courses.operations import enrol
from lms.courses.queries import enrolments_by_id, own_words, play_in, way
from lms.courses.rosters import cohort_row
from lms.courses.structure import structure
from lms.courses.telling import outcome_of
from lms.kernel.events import EventRow
from lms.kernel.rights import Forbidden, NotFound
from lms.xapi.api import Outcome
from tests.factories.content import open_cohort, publish_fixture


@pytest.fixture
def enrolled(engine_name: Any, platform: Any, world: Any) -> int:
    """The learner's enrolment, committed."""
    group = open_cohort(platform, world, publish_fixture(platform, world))
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        return enrol(ctx, cohort=cohort_row(ctx, group.key), membership_ids=[world.members["learner"]])[0].id


def row_of(ctx: Any, enrolled: int) -> Enrolment:
    return ctx.session.get_one(Enrolment, enrolled)


def info_of(ctx: Any, enrolled: int) -> EnrolmentInfo:
    ctx.session.flush()
    return enrolments_by_id(ctx, [enrolled])[enrolled]


def kinds(ctx: Any) -> list[str]:
    return list(ctx.session.scalars(select(EnrolmentChange.kind).order_by(EnrolmentChange.id)))


def told(ctx: Any) -> list[str]:
    query = select(EventRow.type).where(EventRow.type.like("courses.e%")).order_by(EventRow.id)
    return [one.partition(".")[2] for one in ctx.session.scalars(query)]


def test_a_person_pauses_and_comes_back_and_each_is_told_once(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("learner")
    row = row_of(ctx, enrolled)
    for _twice in range(2):
        pause_enrolment(ctx, enrolment=row)
    assert row.paused_at == clock()
    clock.forward(days=21)
    for _twice in range(2):
        return_enrolment(ctx, enrolment=row)
    assert (row.paused_at, row.pauses, row.returned_at) == (None, [["2026-11-23", "2026-12-14"]], clock())
    assert kinds(ctx) == ["entered", "paused", "returned"]
    assert told(ctx) == ["enrolment_paused", "enrolment_returned"]


def test_deadlines_wait_and_weeks_too(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("learner")
    due = {step.info.key: step.due_at for step in way(ctx, info_of(ctx, enrolled)).steps() if step.due_at}
    assert due
    pause_enrolment(ctx, enrolment=row_of(ctx, enrolled))
    clock.forward(days=40)
    paused = way(ctx, info_of(ctx, enrolled))
    assert paused.week == 1
    assert not [step for step in paused.steps() if step.is_late]
    return_enrolment(ctx, enrolment=row_of(ctx, enrolled))
    clock.forward(days=3)
    back = way(ctx, info_of(ctx, enrolled))
    assert {key: at + timedelta(days=40) for key, at in due.items()} == {
        step.info.key: step.due_at for step in back.steps() if step.due_at
    }


def test_what_is_done_in_a_pause_is_in_time(acting: Any, enrolled: int, clock: Any, world: Any) -> None:
    ctx = acting("learner")
    key = next(step.info.key for step in way(ctx, info_of(ctx, enrolled)).steps() if step.due_at)
    pause_enrolment(ctx, enrolment=row_of(ctx, enrolled))
    clock.forward(days=60)

    class Act:
        occurred_at = clock()

    found = play_in(ctx, info_of(ctx, enrolled), activity_key=key)
    assert (found.is_late, outcome_of(found, Act)) == (False, Outcome.ACCEPTED)


def test_a_pause_on_a_day_of_return_costs_nothing(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("trainer")
    row = row_of(ctx, enrolled)
    pause_enrolment(ctx, enrolment=row)
    clock.forward(hours=-30)  # a server whose clock was set back
    return_enrolment(ctx, enrolment=row)
    assert (row.paused_at, row.pauses) == (None, [])


def test_why_may_be_said_after_the_one_tap_and_taken_back(acting: Any, enrolled: int) -> None:
    ctx = acting("learner")
    row = row_of(ctx, enrolled)
    pause_enrolment(ctx, enrolment=row)
    pause_enrolment(ctx, enrolment=row, reason="family", words="Mon fils est malade.")
    with pytest.raises(NotFound):
        pause_enrolment(ctx, enrolment=row, reason="laziness")
    ctx.session.flush()
    assert [one.words for one in own_words(ctx, row.id)] == ["Mon fils est malade."]
    assert kinds(ctx) == ["entered", "paused"]
    withdraw_words(ctx, enrolment=row)
    assert own_words(ctx, row.id) == []
    change = ctx.session.scalar(select(EnrolmentChange).where(EnrolmentChange.kind == "paused"))
    assert change.detail == {"reason": "family"}


def test_nobody_else_pauses_ends_or_takes_back_words(acting: Any, enrolled: int, world: Any) -> None:
    for who in ("company_head", "auditor"):
        ctx = acting(who)
        row = row_of(ctx, enrolled)
        for act in (pause_enrolment, return_enrolment):
            with pytest.raises(Forbidden):
                act(ctx, enrolment=row)
        with pytest.raises(Forbidden):
            end_enrolment(ctx, enrolment=row, reason="created")
        with pytest.raises(NotFound):
            say_end(ctx, enrolment=row, reason="created")
    ctx = acting("trainer")
    with pytest.raises(NotFound):
        say_end(ctx, enrolment=row_of(ctx, enrolled), reason="created")
    with pytest.raises(NotFound):
        withdraw_words(ctx, enrolment=row_of(ctx, enrolled))
    with pytest.raises(Forbidden):
        extend_enrolment(acting("learner"), enrolment=row_of(acting("learner"), enrolled), until=date(2026, 12, 1))


def test_another_organisation_does_not_even_see_it(acting: Any, enrolled: int, world: Any) -> None:
    ctx = acting("other_trainer")
    assert ctx.session.get(Enrolment, enrolled) is None


def test_the_last_day_lies_between_today_and_fifteen_months(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("coach")
    row = row_of(ctx, enrolled)
    with pytest.raises(WrongLastDay) as wrong:
        extend_enrolment(ctx, enrolment=row, until=date(2028, 2, 24))
    assert wrong.value.last == date(2028, 2, 23)
    for day in (date(2026, 11, 22), date.min):
        with pytest.raises(WrongLastDay):
            extend_enrolment(ctx, enrolment=row, until=day)
    for _twice in range(2):
        extend_enrolment(ctx, enrolment=row, until=date(2027, 1, 31))
    assert row.until == date(2027, 1, 31)
    assert kinds(ctx) == ["entered", "extended"]
    pause_enrolment(ctx, enrolment=row)
    clock.forward(days=10)
    return_enrolment(ctx, enrolment=row)
    assert row.until == date(2027, 2, 10)
    pause_enrolment(ctx, enrolment=row)
    clock.forward(days=700)
    return_enrolment(ctx, enrolment=row)
    assert row.until == date(2028, 2, 23)


def test_the_person_says_the_end_first_and_staff_note_theirs_beside(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("learner")
    row = row_of(ctx, enrolled)
    for _twice in range(2):
        say_end(ctx, enrolment=row, reason="employed", words="Je commence lundi à la boulangerie.")
    assert (row.said_reason, row.ended_at, row.paused_at) == ("employed", None, clock())
    with pytest.raises(NotFound):
        say_end(ctx, enrolment=row, reason="lost_touch")
    ctx.session.commit()
    clock.forward(days=2)
    ctx = acting("trainer")
    row = row_of(ctx, enrolled)
    end_enrolment(ctx, enrolment=row, reason="other_training")
    assert (row.said_reason, row.end_reason, row.ended_at, row.paused_at) == (
        "employed",
        "other_training",
        clock(),
        None,
    )
    assert kinds(ctx) == ["entered", "end_said", "ended"]


def test_an_end_that_was_said_is_taken_back_in_one_tap(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("learner")
    row = row_of(ctx, enrolled)
    say_end(ctx, enrolment=row, reason="chosen_stop")
    clock.forward(days=5)
    return_enrolment(ctx, enrolment=row)
    assert (row.said_reason, row.said_at, row.paused_at, row.ended_at) == ("", None, None, None)
    assert kinds(ctx) == ["entered", "end_said", "returned"]


def test_after_an_end_that_staff_noted_the_person_may_still_say_theirs(acting: Any, enrolled: int) -> None:
    ctx = acting("trainer")
    end_enrolment(ctx, enrolment=row_of(ctx, enrolled), reason="lost_touch")
    ctx.session.commit()
    ctx = acting("learner")
    row = row_of(ctx, enrolled)
    say_end(ctx, enrolment=row, reason="created")
    assert (row.said_reason, row.end_reason, row.paused_at) == ("created", "lost_touch", None)
    pause_enrolment(ctx, enrolment=row)
    assert row.paused_at is None


def test_an_ended_path_taken_up_again_counts_the_time_away_as_a_pause(acting: Any, enrolled: int, clock: Any) -> None:
    ctx = acting("trainer")
    row = row_of(ctx, enrolled)
    before = way(ctx, info_of(ctx, enrolled))
    end_enrolment(ctx, enrolment=row, reason="employed")
    clock.forward(days=90)
    resume_enrolment(ctx, enrolment=row)
    after = way(ctx, info_of(ctx, enrolled))
    assert row.pauses == [["2026-11-23", "2027-02-21"]]
    assert after.week == before.week
    assert not [step for step in after.steps() if step.is_late]


def test_the_words_go_with_the_account_and_the_facts_with_the_evidence(acting: Any, enrolled: int, world: Any) -> None:
    ctx = acting("learner")
    say_end(ctx, enrolment=row_of(ctx, enrolled), reason="testing", words="Au marché, le samedi.")
    ctx.session.flush()
    said = held_on(ctx, world.members["learner"])
    assert "Au marché, le samedi." in {value for row in said.rows for value in row.values()}
    erase(ctx, world.members["learner"], frozenset({"account"}))
    held = held_on(ctx, world.members["learner"])
    assert "Au marché, le samedi." not in {value for row in held.rows for value in row.values()}
    assert "Je teste mon activité" in {value for row in held.rows for value in row.values()}
    erase(ctx, world.members["learner"], frozenset({"evidence"}))
    assert ctx.session.scalars(select(EnrolmentChange)).all() == []


def test_progress_survives_everything(acting: Any, enrolled: int, clock: Any, platform: Any, world: Any) -> None:
    """Each act in turn; the activities of the path and what is done stay the same."""
    ctx = acting("trainer")
    row = row_of(ctx, enrolled)
    keys = list(structure(ctx, row.version_id).activities)
    for act in (
        lambda: pause_enrolment(ctx, enrolment=row),
        lambda: return_enrolment(ctx, enrolment=row),
        lambda: end_enrolment(ctx, enrolment=row, reason="created"),
        lambda: resume_enrolment(ctx, enrolment=row),
    ):
        act()
        clock.forward(days=7)
        assert [step.info.key for step in way(ctx, info_of(ctx, enrolled)).steps()] == keys
