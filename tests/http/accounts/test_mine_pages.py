"""The pages of what is the person's own, with those who would misuse them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.devices import add_device
from lms.accounts.models import ContactChange, Device, Erasure
from lms.accounts.signing import Signer
from lms.accounts.tasks import TIDY
from lms.kernel import jobs
from lms.kernel.assets import asset_url
from lms.kernel.jobs import JobRow
from lms.kernel.platform import Platform
from tests.conftest import TestClock
from tests.factories.world import World
from tests.http.accounts.conftest import PASSWORD, count

As = Callable[[str], FlaskClient]
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) Chrome/140.0 Mobile Safari/537.36"
PAGES = (
    "/moi",
    "/moi/qui-voit",
    "/moi/appareils",
    "/moi/nom",
    "/moi/contact/email",
    "/moi/contact/phone",
    "/moi/donnees/tout",
    "/moi/effacer",
)


@pytest.mark.parametrize("who", ["learner", "company_head", "trainer", "manager", "auditor"])
def test_everyone_has_these_pages(signed_in_as: As, who: str) -> None:
    client = signed_in_as(who)
    for address in PAGES:
        assert client.get(address).status_code == 200, address


# ---------------------------------------------------------------------------------------------------------------- reading


def test_easy_reading_is_a_class_of_every_page_and_stays_with_the_person(
    app: Flask, signed_in_as: As, with_password: Callable[[str], int]
) -> None:
    with_password("learner")
    client = signed_in_as("learner")
    assert ' class="easy"' not in client.get("/moi").text
    assert client.post("/moi/lecture", data={"easy": "1"}).status_code == 303
    assert re.search(r'<html [^>]*class="easy">', client.get("/moi").text)
    client.post("/deconnexion")
    assert re.search(r'<html [^>]*class="easy">', client.get("/connexion").text), "they read the way in, too"
    elsewhere = app.test_client()
    elsewhere.post("/connexion", data={"identifier": "learner@essai.test", "password": PASSWORD})
    assert re.search(r'<html [^>]*class="easy">', elsewhere.get("/moi").text)
    elsewhere.post("/moi/lecture", data={"easy": "0"})
    assert ' class="easy"' not in elsewhere.get("/moi").text
    assert ' class="easy"' not in signed_in_as("trainer").get("/moi").text


@pytest.mark.sqlite_only
def test_the_one_stylesheet_stays_small(app: Flask, engine_name: str) -> None:
    with app.test_request_context():
        address = asset_url("ui/style.css")
    assert len(gzip.compress(app.test_client().get(address, buffered=True).data)) <= 8 * 1024


# ---------------------------------------------------------------------------------------------------------------- devices


def keys_on(page: str) -> list[str]:
    return re.findall(r"/moi/appareils/([^/]+)/fermer", page)


def test_a_device_is_listed_by_its_kind_and_closed_alone(
    app: Flask, signed_in_as: As, with_password: Callable[[str], int], database: Session
) -> None:
    with_password("learner")
    mobile = app.test_client()
    mobile.post(
        "/connexion", data={"identifier": "learner@essai.test", "password": PASSWORD}, headers={"User-Agent": PHONE}
    )
    page = mobile.get("/moi/appareils").text
    assert "Téléphone Android, Chrome" in page
    assert "cet appareil" in page
    stored = database.scalars(select(Device).where(Device.kind == "phone android chrome")).one()
    assert all("127.0.0.1" not in str(value) and "SM-A155F" not in str(value) for value in vars(stored).values())
    here = signed_in_as("learner")
    assert here.post(f"/moi/appareils/{stored.key}/fermer").status_code == 303
    assert mobile.get("/moi").status_code == 303
    assert here.get("/moi").status_code == 200
    assert here.post(f"/moi/appareils/{stored.key}/fermer").status_code == 404, "sent twice"


def test_anothers_device_is_not_found(signed_in_as: As, writing: Callable[..., Any], database: Session) -> None:
    """Nor by who leads, nor from another organisation; and what is not there looks the same."""
    writing("learner", lambda ctx: add_device(ctx, key="lavictime1", way="password", kind=""))
    for who in ("manager", "other_manager", "administrator"):
        client = signed_in_as(who)
        reference = client.post("/moi/appareils/nullepart0/fermer")
        answer = client.post("/moi/appareils/lavictime1/fermer")
        assert (answer.status_code, answer.data) == (404, reference.data)
    assert database.scalars(select(Device.id).where(Device.key == "lavictime1")).one()


def test_a_cookie_of_anothers_device_opens_nothing(
    app: Flask, world: World, writing: Callable[..., Any], signed_in_as: As
) -> None:
    """The key of one person's device with another one's membership, and cookies of before."""
    writing("manager", lambda ctx: add_device(ctx, key="managerkey", way="password", kind=""))
    here, learner = world.organisation, world.members["learner"]
    for forged in (
        f"{here}:{learner}:managerkey",
        f"{here}:{learner}:",
        f"{here}:{learner}",
        f"{here}:{learner}:1:1",
        "x:y:1",
    ):
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = forged
            cookie["_fresh"] = True
        assert client.get("/moi").status_code == 303, forged


def test_closing_this_device_leaves(signed_in_as: As) -> None:
    client = signed_in_as("learner")
    answer = client.post("/moi/appareils/1/fermer")
    assert answer.headers["Location"] == "/connexion"
    assert client.get("/moi").status_code == 303


def test_entering_as_someone_else_closes_the_device_of_before(
    app: Flask, with_password: Callable[[str], int], database: Session
) -> None:
    for who in ("learner", "coach"):
        with_password(who)
    client = app.test_client()
    before = count(database, Device)
    for who in ("learner", "coach"):
        client.post("/connexion", data={"identifier": f"{who}@essai.test", "password": PASSWORD})
    assert count(database, Device) == before + 1


def test_the_day_of_use_is_written_once_a_day(
    signed_in_as: As, clock: TestClock, database: Session, world: World
) -> None:
    client = signed_in_as("learner")
    clock.forward(hours=2)
    client.post("/moi/langue", data={"language": "fr"})
    mine = select(Device.used_at).where(Device.membership_id == world.members["learner"], Device.key == "1")
    first = database.scalars(mine).one()
    assert first < clock()
    clock.forward(days=1)
    client.get("/moi")
    database.rollback()
    assert database.scalars(mine).one() == first, "looking writes nothing"
    client.post("/moi/langue", data={"language": "fr"})
    database.rollback()
    assert database.scalars(mine).one() == clock()


# ------------------------------------------------------------------------------------------------------ name and contacts


def test_a_name_is_changed_and_staff_see_both(signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client = signed_in_as("learner")
    assert client.post("/moi/nom", data={"given_name": " ", "family_name": "X"}).status_code == 400
    assert client.post("/moi/nom", data={"given_name": "x" * 101}).status_code == 400
    assert client.post("/moi/nom", data={"given_name": "Aïcha", "family_name": "Diallo"}).status_code == 303
    assert "Aïcha Diallo" in client.get("/moi").text
    page = signed_in_as("trainer").get(f"/personnes/{key_of('learner')}").text
    assert "Aïcha Diallo" in page
    assert "Learner Essai" in page


def test_a_contact_asks_for_the_password_and_the_code(
    signed_in_as: As, with_password: Callable[[str], int], database: Session, signer: Signer, world: World
) -> None:
    with_password("learner")
    client = signed_in_as("learner")
    address = "/moi/contact/email"
    assert client.post(address, data={"value": "pas un e-mail", "password": PASSWORD}).status_code == 400
    assert client.post(address, data={"value": "nouveau@essai.test", "password": "faux"}).status_code == 400
    assert count(database, ContactChange) == 0
    answer = client.post(address, data={"value": "nouveau@essai.test", "password": PASSWORD})
    assert answer.headers["Location"] == "/moi/contact/code"
    database.rollback()
    [row] = database.scalars(select(ContactChange)).all()
    code = signer.contact_code(row.id, row.value)
    page = client.get(f"/moi/contact/code?code={code}")
    assert f'value="{code}"' in page.text
    assert "learner@essai.test" in client.get("/moi").text, "opening the link changes nothing"
    assert signed_in_as("trainer").post("/moi/contact/code", data={"code": code}).status_code == 303
    assert "learner@essai.test" in client.get("/moi").text, "another person's code is nothing to them"
    assert client.post("/moi/contact/code", data={"code": "000000"}).status_code == 303
    database.rollback()
    assert database.scalars(select(ContactChange.tries)).one() == 1, "a wrong try is written"
    assert client.post("/moi/contact/code", data={"code": code}).headers["Location"] == "/moi"
    assert "nouveau@essai.test" in client.get("/moi").text


def test_a_number_needs_text_messages(signed_in_as: As) -> None:
    client = signed_in_as("learner")
    assert client.post("/moi/contact/phone", data={"value": "0612345678"}).status_code == 404
    assert client.get("/moi/contact/adresse").status_code == 404


# --------------------------------------------------------------------------------------------------------- all one's data


def test_a_download_is_for_its_owner_until_its_end(
    signed_in_as: As, platform: Platform, database: Session, clock: TestClock
) -> None:
    client = signed_in_as("learner")
    for _twice in range(2):
        assert client.post("/moi/donnees/tout").status_code == 303
    assert count(database, JobRow) == 1, "one at a time"
    assert (
        'name="job"' in client.get("/moi/donnees/tout").text
        or "attend son tour" in client.get("/moi/donnees/tout").text
    )
    jobs.sweep(platform)
    page = client.get("/moi/donnees/tout").text
    [address] = re.findall(r'href="(/travaux/[^"]+/resultat)"', page)
    answer = client.get(address, buffered=True)
    assert answer.data[:2] == b"PK"
    assert "mes-donnees" in answer.headers["Content-Disposition"]
    for who in ("coach", "manager", "administrator", "other_learner"):
        assert signed_in_as(who).get(address).status_code == 404, who
    clock.forward(days=7, minutes=1)
    assert signed_in_as("learner").get(address).status_code == 404, "it has expired, even before it is taken away"
    TIDY.run(platform)
    assert signed_in_as("learner").get(address).status_code == 404


# ---------------------------------------------------------------------------------------------------------------- erasure


def test_an_erasure_is_asked_confirmed_and_done(
    signed_in_as: As, platform: Platform, database: Session, clock: TestClock
) -> None:
    client, manager = signed_in_as("learner"), signed_in_as("manager")
    assert client.post("/moi/effacer").status_code == 400, "the box first"
    for _twice in range(2):
        assert client.post("/moi/effacer", data={"sure": "1"}).status_code == 303
    assert count(database, Erasure) == 1
    assert "change d’avis" in client.get("/moi/effacer").text
    assert "Learner Essai" in manager.get("/personnes/effacements").text
    key = database.scalars(select(Erasure.key)).one()
    address = f"/personnes/effacements/{key}/confirmer"
    for who in ("trainer", "coach", "auditor", "company_head", "other_manager"):
        assert signed_in_as(who).post(address).status_code == 404, who
    for _twice in range(2):
        assert manager.post(address).status_code == 303
    clock.forward(days=7, minutes=1)
    TIDY.run(platform)
    jobs.sweep(platform)
    assert client.get("/moi").status_code == 303, "signed in no more"
    page = manager.get("/personnes/effacements").text
    assert "Learner" not in page
    assert "Personne effacée" in page
    assert manager.post(address).status_code == 404, "it is done"


def test_one_changes_ones_mind(signed_in_as: As, database: Session) -> None:
    client = signed_in_as("learner")
    client.post("/moi/effacer", data={"sure": "1"})
    signed_in_as("trainer").post("/moi/effacer/retirer")
    assert database.scalars(select(Erasure.withdrawn_at)).one() is None, "another person's is theirs"
    database.rollback()
    for _twice in range(2):
        assert client.post("/moi/effacer/retirer").status_code == 303
    assert database.scalars(select(Erasure.withdrawn_at)).one() is not None
    assert "Demander l’effacement" in client.get("/moi/effacer").text


def test_the_pages_ask_no_more_for_many_staff(
    signed_in_as: As, writing: Callable[..., Any], count_queries: Any
) -> None:
    from lms.accounts import operations
    from lms.accounts.roster import RosterLine

    client = signed_in_as("learner")
    for _ in range(2):  # what a process reads once
        client.get("/moi/qui-voit")
    with count_queries() as few:
        client.get("/moi/qui-voit")

    def hire(ctx: Any) -> None:
        for number in range(40):
            made = operations.invite(ctx, line=RosterLine(2, f"F{number}", "X", f"f{number}@essai.test", "", "trainer"))
            made.membership.status = "active"

    writing("manager", hire)
    client.get("/moi/qui-voit")  # the words, which are kept for seconds only
    with count_queries() as many:
        assert "F39 X" in client.get("/moi/qui-voit").text
    assert len(many) == len(few)
