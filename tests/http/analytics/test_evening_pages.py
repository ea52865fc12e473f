""" "Ce soir" from the browser: what waits, in order, put off by one button or several lines at once."""

from __future__ import annotations

import gzip
import re

import pytest

from lms.accounts.api import ensure_person
from lms.courses.catalogue import course_row
from lms.courses.values import confirm_value, value_lines
from lms.kernel.preferences import set_preference
from tests.factories.browsing import signed_in
from tests.factories.content import publish_fixture
from tests.factories.courses import enrol
from tests.http.courses_learner.test_costs import counted

ADDRESS = "/ce-soir"
MOST_QUERIES = 9
"""Who looks, what is put off, preferences, and one for each of six features. The aim is 8: one more must go."""


def crowd(learning, number: int, *, days_ago: int = 20) -> None:
    with learning.platform.writing(learning.world.organisation) as ctx:
        for one in range(number):
            person = ensure_person(ctx, given_name=f"Zoé{one}", email=f"z{one}@essai.test")
            enrol(ctx, learning.cohort, membership_id=person.id)
    learning.platform.clock.forward(days=days_ago)


def titles(page: str) -> list[str]:
    return re.findall(r"<h2><a [^>]*><bdi>([^<]+)", page)


@pytest.fixture
def silent(learning):
    """Nothing has come from anyone for eleven days."""
    learning.platform.clock.forward(days=11)
    return learning


def test_an_evening_without_waits_is_said_kindly(engine_name, learning) -> None:
    assert "Rien n’attend ce soir" in learning.get(ADDRESS, "trainer")


def test_it_is_the_home_of_who_trains_or_accompanies(engine_name, learning) -> None:
    for who in ("trainer", "coach", "manager"):
        assert learning.client(who).get("/").location == ADDRESS
    assert learning.client("auditor").get("/").location != ADDRESS


def test_someone_quiet_is_named_with_what_explains_it(engine_name, silent) -> None:
    page = silent.get(ADDRESS, "trainer")
    assert titles(page) == ["Learner Essai est calme"]
    assert "depuis 11 jours" in page
    assert "Rien de commencé. Première étape :" in page


def test_who_does_something_is_no_longer_quiet(engine_name, silent) -> None:
    silent.post(silent.address("lesson") + "/fait")
    assert titles(silent.get(ADDRESS, "trainer")) == []
    silent.platform.clock.forward(days=11)
    assert "Dernière étape faite :" in silent.get(ADDRESS, "trainer")


def test_the_organisation_says_after_how_many_days(engine_name, silent) -> None:
    with silent.platform.writing(silent.world.organisation) as ctx:
        set_preference(ctx, "analytics.quiet_days", "14")
    assert titles(silent.get(ADDRESS, "trainer")) == []
    silent.platform.clock.forward(days=4)
    assert len(titles(silent.get(ADDRESS, "trainer"))) == 1


def test_a_line_is_put_off_and_comes_back(engine_name, silent) -> None:
    key = f"quiet:{silent.enrolment.key}"
    assert silent.post(f"{ADDRESS}/plus-tard", "trainer", seul=key, jours=1).location == ADDRESS
    page = silent.get(ADDRESS, "trainer")
    assert titles(page) == []
    assert "1 ligne est reportée." in page
    assert len(titles(silent.get(ADDRESS, "coach"))) == 1, "the list of someone else does not change"
    silent.post(f"{ADDRESS}/tout-revoir", "trainer")
    assert len(titles(silent.get(ADDRESS, "trainer"))) == 1


def test_several_lines_are_put_off_at_once(engine_name, learning) -> None:
    crowd(learning, 3)
    keys = re.findall(r'name="attente" value="([^"]+)"', learning.get(ADDRESS, "trainer"))
    assert len(keys) == 4
    learning.post(f"{ADDRESS}/plus-tard", "trainer", attente=keys[:3], jours=7)
    assert len(titles(learning.get(ADDRESS, "trainer"))) == 1
    assert "Cochez au moins une ligne." in follow(learning, "trainer")


def follow(learning, who: str) -> str:
    learning.post(f"{ADDRESS}/plus-tard", who)
    return learning.get(ADDRESS, who)


def test_what_fits_into_a_quarter_of_an_hour(engine_name, learning) -> None:
    crowd(learning, 5)
    assert len(titles(learning.get(ADDRESS, "trainer"))) == 6
    assert len(titles(learning.get(f"{ADDRESS}?minutes=15", "trainer"))) == 2


def test_others_find_nothing(engine_name, silent) -> None:
    for who in ("learner", "company_head", "auditor"):
        assert silent.client(who).get(ADDRESS).status_code == 404
        assert silent.post(f"{ADDRESS}/plus-tard", who, seul="x").status_code == 404
    assert titles(silent.get(ADDRESS, "other_trainer")) == []


@pytest.mark.parametrize("size", [1, 200])
def test_queries_and_bytes_do_not_grow_with_people(engine_name, learning, size) -> None:
    crowd(learning, size)
    learning.get(ADDRESS, "trainer")
    with counted() as seen:
        page = learning.client("trainer").get(ADDRESS).data
    assert len(seen) <= MOST_QUERIES, seen
    assert len(gzip.compress(page)) < 12_000


def test_values_to_confirm_wait_until_someone_answers_for_them(engine_name, app, platform, world) -> None:
    course = publish_fixture(platform, world)
    trainer = signed_in(app, platform, world, "trainer")
    page = trainer.get(ADDRESS).text
    assert re.search(r"\d+ informations? à confirmer dans", page)
    values = f"/parcours-equipe/{course.key}/valeurs"
    assert values in page
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        row = course_row(ctx, course.key)
        for line in value_lines(ctx, row):
            if not line.is_shown:
                confirm_value(ctx, course=row, name=line.name, text=line.text, source=line.source)
    assert "à confirmer dans" not in trainer.get(ADDRESS).text
