"""Results: calculated, explained, opened without names; for who may read them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.accounts.api import ensure_person
from lms.contract.results import Result, ResultScope
from lms.courses.api import enrol
from lms.courses.leaving import end_enrolment
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.quality.overview import period_of, scope_of
from lms.quality.rates import KINDS
from tests.conftest import TestClock
from tests.factories.browsing import words_of
from tests.factories.quality import make_followed_cohort
from tests.factories.world import World

pytestmark = pytest.mark.usefixtures("engine_name")
SignIn = Callable[[str], FlaskClient]
PAGES = ("", "/liste.csv", "/liste.xlsx", "/quality.completion", "/quality.completion/liste.csv")


def figures(ctx: Context) -> dict[str, Result]:
    ctx.session.info.pop("quality.rates", None)
    scope: ResultScope = scope_of(ctx, period_of(ctx, None, None))
    return {kind.name: kind.figure(ctx, scope) for kind in KINDS}


def test_figures_count_people_who_entered_and_follow_what_they_do(platform: Platform, world: World) -> None:
    followed = make_followed_cohort(platform, world, people=3, each=999)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        found = figures(ctx)
        assert found["quality.entries"] == Result(3, 3, 3)
        assert found["quality.completion"].denominator == 3
        before = found["quality.completion"].numerator
        assert found["quality.stops"].numerator == 0
        newcomer = ensure_person(ctx, given_name="Nina", email="nina@essai.test").id
        enrolment = enrol(ctx, cohort=followed.cohort, membership_ids=[newcomer])[0]
        end_enrolment(ctx, enrolment=enrolment, reason="lost_touch")
        found = figures(ctx)
        assert found["quality.completion"] == Result(before, 4, 4)
        assert found["quality.stops"] == Result(1, 4, 4)


def test_a_positive_end_is_no_stop(platform: Platform, world: World) -> None:
    followed = make_followed_cohort(platform, world, people=1)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        end_enrolment(ctx, enrolment=followed.enrolments[0], reason="created")
        assert figures(ctx)["quality.stops"] == Result(0, 1, 1)


def test_without_anyone_a_rate_is_unknown_and_never_zero(world: World, signed_in_as: SignIn) -> None:
    said = words_of(signed_in_as("manager").get("/resultats"))
    assert "inconnu" in said
    assert "0 %" not in said.split("Résultat Valeur")[1]


def test_each_figure_opens_into_its_people_without_names(
    platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    make_followed_cohort(platform, world, people=3)
    for who in ("manager", "auditor", "administrator"):
        page = words_of(signed_in_as(who).get("/resultats/quality.completion"))
        assert "Parmi les personnes entrées pendant la période" in page
        assert "activités faites sur" in page
        for name in ("Aïssatou", "Diallo", "Nour", "Éloïse"):
            assert name not in page
    rows = signed_in_as("manager").get("/resultats/quality.completion/liste.csv").text
    assert rows.count("\r\n") == 4
    assert "Diallo" not in rows
    with zipfile.ZipFile(io.BytesIO(signed_in_as("manager").get("/resultats/liste.xlsx").data)) as book:
        assert "Comment c’est calculé" in book.read("xl/worksheets/sheet1.xml").decode()


def test_who_may_not_know_is_told_nothing(platform: Platform, world: World, signed_in_as: SignIn) -> None:
    make_followed_cohort(platform, world, people=2)
    for who in ("learner", "company_head", "trainer", "coach"):
        for page in PAGES:
            assert signed_in_as(who).get(f"/resultats{page}").status_code == 404, (who, page)
    manager = signed_in_as("other_manager")
    assert "0 personne" not in words_of(manager.get("/resultats/quality.entries"))
    assert manager.get("/resultats/quality.completion/liste.csv").text.count("\r\n") == 1
    assert manager.get("/resultats/zzz").status_code == 404


def test_a_period_and_a_course_of_ones_own_narrow_it(
    platform: Platform, world: World, signed_in_as: SignIn, clock: TestClock
) -> None:
    make_followed_cohort(platform, world, people=2)
    manager = signed_in_as("manager")
    assert manager.get("/resultats?du=2020-01-01&au=2020-12-31").status_code == 200
    assert manager.get("/resultats/quality.entries/liste.csv?du=2020-01-01&au=2020-12-31").text.count("\r\n") == 1
    assert manager.get("/resultats?du=n'importe&au=9999-99-99").status_code == 200
    assert manager.get("/resultats?parcours=zzzzzzzzzz").status_code == 404


def test_queries_do_not_grow_with_people(
    platform: Platform, world: World, signed_in_as: SignIn, count_queries: Any
) -> None:
    followed = make_followed_cohort(platform, world, people=2)
    manager = signed_in_as("manager")

    def asked() -> int:
        with count_queries() as sent:
            assert manager.get("/resultats").status_code == 200
        return len(sent)

    asked()
    before = asked()
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        more = [ensure_person(ctx, given_name=f"P{number}", email=f"p{number}@essai.test").id for number in range(30)]
        enrol(ctx, cohort=followed.cohort, membership_ids=more)
    assert asked() == before
