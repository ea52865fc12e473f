"""The pages of machines: who may see them, what they show once, that a button pressed twice acts once."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from lms.lrs import clients, usage
from lms.lrs.models import ClientRow
from tests.conftest import TestClock
from tests.factories.browsing import words_of
from tests.factories.machines import Machine, make_machine, statement
from tests.factories.world import ROLES, World

HOME = "/organisme/machines"
FORM = {"intent": "11111111-1111-4111-8111-111111111111", "name": "Moodle", "scopes": "statements/write"}
NOISE = "http://adlnet.gov/expapi/verbs/experienced"


def shown(page: TestResponse) -> tuple[str, str]:
    """The key and the secret of a page."""
    _address, key, secret = re.findall(r'data-copy="([^"]+)"', page.text)
    return key, html.unescape(secret)


def rows(platform: Platform, organisation: int) -> list[ClientRow]:
    with platform.reading(organisation) as ctx:
        return list(ctx.session.scalars(select(ClientRow).order_by(ClientRow.id)))


def facts(platform: Platform, organisation: int) -> list[tuple[str, Any]]:
    with platform.reading(organisation) as ctx:
        query = select(EventRow.type, EventRow.actor_id).where(EventRow.type.like("lrs.%")).order_by(EventRow.id)
        return [tuple(row) for row in ctx.session.execute(query)]


@pytest.fixture
def manager(signed_in_as: Any) -> FlaskClient:
    return signed_in_as("manager")


def test_without_a_machine_the_page_says_what_will_be_there(engine_name: str, manager: FlaskClient) -> None:
    page = manager.get(HOME)
    assert "Aucune machine n’a d’accès" in words_of(page)
    assert f'href="{HOME}/nouvelle"' in page.text
    assert f'href="{HOME}"' in manager.get("/organisme").text


def test_a_machine_is_given_an_access_and_speaks(
    engine_name: str, app: Flask, platform: Platform, world: World, manager: FlaskClient, machine: Machine
) -> None:
    form = {**FORM, "scopes": ["statements/write", "state"], "expires": "2026-11-30", "verbs": f"{NOISE}\n"}
    page = manager.post(f"{HOME}/nouvelle", data=form)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    key, secret = shown(page)
    speaking = Machine(app.test_client(), key, secret)
    assert speaking.post(statement()).status_code == 200
    assert speaking.get().status_code == 403
    *_earlier, row = rows(platform, world.organisation)
    assert (row.name, row.scopes, row.dropped_verbs) == ("Moodle", ["statements/write", "state"], [NOISE])
    assert row.expires_at == datetime(2026, 11, 30, 23, tzinfo=UTC)  # midnight in Paris, after the last day
    assert facts(platform, world.organisation)[-1] == ("lrs.client_added", world.members["manager"])
    for address in (HOME, f"{HOME}/{key}"):
        answer = manager.get(address)
        assert secret not in answer.text
        assert "30 novembre 2026" in answer.text
        assert "Écrire des actes" in answer.text


def test_a_button_pressed_twice_makes_one_machine_and_shows_the_same_secret(
    engine_name: str, platform: Platform, world: World, manager: FlaskClient, clock: TestClock
) -> None:
    first = manager.post(f"{HOME}/nouvelle", data=FORM)
    second = manager.post(f"{HOME}/nouvelle", data=FORM)
    assert shown(first) == shown(second)
    assert len(rows(platform, world.organisation)) == len(facts(platform, world.organisation)) == 1
    clock.forward(minutes=3)
    late = manager.post(f"{HOME}/nouvelle", data=FORM)
    assert late.status_code == 303
    assert "Ce secret a déjà été montré" in manager.get(HOME).text
    assert len(rows(platform, world.organisation)) == 1


def test_the_same_form_of_another_person_gives_another_secret(
    engine_name: str, manager: FlaskClient, signed_in_as: Any
) -> None:
    assert shown(manager.post(f"{HOME}/nouvelle", data=FORM)) != shown(
        signed_in_as("administrator").post(f"{HOME}/nouvelle", data=FORM)
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Écrivez un nom"), ({"name": "a<b>"}, "Écrivez un nom"), ({"scopes": []}, "Cochez"),
        ({"scopes": ["everything"]}, "Cochez"), ({"expires": "2026-11-22"}, "n’est pas passé"), ({"expires": "demain"}, "n’est pas passé"),
        ({"verbs": "completed"}, "Une adresse par ligne"), ({"verbs": "http://adlnet.gov/expapi/verbs/voided"}, "toujours gardé"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    engine_name: str, platform: Platform, world: World, manager: FlaskClient, wrong: Any, said: str
) -> None:
    page = manager.post(f"{HOME}/nouvelle", data={**FORM, "name": "Outil de Awa", **wrong})
    assert page.status_code == 400
    assert said in words_of(page)
    if "name" not in wrong:
        assert 'value="Outil de Awa"' in page.text
    assert rows(platform, world.organisation) == []


def test_a_new_secret_is_shown_once_and_the_old_one_goes_on_for_some_hours(
    engine_name: str,
    app: Flask,
    platform: Platform,
    world: World,
    manager: FlaskClient,
    machine: Machine,
    clock: TestClock,
) -> None:
    address = f"{HOME}/{machine.key}/secret"
    page = manager.post(address, data={"intent": FORM["intent"]})
    assert page.headers["Cache-Control"] == "no-store"
    key, secret = shown(page)
    assert (key, secret == machine.secret) == (machine.key, False)
    assert shown(manager.post(address, data={"intent": FORM["intent"]})) == (key, secret)
    assert [name for name, _actor in facts(platform, world.organisation)] == ["lrs.client_added", "lrs.client_rotated"]
    assert "L’ancien secret marche encore" in words_of(manager.get(f"{HOME}/{key}"))
    assert machine.get().status_code == 200
    assert Machine(app.test_client(), key, secret).get().status_code == 200
    clock.now += clients.GRACE
    assert machine.get().status_code == 401
    assert manager.post(address, data={"intent": FORM["intent"]}).status_code == 303
    assert "L’ancien secret" not in words_of(manager.get(f"{HOME}/{key}")).replace(
        "L’ancien secret marche encore 12 heures", ""
    )


def test_a_secret_that_others_have_seen_ends_at_once(
    engine_name: str, app: Flask, manager: FlaskClient, machine: Machine
) -> None:
    page = manager.post(f"{HOME}/{machine.key}/secret", data={"intent": FORM["intent"], "lost": "1"})
    key, secret = shown(page)
    again = manager.post(f"{HOME}/{machine.key}/secret", data={"intent": FORM["intent"], "lost": "1"})
    assert shown(again) == (key, secret)
    assert machine.get().status_code == 401
    assert Machine(app.test_client(), key, secret).get().status_code == 200


def test_an_access_is_taken_back_once(
    engine_name: str, platform: Platform, world: World, manager: FlaskClient, machine: Machine
) -> None:
    assert "pour de bon" in words_of(manager.get(f"{HOME}/{machine.key}"))
    for _ in range(2):
        assert manager.post(f"{HOME}/{machine.key}/fin").status_code == 303
    assert machine.get().status_code == 401
    assert [name for name, _actor in facts(platform, world.organisation)] == ["lrs.client_added", "lrs.client_revoked"]
    page = manager.get(f"{HOME}/{machine.key}")
    assert "retirée" in words_of(page)
    assert "<form" not in page.text[page.text.index("<main") : page.text.index("</main>")]
    assert manager.post(f"{HOME}/{machine.key}/secret", data={"intent": FORM["intent"]}).status_code == 404
    assert "retirée" in words_of(manager.get(HOME))


def test_dropped_verbs_are_changed_on_the_page(
    engine_name: str, platform: Platform, world: World, manager: FlaskClient, machine: Machine
) -> None:
    for _ in range(2):
        assert manager.post(f"{HOME}/{machine.key}/verbes", data={"verbs": f" {NOISE}\r\n{NOISE}"}).status_code == 303
    assert machine.post(statement(verb={"id": NOISE})).status_code == 200
    assert machine.listed() == []
    assert [name for name, _actor in facts(platform, world.organisation)] == [
        "lrs.client_added",
        "lrs.client_verbs_changed",
    ]
    wrong = manager.post(f"{HOME}/{machine.key}/verbes", data={"verbs": "completed"})
    assert wrong.status_code == 400
    assert ">\ncompleted</textarea>" in wrong.text


def test_the_last_use_is_on_the_page(
    engine_name: str, platform: Platform, manager: FlaskClient, machine: Machine
) -> None:
    assert "jamais" in words_of(manager.get(HOME))
    machine.get()
    usage.write_uses(platform)
    assert "jamais" not in words_of(manager.get(HOME))


def test_the_trail_names_the_machine(engine_name: str, manager: FlaskClient, signed_in_as: Any) -> None:
    manager.post(f"{HOME}/nouvelle", data={**FORM, "name": "Moodle du centre"})
    assert "a donné un accès à Moodle du centre" in words_of(manager.get("/journal"))
    auditors = signed_in_as("auditor").get("/journal")
    assert "a donné un accès à Moodle du centre" in words_of(auditors)
    assert HOME not in auditors.text


def test_a_list_of_machines_asks_the_same_number_of_queries_and_is_paged(
    engine_name: str,
    app: Flask,
    platform: Platform,
    world: World,
    manager: FlaskClient,
    machine: Machine,
    count_queries: Any,
) -> None:
    manager.get(HOME)
    with count_queries() as few:
        manager.get(HOME)
    for number in range(55):
        make_machine(app, platform, world.organisation, f"Machine {number:02}")
    with count_queries() as many:
        page = manager.get(HOME)
    assert len(many) == len(few)
    assert "Page 1 sur 2" in words_of(page)


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("prefix", ["", "other_"])
def test_who_may_do_what_with_a_machine(
    engine_name: str, platform: Platform, world: World, machine: Machine, signed_in_as: Any, role: str, prefix: str
) -> None:
    """Managers and administrators of its own organisation; to anyone else it does not exist."""
    browser = signed_in_as(prefix + role)
    is_leading = role in ("manager", "administrator")
    assert (browser.get(HOME).status_code == 200) == is_leading
    may = is_leading and not prefix
    before = rows(platform, world.organisation)[0].secret_hash
    assert browser.get(f"{HOME}/{machine.key}").status_code == (200 if may else 404)
    assert machine.key not in browser.get(HOME).text or may
    assert browser.post(f"{HOME}/{machine.key}/verbes", data={"verbs": NOISE}).status_code == (303 if may else 404)
    assert browser.post(f"{HOME}/{machine.key}/secret", data={"intent": FORM["intent"]}).status_code == (
        200 if may else 404
    )
    assert browser.post(f"{HOME}/{machine.key}/fin").status_code == (303 if may else 404)
    [row] = rows(platform, world.organisation)
    assert (row.revoked_at is not None, row.dropped_verbs == [NOISE], row.secret_hash != before) == (may, may, may)
