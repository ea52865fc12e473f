"""The demo: made whole, or gone on with after an interruption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms.accounts.models import GrantRow, Membership
from lms.courses.models import CourseVersion, Enrolment
from lms.demo import operations
from lms.demo.cli import demo
from lms.demo.operations import AlreadyThere, fill_demo, unfinished_demo
from lms.demo.people import ACCOUNTS
from lms.kernel.platform import Platform
from lms.offer.api import missing
from lms.offer.models import OfferPage, OfferState
from lms.xapi.api import check
from lms.xapi.models import IntentRow
from tests.conftest import TestClock

LEARNERS = 7


class Killed(BaseException):
    """The process ends here."""


def killed_after(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    """Let a step of the demo be done so many times, then kill it."""
    real: Callable[..., Any] = getattr(operations, name)
    left = iter(range(times))

    def dying(*args: Any, **values: Any) -> Any:
        if next(left, None) is None:
            raise Killed
        return real(*args, **values)

    monkeypatch.setattr(operations, name, dying)


@pytest.mark.parametrize(
    ("name", "times"), [("accept_terms", 2), ("publish_course", 0), ("ensure_person", 12), ("step", 0), ("step", 8)]
)
def test_a_demo_that_was_killed_goes_on_as_it_was_begun(
    engine_name: str, platform: Platform, clock: TestClock, monkeypatch: pytest.MonkeyPatch, name: str, times: int
) -> None:
    monkeypatch.setattr(operations, "BATCH", 3)
    with monkeypatch.context() as patch:
        killed_after(patch, name, times)
        with pytest.raises(Killed):
            fill_demo(platform, learners=LEARNERS, seed=4)
    clock.forward(days=2)
    fill_demo(platform, learners=1000, seed=5)
    with platform.database.read_session() as session:
        assert unfinished_demo(session) is None
        organisation_id = operations.organisations(session)[0].id
    with platform.reading(organisation_id) as ctx:
        names = Counter((one.given_name, one.family_name) for one in ctx.session.scalars(select(Membership)))
        assert names.total() == len(ACCOUNTS) + LEARNERS - 1
        enrolled = ctx.session.scalars(select(Enrolment.membership_id)).all()
        assert (len(enrolled), len(set(enrolled))) == (LEARNERS, LEARNERS)
        grants = ctx.session.execute(select(GrantRow.membership_id, GrantRow.role)).all()
        assert len(grants) == len(set(grants))
        assert len(ctx.session.scalars(select(CourseVersion)).all()) == 1
        acts = dict(
            ctx.session.execute(select(IntentRow.membership_id, func.count()).group_by(IntentRow.membership_id)).all()
        )
        assert sum(acts.values()) > 20
        assert [list(check(ctx, figure)) for figure in ctx.registry.figures] == [[] for _one in ctx.registry.figures]
    with pytest.raises(AlreadyThere):
        fill_demo(platform, learners=LEARNERS)


def test_going_on_does_nothing_twice(engine_name: str, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def acts() -> list[str]:
        with platform.reading(organisation_id) as ctx:
            return sorted(ctx.session.scalars(select(IntentRow.uuid)))

    with monkeypatch.context() as patch:
        killed_after(patch, "remove_site_text", 0)
        with pytest.raises(Killed):
            fill_demo(platform, learners=3)
    with platform.database.read_session() as session:
        organisation_id = operations.organisations(session)[0].id
    before = acts()
    fill_demo(platform, learners=3)
    assert acts() == before


def test_the_command_leaves_a_finished_demo_alone_and_goes_on_with_another(
    engine_name: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.demo.cli.migrate_database", lambda _platform: None)
    with monkeypatch.context() as patch:
        killed_after(patch, "publish_course", 0)
        with pytest.raises(Killed):
            fill_demo(platform, learners=2)
    went_on = CliRunner().invoke(demo, ["--if-empty"], obj=platform)
    assert (went_on.exit_code, "with 2 learners" in went_on.output) == (0, True)
    assert CliRunner().invoke(demo, ["--if-empty"], obj=platform).output == ""
    assert CliRunner().invoke(demo, [], obj=platform).exit_code == 1


def test_the_course_of_the_demo_has_its_public_page_and_an_older_one_in_the_archive(
    engine_name: str, platform: Platform
) -> None:
    fill_demo(platform, learners=LEARNERS, seed=4)
    with platform.database.read_session() as session:
        organisation_id = operations.organisations(session)[0].id
    with platform.reading(organisation_id) as ctx:
        page = ctx.session.scalars(select(OfferPage)).one()
        old, new = ctx.session.scalars(select(OfferState).order_by(OfferState.number)).all()
        assert missing(page.fields) == []
        assert old.ended_at == new.published_at
        assert new.ended_at is None
        assert len(new.content["fields"]) == 12
        assert old.content["fields"] != new.content["fields"]
        assert (new.published_at - old.published_at).days > 200
