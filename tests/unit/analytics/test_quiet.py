"""The quiet rule stands still in a pause, and begins anew when the person is back."""

from __future__ import annotations

from lms.analytics.quiet import quiet_people
from lms.courses.api import pause_enrolment, return_enrolment, say_end
from tests.factories.courses import enrol, make_cohort, make_course


def test_who_pauses_is_not_quiet_and_has_all_their_days_again_when_back(engine_name, platform, world, clock) -> None:
    with platform.writing(world.organisation) as ctx:
        cohort = make_cohort(ctx, make_course(ctx))
        enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])

    def quiet() -> int:
        with platform.reading(world.organisation, world.members["trainer"]) as ctx:
            return len(quiet_people(ctx))

    clock.forward(days=9)
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        pause_enrolment(ctx, enrolment=enrolment)
    clock.forward(days=30)
    assert quiet() == 0
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        return_enrolment(ctx, enrolment=enrolment)
    clock.forward(days=9)
    assert quiet() == 0
    clock.forward(days=2)
    assert quiet() == 1
    with platform.writing(world.organisation, world.members["learner"]) as ctx:
        say_end(ctx, enrolment=enrolment, reason="employed")
    assert quiet() == 0
