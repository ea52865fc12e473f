"""The public page of a course: what indicator 1 asks for, for anyone; each state kept; nobody else's hand in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.kernel.platform import Platform
from lms.offer.fields import NAMES
from lms.offer.models import OfferState
from lms.offer.operations import FEWEST
from tests.conftest import TestClock
from tests.factories.browsing import words_of
from tests.factories.content import open_cohort, publish_fixture
from tests.factories.world import World

pytestmark = pytest.mark.usefixtures("engine_name")
SignIn = Callable[[str], FlaskClient]
FULL = {name: f"Le texte de {name}." for name in NAMES}


@pytest.fixture
def course(platform: Platform, world: World) -> Any:
    made = publish_fixture(platform, world)
    open_cohort(platform, world, made)
    return made


def address(course: Any) -> str:
    return f"/parcours-equipe/{course.key}/page-publique"


def put_online(client: FlaskClient, course: Any, seen: str = "", **fields: str) -> Any:
    return client.post(address(course), data={**FULL, **fields, "publier": "1", "seen": seen})


def seen_on(client: FlaskClient, course: Any) -> str:
    page = client.get(address(course)).text
    return page.split('name="seen" value="')[1].split('"')[0]


def public_url(client: FlaskClient) -> str:
    return client.get("/offre").text.split('href="/offre/')[1].split('"')[0]


def test_anyone_reads_every_field_without_an_account(course: Any, signed_in_as: SignIn, client: FlaskClient) -> None:
    assert "Pas encore de parcours ici" in words_of(client.get("/offre"))
    assert put_online(signed_in_as("manager"), course).status_code == 303
    page = client.get(f"/offre/{public_url(client)}")
    assert page.status_code == 200
    said = words_of(page)
    for name in NAMES:
        assert f"Le texte de {name}." in said
    assert "Comment c’est calculé" in said
    assert "Page relue le 23 novembre 2026" in said


def test_managers_are_told_what_is_missing_and_what_has_changed_since(
    course: Any, signed_in_as: SignIn, clock: TestClock
) -> None:
    manager = signed_in_as("manager")
    said = words_of(manager.get(address(course)))
    assert "Il manque :" in said
    manager.post(address(course), data={**FULL, "price": "", "publier": "1"})
    said = words_of(manager.get(address(course)))
    assert said.split("Il manque :")[1].strip().startswith("Combien cela coûte")
    clock.forward(minutes=1)
    manager.post(address(course), data={**FULL, "seen": seen_on(manager, course)})
    said = words_of(manager.get(address(course)))
    assert "Toutes les rubriques ont un texte" in said
    assert "remettez la page en ligne" in said


def test_what_the_page_said_on_a_day_stays_readable(
    course: Any, signed_in_as: SignIn, client: FlaskClient, clock: TestClock
) -> None:
    manager = signed_in_as("manager")
    put_online(manager, course, price="Gratuit.")
    first = public_url(client)
    clock.forward(days=10)
    put_online(manager, course, seen=seen_on(manager, course), price="120 €.")
    clock.forward(days=10)
    assert manager.post(f"{address(course)}/retrait").status_code == 303
    assert client.get(f"/offre/{first}").status_code == 404
    auditor = signed_in_as("auditor")
    assert "Gratuit." in words_of(auditor.get(f"{address(course)}/archives/1"))
    assert "120 €." in words_of(auditor.get(f"{address(course)}/archives/2"))
    archive = f"{address(course)}/archives?jour="
    assert "1 état lisible" in words_of(auditor.get(f"{archive}2026-11-25"))
    assert "2 états lisibles" in words_of(auditor.get(f"{archive}2026-12-03"))
    assert "La page n’était pas en ligne." in words_of(auditor.get(f"{archive}2026-11-20"))
    assert "La page n’était pas en ligne." in words_of(auditor.get(f"{archive}2026-12-20"))


def test_the_same_page_again_is_no_new_state(
    course: Any, platform: Platform, world: World, signed_in_as: SignIn
) -> None:
    manager = signed_in_as("manager")
    put_online(manager, course)
    put_online(manager, course, seen=seen_on(manager, course))
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.query(OfferState).count() == 1


def test_a_page_that_someone_else_changed_is_not_overwritten(course: Any, signed_in_as: SignIn) -> None:
    manager = signed_in_as("manager")
    put_online(manager, course)
    late = put_online(manager, course, seen="2020-01-01T00:00:00+00:00", price="Trop tard.")
    assert late.status_code == 400
    assert "Trop tard." in late.text
    assert "entre-temps" in words_of(late)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", '<img src=x onerror="x">'])
def test_the_public_page_runs_nothing(course: Any, signed_in_as: SignIn, client: FlaskClient, text: str) -> None:
    manager = signed_in_as("manager")
    put_online(manager, course)
    assert put_online(manager, course, seen=seen_on(manager, course), price=text).status_code in (303, 400)
    page = client.get(f"/offre/{public_url(client)}").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("text", ["x" * 7000, "[" * 3000, "`" * 20])
def test_a_text_that_nobody_could_read_is_refused(
    course: Any, signed_in_as: SignIn, client: FlaskClient, text: str
) -> None:
    assert put_online(signed_in_as("manager"), course, price=text).status_code == 400
    assert "Pas encore de parcours ici" in words_of(client.get("/offre"))


@pytest.mark.parametrize("who", ["learner", "company_head", "trainer", "coach", "auditor"])
def test_who_does_not_lead_writes_nothing(course: Any, signed_in_as: SignIn, client: FlaskClient, who: str) -> None:
    put_online(signed_in_as("manager"), course)
    attacker = signed_in_as(who)
    assert put_online(attacker, course, price="Volé.").status_code == 404
    assert attacker.post(f"{address(course)}/retrait").status_code == 404
    assert "Volé." not in client.get(f"/offre/{public_url(client)}").text


def test_another_organisation_neither_writes_nor_reads_the_archive(
    course: Any, signed_in_as: SignIn, client: FlaskClient
) -> None:
    put_online(signed_in_as("manager"), course)
    other = signed_in_as("other_manager")
    assert put_online(other, course).status_code == 404
    for end in ("", "/apercu", "/archives", "/archives/1"):
        assert other.get(address(course) + end).status_code == 404
    assert other.get(f"/offre/{public_url(client)}").status_code == 200, "a public page is public"
    assert "Gérer les pages publiques" not in other.get(f"/offre/{public_url(client)}").text


def test_the_public_is_told_no_figure_of_few_people(course: Any, signed_in_as: SignIn, client: FlaskClient) -> None:
    put_online(signed_in_as("manager"), course)
    said = words_of(client.get(f"/offre/{public_url(client)}"))
    assert FEWEST == 5
    assert "trop peu de personnes pour un chiffre" in said
