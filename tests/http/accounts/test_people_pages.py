"""Pages of staff: people, invitations by form and by file, roles, cards, links."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import AccessCard, GrantRow, Invitation, Membership, SentForm
from lms.accounts.roster import MAX_BYTES
from tests.factories.world import World
from tests.http.accounts.conftest import count

As = Callable[[str], FlaskClient]
TEXT = "Prénom;Nom;E-mail;Téléphone;Rôle\nÉloïse;Traoré;eloise@exemple.test;06 12 34 56 78;Porteur\nAwa;Diallo;;;\nX;Y;pas-un-mail;;\n"


def send_file(client: FlaskClient, data: bytes, name: str = "liste.csv") -> TestResponse:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return client.post(
        "/personnes/fichier", data=head + data + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
    )


def hidden(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return found.group(1)


# -------------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("who", ["trainer", "coach", "manager", "auditor", "administrator"])
def test_staff_see_people_and_nobody_of_another_organisation(
    signed_in_as: As, who: str, key_of: Callable[[str], str]
) -> None:
    client = signed_in_as(who)
    page = client.get("/personnes?q=learner&etat=active")
    assert page.status_code == 200
    assert page.text.count("Learner Essai") == 1
    assert client.get(f"/personnes/{key_of('learner')}").status_code == 200


def test_a_person_of_another_organisation_does_not_exist(signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client, key = signed_in_as("administrator"), key_of("other_learner")
    missing = client.get("/personnes/zzzzzzzzzz").text.replace("/personnes/zzzzzzzzzz", "…")
    for method, path in (
        ("GET", f"/personnes/{key}"),
        ("GET", f"/personnes/{key}/modifier"),
        ("POST", f"/personnes/{key}/modifier"),
        ("POST", f"/personnes/{key}/etat"),
        ("POST", f"/personnes/{key}/roles"),
        ("POST", f"/personnes/{key}/roles/zzzzzzzzzz/fin"),
        ("POST", f"/personnes/{key}/lien"),
        ("GET", f"/personnes/{key}/lien/zzzzzzzzzz"),
        ("POST", f"/personnes/{key}/cartes/zzzzzzzzzz/annuler"),
        ("POST", f"/personnes/{key}/invitation"),
    ):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.text.replace(path, "…")) == (404, missing), path


@pytest.mark.parametrize("who", ["learner", "company_head"])
def test_who_learns_is_told_nothing(signed_in_as: As, key_of: Callable[[str], str], who: str) -> None:
    client = signed_in_as(who)
    missing = client.get("/nulle-part").text.replace("/nulle-part", "…")
    for path in (
        "/personnes",
        "/personnes/inviter",
        "/personnes/fichier",
        "/personnes/cartes",
        f"/personnes/{key_of('coach')}",
        "/roles",
        "/mots",
        "/organisme",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.text.replace(path, "…")) == (404, missing), path


def test_an_auditor_reads_and_changes_nothing(signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client, key = signed_in_as("auditor"), key_of("learner")
    page = client.get(f"/personnes/{key}").text
    assert 'method="post"' not in re.sub(r'<form method="post" action="/langue".*?</form>', "", page, flags=re.DOTALL)
    for path in (
        f"/personnes/{key}/roles",
        f"/personnes/{key}/lien",
        "/personnes/cartes",
        "/personnes/inviter",
        f"/personnes/{key}/etat",
    ):
        assert client.post(path).status_code == 404, path


def test_a_trainer_opens_no_way_into_a_colleagues_account(
    signed_in_as: As, key_of: Callable[[str], str], database: Session
) -> None:
    client = signed_in_as("trainer")
    assert client.post(f"/personnes/{key_of('manager')}/lien").status_code == 403
    assert client.post("/personnes/cartes", data={"person": [key_of("manager")], "intent": "i"}).status_code == 403
    assert count(database, AccessCard) == 0


# ----------------------------------------------------------------------------------------------------------- inviting


def test_one_person_is_invited_once_however_often_the_form_is_sent(signed_in_as: As, database: Session) -> None:
    client = signed_in_as("trainer")
    intent = hidden(client.get("/personnes/inviter"), "intent")
    form = {
        "intent": intent,
        "given_name": " Awa ",
        "family_name": "Diallo",
        "phone": "06 12 34 56 78",
        "role": "learner",
    }
    first, second = client.post("/personnes/inviter", data=form), client.post("/personnes/inviter", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert [row.status for row in database.scalars(select(Membership).where(Membership.given_name == "Awa"))] == [
        "active"
    ]
    assert "imprimez sa carte" in client.get(first.headers["Location"]).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"given_name": ""}, "Écrivez le prénom."),
        ({"email": "awa@"}, "bonne forme"),
        ({"phone": "12"}, "nombre de chiffres"),
        ({"role": "manager"}, "Choisissez"),
        ({"role": ""}, "Choisissez"),
        ({"given_name": "x" * 101}, "trop long"),
    ],
)
def test_a_wrong_form_is_shown_again_with_its_words(
    signed_in_as: As, wrong: dict[str, str], said: str, database: Session
) -> None:
    form = {"given_name": "Awa", "family_name": "Diallo", "email": "", "phone": "", "role": "learner", **wrong}
    answer = signed_in_as("trainer").post("/personnes/inviter", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert "Diallo" in answer.text
    assert count(database, Membership) == 14


def test_the_invited_get_a_new_letter_once(signed_in_as: As, database: Session) -> None:
    client = signed_in_as("manager")
    page = client.post(
        "/personnes/inviter",
        data={"given_name": "Awa", "email": "awa@exemple.test", "role": "trainer"},
        follow_redirects=True,
    )
    key = database.scalars(select(Membership.key).where(Membership.given_name == "Awa")).one()
    form = {"intent": hidden(page, "intent")}
    assert client.post(f"/personnes/{key}/invitation", data=form).status_code == 303
    assert client.post(f"/personnes/{key}/invitation", data=form).status_code == 303
    assert count(database, Invitation) == 1
    assert count(database, SentForm) == 1


# -------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_shown_then_sent_once(signed_in_as: As, encoding: str, database: Session) -> None:
    client = signed_in_as("trainer")
    shown = send_file(client, TEXT.encode(encoding))
    assert shown.status_code == 200
    assert "Éloïse" in shown.text
    assert "bonne forme" in shown.text
    assert count(database, Membership) == 14, "nothing is written before one agrees"
    form = {"intent": hidden(shown, "intent"), "lines": hidden(shown, "lines")}
    for _ in range(2):
        assert client.post("/personnes/fichier/envoyer", data=form).headers["Location"] == "/personnes"
    assert count(database, Membership) == 16
    assert count(database, Invitation) == 1
    page = client.get("/personnes").text
    assert "1 invitation part par e-mail." in page
    assert "1 personne sans e-mail" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nommer les colonnes"),
        (b"x" * (MAX_BYTES + 10), "trop gros"),
        (b"PK\x03\x04", "pas un fichier CSV"),
        (bytes(range(256)) * 10, "pas lisible"),
        ("prénom\n".encode() + b"Awa\n" * 2001, "trop de lignes"),
    ],
)
def test_a_broken_file_says_what_to_do(signed_in_as: As, data: bytes, said: str) -> None:
    answer = send_file(signed_in_as("trainer"), data)
    assert answer.status_code == 400
    assert said in answer.text


def test_no_file_at_all_says_what_to_do(signed_in_as: As) -> None:
    answer = signed_in_as("trainer").post("/personnes/fichier")
    assert answer.status_code == 400
    assert "Choisissez d&#39;abord un fichier." in answer.text


def test_a_list_that_we_did_not_show_is_refused(signed_in_as: As, database: Session) -> None:
    shown = send_file(signed_in_as("manager"), TEXT.replace("Porteur", "Formateur").encode())
    lines = hidden(shown, "lines")
    for client, text in (
        (signed_in_as("trainer"), lines),
        (signed_in_as("manager"), lines[:-1]),
        (signed_in_as("manager"), ""),
    ):
        assert client.post("/personnes/fichier/envoyer", data={"lines": text}).status_code == 400
    assert count(database, Membership) == 14


def test_a_file_of_two_thousand_people_fits_in_its_form(signed_in_as: As, database: Session) -> None:
    client = signed_in_as("manager")
    rows = "".join(
        f"Prénom{number};Nom{number};personne{number}@exemple.test;06 12 34 56 78;\n" for number in range(2000)
    )
    shown = send_file(client, f"prénom;nom;e-mail;téléphone;rôle\n{rows}".encode())
    assert (
        client.post("/personnes/fichier/envoyer", data={"lines": hidden(shown, "lines"), "intent": "i"}).status_code
        == 303
    )
    assert count(database, Invitation) == 2000


# --------------------------------------------------------------------------------------------------- contact and state


def test_a_contact_is_corrected(signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client, key = signed_in_as("manager"), key_of("learner")
    assert "learner@essai.test" in client.get(f"/personnes/{key}/modifier").text
    form = {"given_name": "Léa", "family_name": "Éco", "email": "LEA@exemple.test", "phone": "0612345678"}
    assert client.post(f"/personnes/{key}/modifier", data=form).status_code == 303
    page = client.get(f"/personnes/{key}").text
    assert "Léa Éco" in page
    assert "lea@exemple.test" in page
    assert "06 12 34 56 78" in page
    assert client.post(f"/personnes/{key}/modifier", data={**form, "email": "x"}).status_code == 400
    client.post(f"/personnes/{key}/modifier", data={**form, "email": "trainer@essai.test"})
    assert "a déjà cet e-mail" in client.get(f"/personnes/{key}").text


def test_a_closed_account_no_longer_enters(signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client, learner, key = signed_in_as("manager"), signed_in_as("learner"), key_of("learner")
    assert learner.get("/moi").status_code == 200
    assert client.post(f"/personnes/{key}/etat", data={"state": "ended"}).status_code == 303
    assert learner.get("/moi").status_code == 303
    assert client.post(f"/personnes/{key}/etat", data={"state": "active"}).status_code == 303
    assert learner.get("/moi").status_code == 200


# -------------------------------------------------------------------------------------------------------------- roles


def test_a_role_is_given_and_taken_back(
    signed_in_as: As, key_of: Callable[[str], str], world: World, database: Session
) -> None:
    client, key = signed_in_as("manager"), key_of("learner")
    form = {"role": "trainer", "starts_on": "2026-12-01", "ends_on": "2026-12-31"}
    for _ in range(2):
        assert client.post(f"/personnes/{key}/roles", data=form).status_code == 303
    row = database.scalars(
        select(GrantRow).where(GrantRow.membership_id == world.members["learner"], GrantRow.role == "trainer")
    ).one()
    assert (row.starts_at.isoformat(), row.scope) == ("2026-11-30T23:00:00+00:00", "organisation")
    assert "formateur" in client.get(f"/personnes/{key}").text
    assert client.post(f"/personnes/{key}/roles/{row.key}/fin").status_code == 303
    assert client.post(f"/personnes/{key}/roles/zzzzzzzzzz/fin").status_code == 404
    assert client.post(f"/personnes/{key}/roles", data={"role": "administrator"}).status_code == 400
    assert client.post(f"/personnes/{key}/roles", data={**form, "ends_on": "2026-02-31"}).status_code == 400
    client.post(f"/personnes/{key}/roles", data={"role": "coach", "starts_on": "2026-12-10", "ends_on": "2026-12-01"})
    assert "La fin doit venir après le début." in client.get(f"/personnes/{key}").text


def test_the_last_person_in_charge_stays(
    signed_in_as: As, key_of: Callable[[str], str], world: World, database: Session
) -> None:
    client = signed_in_as("administrator")
    for who, status in (("manager", 303), ("administrator", 303)):
        grant = database.scalars(select(GrantRow.key).where(GrantRow.membership_id == world.members[who])).one()
        assert client.post(f"/personnes/{key_of(who)}/roles/{grant}/fin").status_code == status
    assert "dernière personne responsable" in client.get(f"/personnes/{key_of('administrator')}").text


# -------------------------------------------------------------------------------------------------------- cards, links


def test_cards_are_printed_once_with_their_codes(
    app: Flask, signed_in_as: As, key_of: Callable[[str], str], database: Session
) -> None:
    client = signed_in_as("trainer")
    assert "Learner Essai" in client.get("/personnes/cartes?q=learner").text
    form = {
        "person": [key_of("learner"), key_of("company_head"), key_of("other_learner"), "zzzzzzzzzz"],
        "intent": "one",
    }
    sheet = client.post("/personnes/cartes", data=form)
    assert sheet.status_code == 200
    codes = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", sheet.text)
    assert len(codes) == 2
    assert "data:image/svg+xml" in sheet.text
    assert not re.search(r"\sstyle=|<style", sheet.text)
    assert re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", client.post("/personnes/cartes", data=form).text) == codes
    assert count(database, AccessCard) == 2
    for code in codes:
        browser = app.test_client()
        assert browser.post("/carte", data={"code": code}).status_code == 303
    person = client.get(f"/personnes/{key_of('learner')}")
    assert codes[0] not in person.text
    card = re.search(r"/cartes/(\w+)/annuler", person.text)
    assert card
    for _ in range(2):
        assert client.post(f"/personnes/{key_of('learner')}/cartes/{card.group(1)}/annuler").status_code == 303
    assert {app.test_client().post("/carte", data={"code": code}).status_code for code in codes} == {401, 303}
    assert (
        "Choisissez au moins une personne."
        in client.post("/personnes/cartes", data={"intent": "x"}, follow_redirects=True).text
    )


def test_a_link_is_shown_as_a_picture_and_as_text(app: Flask, signed_in_as: As, key_of: Callable[[str], str]) -> None:
    client, key = signed_in_as("trainer"), key_of("learner")
    shown = client.post(f"/personnes/{key}/lien")
    page = client.get(shown.headers["Location"]).text
    path = re.search(r"http://localhost(/connexion/lien/[\w.-]+)", page)
    assert path
    assert "data:image/svg+xml" in page
    browser = app.test_client()
    assert browser.post(path.group(1)).status_code == 303
    assert browser.get("/moi").status_code == 200
    assert "Ce lien a servi" in client.get(shown.headers["Location"]).text
    assert signed_in_as("auditor").get(shown.headers["Location"]).status_code == 404
    other = shown.headers["Location"].replace(key, key_of("company_head"))
    assert client.get(other).status_code == 404
