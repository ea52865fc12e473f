"""The trail: plain sentences, for those who may read it, naming nobody whom they may not see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.accounts.api import accept_terms, ensure_person, give_role, grant_role
from lms.accounts.devices import add_device
from lms.accounts.models import Membership
from lms.contract.types import Role, Scope
from lms.courses.api import enrol
from lms.kernel.events import EventRow, EventThing
from lms.kernel.platform import Platform
from tests.factories.browsing import words_of
from tests.factories.content import open_cohort, publish_fixture
from tests.factories.world import DEVICES, World

pytestmark = pytest.mark.usefixtures("engine_name")
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def told(platform: Platform, world: World) -> Any:
    """A group was opened, someone entered it, someone was given a role."""
    group = open_cohort(platform, world, publish_fixture(platform, world))
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        enrol(ctx, cohort=group, membership_ids=[world.members["learner"]])
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        give_role(ctx, membership=ctx.session.get_one(Membership, world.members["coach"]), role=Role.TRAINER)
    return group


@pytest.mark.parametrize("who", ["manager", "auditor", "administrator"])
def test_who_may_reads_sentences_with_links(told: Any, signed_in_as: SignIn, who: str) -> None:
    page = signed_in_as(who).get("/journal")
    said = words_of(page)
    assert "Trainer Essai a inscrit Learner Essai dans le groupe" in said
    assert "Manager Essai a donné le rôle « formateur » à Coach Essai." in said
    assert f'href="/groupes/{told.key}"' in page.text


@pytest.mark.parametrize("who", ["learner", "company_head", "trainer", "coach"])
def test_nobody_else_knows_of_it(told: Any, signed_in_as: SignIn, who: str) -> None:
    for address in ("/journal", "/journal/liste.csv", "/journal/liste.xlsx"):
        assert signed_in_as(who).get(address).status_code == 404


def test_another_organisation_reads_its_own(told: Any, signed_in_as: SignIn) -> None:
    said = words_of(signed_in_as("other_manager").get("/journal"))
    assert "le groupe" not in said.split("Chercher")[1]
    assert "formateur" not in said.split("Chercher")[1]


def test_an_auditor_of_one_group_reads_no_trail(
    told: Any, platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    with platform.writing(world.organisation) as ctx:
        narrow = ensure_person(ctx, given_name="Nora", email="nora@essai.test").id
        grant_role(ctx, membership_id=narrow, role=Role.AUDITOR, scope=Scope.COHORT, scope_id=told.id)
    with platform.writing(world.organisation, narrow) as ctx:
        accept_terms(ctx)
        for key in DEVICES:
            add_device(ctx, key=key, way="password", kind="computer linux firefox")
    world.members["narrow"], world.organisations["narrow"] = narrow, world.organisation
    for address in ("/journal", "/journal/liste.csv"):
        assert signed_in_as("narrow").get(address).status_code == 403


def test_it_is_searched_by_who_about_whom_what_and_when(told: Any, signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")

    def lines(query: str) -> int:
        return manager.get(f"/journal/liste.csv?{query}").text.count("\r\n") - 1

    everything = lines("")
    assert everything >= 4
    assert lines("qui=trainer&fait=courses.person_enrolled") == 1
    assert lines("qui=coach&fait=courses.person_enrolled") == 0
    assert lines("qui=personne+de+ce+nom") == 0
    assert lines("pour=learner") >= 1
    assert lines("pour=coach&fait=accounts.role_granted") == 1
    assert lines("fait=zzz") == 0
    assert lines("depuis=2026-11-23&jusque=2026-11-23") >= 1
    assert lines("jusque=2020-01-01") == 0
    assert lines("depuis=n'importe&jusque=9999-12-31") == everything
    assert lines("pour=%25&qui=%25") == 0, "signs of the query language mean nothing"


def test_what_the_reader_may_not_see_has_no_name(
    told: Any, platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    with platform.writing(world.organisation) as ctx:
        for data in (
            {"membership_id": world.members["other_learner"]},
            {"membership_id": 10**6},
            {},
            {"membership_id": "x"},
        ):
            ctx.session.add(
                EventRow(
                    organisation_id=world.organisation, actor_id=world.members["other_manager"], at=ctx.now,
                    type="accounts.person_added", data=data,
                )
            )  # fmt: skip
        ctx.session.add(
            EventRow(
                organisation_id=world.organisation, at=ctx.now, type="gone.feature", data={"name": "Nom-de-personne"}
            )
        )
    said = words_of(signed_in_as("manager").get("/journal"))
    assert said.count("Quelqu’un a ajouté quelqu’un.") == 4
    assert "other" not in said.lower()
    assert "Un fait d’une fonction qui n’est plus installée." in said
    assert "Nom-de-personne" not in said


def test_as_many_queries_for_a_hundred_facts_as_for_ten(
    told: Any, platform: Platform, world: World, signed_in_as: SignIn, count_queries: Any
) -> None:
    manager = signed_in_as("manager")

    def asked() -> int:
        with count_queries() as sent:
            assert manager.get("/journal?pour=essai").status_code == 200
        return len(sent)

    before = asked()
    with platform.writing(world.organisation) as ctx:
        for number in range(100):
            someone = ensure_person(ctx, given_name=f"P{number}", family_name="Essai", email=f"p{number}@essai.test")
            ctx.session.add(
                EventRow(
                    organisation_id=world.organisation, actor_id=someone.id, at=ctx.now,
                    type="accounts.person_changed", data={"membership_id": someone.id, "fields": ["email"]},
                    things=[EventThing(organisation_id=world.organisation, field="membership_id", thing_id=someone.id)],
                )
            )  # fmt: skip
    assert asked() == before
    assert "Page 1 sur" in words_of(manager.get("/journal"))


def test_it_goes_away_whole_and_in_english(told: Any, signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    with zipfile.ZipFile(io.BytesIO(manager.get("/journal/liste.xlsx").data)) as book:
        assert "Trainer Essai a inscrit" in book.read("xl/worksheets/sheet1.xml").decode()
    with manager.session_transaction() as cookie:
        cookie["language"] = "en"
    assert "Trainer Essai enrolled Learner Essai in the group" in words_of(manager.get("/journal"))
