"""One's own pages, the terms, the organisation's pages, and what every page promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.accounts import access, attempts
from lms.accounts.consent import publish_terms
from lms.accounts.legal import TermsText
from lms.accounts.models import Membership, Organisation, Person, TermsAcceptance
from lms.accounts.roles import matrix_page
from lms.accounts.signing import Signer
from lms.kernel.platform import Platform
from lms.kernel.wording import WordRow
from tests.factories.world import World
from tests.http.accounts.conftest import PASSWORD, count

As = Callable[[str], FlaskClient]
DOCS = Path(__file__).parents[3] / "docs"


# ----------------------------------------------------------------------------------------------------------------- me


@pytest.mark.parametrize("who", ["learner", "auditor", "manager"])
def test_everyone_has_a_page_of_their_own(signed_in_as: As, who: str) -> None:
    client = signed_in_as(who)
    page = client.get("/moi").text
    assert f"{who}@essai.test" in page
    assert ("/organisme" in page) == (who in ("manager", "auditor"))
    data = client.get("/moi/donnees").text
    assert "Conditions acceptées, version 1" in data


def test_the_language_changes_everywhere(signed_in_as: As, world: World, database: Session) -> None:
    client = signed_in_as("learner")
    client.post("/moi/langue", data={"language": "en"})
    assert "Sign out everywhere" in client.get("/moi").text
    assert (
        database.scalars(
            select(Person.language).join(Membership).where(Membership.id == world.members["learner"])
        ).one()
        == "en"
    )
    client.post("/moi/langue", data={"language": "xx"})
    assert "Sign out everywhere" in client.get("/moi").text


def test_a_password_is_changed_with_the_old_one(
    app: Flask, signed_in_as: As, with_password: Callable[[str], int]
) -> None:
    with_password("learner")
    client = signed_in_as("learner")
    assert client.get("/moi/mot-de-passe").status_code == 200
    new = "une nouvelle phrase"
    for form, said in (
        ({"old_password": "faux", "new_password": new}, "mot de passe actuel"),
        ({"old_password": PASSWORD, "new_password": "court"}, "10 caractères"),
        ({"old_password": PASSWORD, "new_password": "learner@essai.test"}, "votre e-mail"),
    ):
        answer = client.post("/moi/mot-de-passe", data=form)
        assert answer.status_code == 400
        assert said in answer.text
    assert client.post("/moi/mot-de-passe", data={"old_password": PASSWORD, "new_password": new}).status_code == 303
    browser = app.test_client()
    assert (
        browser.post("/connexion", data={"identifier": "learner@essai.test", "password": PASSWORD}).status_code == 401
    )
    assert browser.post("/connexion", data={"identifier": "learner@essai.test", "password": new}).status_code == 303


def test_a_new_password_closes_the_other_devices_and_keeps_this_one(
    signed_in_as: As, with_password: Callable[[str], int]
) -> None:
    with_password("learner")
    here, there, colleague = signed_in_as("learner"), signed_in_as("learner"), signed_in_as("trainer")
    form = {"old_password": "faux", "new_password": "une nouvelle phrase"}
    assert here.post("/moi/mot-de-passe", data=form).status_code == 400
    assert there.get("/moi").status_code == 200
    assert here.post("/moi/mot-de-passe", data={**form, "old_password": PASSWORD}).status_code == 303
    assert here.get("/moi").status_code == 200
    assert there.get("/moi").status_code == 303
    assert colleague.get("/moi").status_code == 200


def test_the_old_password_is_not_guessed(
    signed_in_as: As, with_password: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password("learner")
    monkeypatch.setattr("lms.accounts.views_own.is_password", lambda password, stored: False)
    client = signed_in_as("learner")
    form = {"old_password": "faux", "new_password": PASSWORD}
    statuses = [
        client.post("/moi/mot-de-passe", data=form).status_code for _ in range(attempts.PER_IDENTIFIER.amount + 1)
    ]
    assert statuses[-2:] == [400, 429]


def test_a_first_password_asks_for_no_old_one(app: Flask, signed_in_as: As) -> None:
    assert signed_in_as("learner").post("/moi/mot-de-passe", data={"new_password": PASSWORD}).status_code == 303
    assert (
        app.test_client()
        .post("/connexion", data={"identifier": "learner@essai.test", "password": PASSWORD})
        .status_code
        == 303
    )


def test_signing_out_leaves_this_device_only(signed_in_as: As) -> None:
    here, there = signed_in_as("learner"), signed_in_as("learner")
    assert here.post("/deconnexion").headers["Location"] == "/connexion"
    assert here.get("/moi").status_code == 303
    assert there.get("/moi").status_code == 200


def test_signing_out_everywhere_leaves_every_device(signed_in_as: As) -> None:
    here, there = signed_in_as("learner"), signed_in_as("learner")
    assert here.post("/deconnexion/partout").status_code == 303
    assert here.get("/moi").status_code == 303
    assert there.get("/moi").status_code == 303
    assert signed_in_as("learner").get("/moi").status_code == 303


def test_signing_out_everywhere_can_revoke_cards_too(
    app: Flask, world: World, signed_in_as: As, writing: Callable[..., Any], signer: Signer
) -> None:
    assert 'name="cards"' not in signed_in_as("learner").get("/moi").text
    codes = {}
    for who in ("learner", "company_head"):
        one = writing("trainer", lambda ctx, who=who: ctx.session.get_one(Membership, world.members[who]))
        made = writing(
            "trainer", lambda ctx, one=one: access.print_cards(ctx, memberships=[one], signer=signer, intent="lost")
        )
        codes[who] = made[0][1]

    def enters(who: str) -> bool:
        return app.test_client().post("/carte", data={"code": codes[who]}).status_code == 303

    assert signed_in_as("learner").post("/deconnexion/partout").status_code == 303
    client = app.test_client()
    assert client.post("/carte", data={"code": codes["learner"]}).status_code == 303
    assert 'name="cards"' in client.get("/moi").text
    assert client.post("/deconnexion/partout", data={"cards": "1"}).status_code == 303
    assert not enters("learner")
    assert enters("company_head")


# -------------------------------------------------------------------------------------------------------------- terms


def test_the_full_text_is_public(client: FlaskClient, world: World) -> None:
    page = client.get("/conditions/texte")
    assert page.status_code == 200
    assert "à relire par un juriste" in page.text


def test_before_anything_else_one_accepts_the_terms(
    signed_in_as: As, world: World, writing: Callable[..., Any], database: Session
) -> None:
    writing("manager", lambda ctx: publish_terms(ctx, text=TermsText("Une phrase <b>simple</b>.", "Tout le texte.")))
    client = signed_in_as("learner")
    assert client.get("/moi?a=1").headers["Location"] == "/conditions?next=/moi?a%3D1"
    assert client.post("/moi/langue", data={"language": "en"}).headers["Location"].startswith("/conditions")
    page = client.get("/conditions?next=/moi").text
    assert "Une phrase &lt;b&gt;simple&lt;/b&gt;." in page
    assert "Tout le texte." in client.get("/conditions/texte").text
    assert client.post("/conditions", data={"version": "1", "next": "/moi"}).status_code == 303
    assert client.get("/moi").status_code == 303, "an older version accepts nothing"
    for _ in range(2):
        assert client.post("/conditions", data={"version": "2", "next": "/moi"}).headers["Location"] == "/moi"
    assert client.get("/moi").status_code == 200
    accepted = select(TermsAcceptance.version).where(TermsAcceptance.membership_id == world.members["learner"])
    assert database.scalars(accepted.order_by(TermsAcceptance.version)).all() == [1, 2]
    assert client.post("/conditions", data={"next": "//ailleurs.test"}).headers["Location"] == "/"
    assert "Vous l’avez acceptée" in client.get("/conditions").text


def test_those_who_lead_publish_the_terms(signed_in_as: As) -> None:
    client = signed_in_as("manager")
    assert "à relire par un juriste" in client.get("/organisme/textes/terms").text
    assert (
        client.post("/organisme/textes/terms", data={"sentences": "a\nb\nc\nd\ne\nf", "full_text": "x"}).status_code
        == 400
    )
    assert (
        client.post("/organisme/textes/terms", data={"sentences": "Une phrase.", "full_text": "## Titre"}).status_code
        == 303
    )
    assert client.get("/moi").headers["Location"].startswith("/conditions")


# --------------------------------------------------------------------------------------------------- the organisation


def test_the_organisation_is_described(signed_in_as: As, world: World, database: Session) -> None:
    client = signed_in_as("manager")
    assert "Association Essai" in client.get("/organisme").text
    right = {
        "name": "Nouveau",
        "nda": "11 75 12345 75",
        "siret": "732 829 320 00074",
        "timezone": "Indian/Reunion",
        "address": "1 rue\n75000",
        "contact": "01",
    }
    assert client.post("/organisme/identite", data=right).status_code == 303
    row = database.get_one(Organisation, world.organisation)
    assert (row.nda, row.siret, row.timezone, row.address) == (
        "11751234575",
        "73282932000074",
        "Indian/Reunion",
        "1 rue\n75000",
    )
    for wrong in (
        {"name": ""},
        {"siret": "73282932000075"},
        {"nda": "123"},
        {"timezone": "Mars/Olympus"},
        {"address": "x" * 401},
    ):
        assert client.post("/organisme/identite", data={**right, **wrong}).status_code == 400, wrong


def test_words_are_changed_and_brought_back(signed_in_as: As, database: Session) -> None:
    client = signed_in_as("manager")
    assert "je vérifie" in client.get("/mots").text
    form = {
        "learner:assessment": "<i>mon point</i>",
        "staff:assessment": "évaluation",
        "learner:zzz": "x",
        "autre:assessment": "y",
    }
    assert client.post("/mots", data=form).status_code == 303
    assert [(row.audience, row.term) for row in database.scalars(select(WordRow))] == [("learner", "assessment")]
    page = client.get("/mots").text
    assert "&lt;i&gt;mon point&lt;/i&gt;" in page
    client.post("/mots", data={**form, "reset": "all"})
    assert count(database, WordRow) == 0


def test_preferences_that_do_not_exist_are_ignored(signed_in_as: As) -> None:
    assert signed_in_as("manager").post("/organisme/preferences", data={"zzz": "1"}).status_code == 303
    assert signed_in_as("learner").post("/moi/preferences", data={"zzz": "1"}).status_code == 303


def test_the_matrix_of_roles_is_what_applies(signed_in_as: As, platform: Platform) -> None:
    page = signed_in_as("auditor").get("/roles").text
    for right in platform.registry.rights.values():
        assert right.title.replace("'", "&#39;") in page


def test_the_documented_matrix_is_the_one_that_applies(shared_platform: Platform, engine_name: str) -> None:
    """`lms roles --write docs/roles.md` brings it up to date."""
    assert (DOCS / "roles.md").read_text(encoding="utf-8") == matrix_page(shared_platform.registry.rights.values())


# ------------------------------------------------------------------------------------------------- what pages promise

PAGES = (
    "/connexion",
    "/connexion/lien",
    "/carte",
    "/conditions/texte",
    "/conditions",
    "/moi",
    "/moi/donnees",
    "/moi/mot-de-passe",
    "/personnes",
    "/personnes/inviter",
    "/personnes/fichier",
    "/personnes/cartes",
    "/roles",
    "/mots",
    "/organisme",
    "/organisme/textes/terms",
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_drawn_without_style_or_script_of_its_own(signed_in_as: As, path: str, language: str) -> None:
    client = signed_in_as("manager")
    client.post("/langue", data={"language": language})
    page = client.get(path)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.text
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", page.text)
    assert len(re.findall(r"<h1", page.text)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_a_persons_page_asks_no_more_when_there_are_more_cards(
    signed_in_as: As,
    writing: Callable[..., Any],
    world: World,
    platform: Platform,
    signer: Signer,
    key_of: Callable[[str], str],
) -> None:
    client, seen = signed_in_as("trainer"), []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(platform.database.engine, "before_cursor_execute", note)
    try:
        numbers = []
        for intent in ("one", "two", "three"):
            writing(
                "trainer",
                lambda ctx, intent=intent: access.print_cards(
                    ctx,
                    memberships=[ctx.session.get_one(Membership, world.members["learner"])],
                    signer=signer,
                    intent=intent,
                ),
            )
            seen.clear()
            client.get(f"/personnes/{key_of('learner')}")
            numbers.append(len(seen))
    finally:
        event.remove(platform.database.engine, "before_cursor_execute", note)
    assert numbers[1] == numbers[2]
    assert numbers[2] <= 14
