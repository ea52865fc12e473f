"""Signing in: by password, by link, by card, by invitation; and being refused without learning anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts import access, attempts, operations
from lms.accounts.models import AccessCard, Invitation, Membership, SignInLink
from lms.accounts.roster import RosterLine
from lms.accounts.signing import INVITATION, LINK, Signer, grouped
from lms.kernel import jobs
from lms.kernel.delivery import deliver_events
from lms.kernel.events import EventRow
from lms.kernel.platform import Platform
from tests.factories.world import World
from tests.http.accounts.conftest import PASSWORD, count

With = Callable[[str], int]


def enter(client: FlaskClient, identifier: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/connexion", data={"identifier": identifier, "password": password, **more})


def is_inside(client: FlaskClient) -> bool:
    return client.get("/moi").status_code == 200


def without_names(answer: TestResponse, *typed: str) -> str:
    text = answer.text
    for one in typed:
        text = text.replace(one, "…")
    return text


# ----------------------------------------------------------------------------------------------------------- password


@pytest.mark.parametrize("typed", ["learner@essai.test", " Learner@Essai.TEST "])
def test_one_enters_by_e_mail(client: FlaskClient, world: World, with_password: With, typed: str) -> None:
    with_password("learner")
    answer = enter(client, typed, stay="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Expires=" in answer.headers["Set-Cookie"]
    assert is_inside(client)


def test_a_lent_device_forgets(client: FlaskClient, world: World, with_password: With) -> None:
    with_password("learner")
    assert "Expires=" not in enter(client, "learner@essai.test").headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("target", "goes"),
    [("/moi?a=1", "/moi?a=1"), ("https://ailleurs.test/", "/"), ("//ailleurs.test", "/"), ("/\\ailleurs.test", "/")],
)
def test_one_goes_on_where_one_was_and_nowhere_else(
    client: FlaskClient, world: World, with_password: With, target: str, goes: str
) -> None:
    with_password("learner")
    assert enter(client, "learner@essai.test", next=target).headers["Location"] == goes


def test_the_language_of_the_person_is_spoken(
    client: FlaskClient, world: World, with_password: With, signed_in_as: Callable[[str], FlaskClient]
) -> None:
    with_password("learner")
    signed_in_as("learner").post("/moi/langue", data={"language": "en"})
    enter(client, "learner@essai.test")
    assert 'lang="en"' in client.get("/moi").text


def test_an_unknown_person_and_a_wrong_password_look_the_same(
    client: FlaskClient, world: World, with_password: With
) -> None:
    with_password("learner")
    answers = [
        enter(client, typed, "faux")
        for typed in ("learner@essai.test", "personne@essai.test", "coach@essai.test", "zzz")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert (
        len(
            {
                without_names(answer, "learner@essai.test", "personne@essai.test", "coach@essai.test", "zzz")
                for answer in answers
            }
        )
        == 1
    )
    assert not is_inside(client)


def test_who_tries_too_often_must_wait(
    app: Flask, client: FlaskClient, world: World, with_password: With, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password("learner")
    monkeypatch.setattr("lms.accounts.entering.is_password", lambda password, stored: False)
    for _ in range(attempts.PER_IDENTIFIER.amount):
        assert enter(client, "learner@essai.test").status_code == 401
    refused = enter(app.test_client(), "learner@essai.test")
    assert refused.status_code == 429
    assert "Trop d&#39;essais" in refused.text
    assert enter(client, "coach@essai.test").status_code == 401


def test_one_address_does_not_try_everybody(client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.accounts.entering.is_password", lambda password, stored: False)
    statuses = [enter(client, f"p{number}@essai.test").status_code for number in range(attempts.PER_ADDRESS.amount + 1)]
    assert statuses[-2:] == [401, 429]


def test_a_whole_group_signs_in_at_once(
    app: Flask, world: World, with_password: With, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password("learner")
    monkeypatch.setattr("lms.accounts.entering.is_password", lambda password, stored: True)
    assert all(
        enter(app.test_client(), "learner@essai.test").status_code == 303
        for _ in range(attempts.PER_ADDRESS.amount + 5)
    )


def test_no_password_is_checked_while_writing(
    client: FlaskClient, world: World, with_password: With, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_password("learner")
    free = []

    def look(password: str, stored: str | None) -> bool:
        with platform.database.writing(world.organisation) as session:  # would wait for 30 seconds
            free.append(session.execute(select(Membership.id)).first() is not None)
        return False

    monkeypatch.setattr("lms.accounts.entering.is_password", look)
    enter(client, "learner@essai.test")
    assert free == [True]


def test_a_shared_number_asks_who_one_is_then_the_proof(
    client: FlaskClient, world: World, newcomer: Callable[..., Membership]
) -> None:
    newcomer("Awa", phone="+33612345678")
    moussa = newcomer("Moussa", phone="+33612345678")
    asked = enter(client, "06 12 34 56 78")
    assert asked.status_code == 200
    assert "Awa D." in asked.text
    assert "Diallo" not in asked.text
    assert not is_inside(client)
    who = re.findall(r'name="who" value="([^"]+)"', asked.text)
    assert enter(client, "06 12 34 56 78", "faux", who=who[1]).status_code == 401
    assert enter(client, "06 12 34 56 78", who=who[1] + "x").status_code == 200
    assert enter(client, "+33 6 12 34 56 78", who=who[1]).status_code == 303
    assert moussa.name in client.get("/moi").text


def test_a_number_of_one_person_names_nobody(
    client: FlaskClient, world: World, newcomer: Callable[..., Membership]
) -> None:
    newcomer("Awa", phone="+33612345678")
    assert "Awa" not in enter(client, "06 12 34 56 78", "faux").text
    assert enter(client, "06 12 34 56 78").status_code == 303


def test_the_names_behind_a_number_are_not_shown_for_ever(
    client: FlaskClient, world: World, newcomer: Callable[..., Membership]
) -> None:
    newcomer("Awa", phone="+33612345678")
    newcomer("Moussa", phone="+33612345678")
    statuses = [enter(client, "0612345678").status_code for _ in range(attempts.PER_ADDRESS.amount + 1)]
    assert statuses[-2:] == [200, 429]


def test_who_belongs_to_two_organisations_chooses_after_the_proof(
    client: FlaskClient, world: World, with_password: With, writing: Callable[..., Any]
) -> None:
    with_password("learner")
    joined = writing(
        "other_manager",
        lambda ctx: operations.invite(ctx, line=RosterLine(2, "L", "E", "learner@essai.test")).membership,
    )
    writing(
        "other_manager",
        lambda ctx: ctx.session.execute(update(Membership).where(Membership.id == joined.id).values(status="active")),
    )
    assert client.get("/connexion/organisme").headers["Location"] == "/connexion"
    assert enter(client, "learner@essai.test").headers["Location"] == "/connexion/organisme"
    assert not is_inside(client)
    page = client.get("/connexion/organisme").text
    assert "Association Essai" in page
    assert "Autre association" in page
    assert client.post("/connexion/organisme", data={"place": "zzzzzzzzzz"}).headers["Location"] == "/connexion"
    assert client.post("/connexion/organisme", data={"place": joined.key}).headers["Location"] == "/"
    assert client.get("/moi").headers["Location"].startswith("/conditions")
    client.post("/conditions", data={"version": "1"})
    assert client.post("/moi/organisme").headers["Location"] == "/connexion/organisme"


# -------------------------------------------------------------------------------------------------------------- links


def test_a_link_opens_a_page_and_only_its_button_enters(
    client: FlaskClient, world: World, shown_link: Callable[[str], str], database: Session
) -> None:
    path = shown_link("learner")
    for _ in range(2):
        assert client.get(path).status_code == 200
    assert not is_inside(client)
    assert client.post(path, data={"stay": "1"}).headers["Location"] == "/"
    assert is_inside(client)
    told = database.scalars(select(EventRow).where(EventRow.type == "accounts.session_opened")).one()
    assert told.data == {"membership_id": world.members["learner"], "way": "link"}


def test_a_used_link_says_what_to_do(
    app: Flask, client: FlaskClient, world: World, shown_link: Callable[[str], str]
) -> None:
    path = shown_link("learner")
    client.post(path)
    other = app.test_client()
    for answer in (other.get(path), other.post(path)):
        assert answer.status_code == 410
        assert "Recevoir un nouveau lien" in answer.text
    assert not is_inside(other)
    again = client.post(path)  # the same button, pressed twice
    assert "Vous êtes déjà entré" in again.text
    assert is_inside(client)


def test_an_old_link_is_closed(client: FlaskClient, world: World, shown_link: Callable[[str], str], clock: Any) -> None:
    path = shown_link("learner")
    clock.forward(hours=25)
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410


@pytest.mark.parametrize("token", ["x", "a.b", "…"])
def test_a_made_up_link_is_closed(client: FlaskClient, world: World, signer: Signer, token: str) -> None:
    for text in (token, signer.token(LINK, "zzzzzzzzzz"), signer.token(INVITATION, "zzzzzzzzzz")):
        assert client.get(f"/connexion/lien/{text}").status_code == 410
        assert client.post(f"/connexion/lien/{text}").status_code == 410


def test_asking_for_a_link_answers_the_same_for_everyone(client: FlaskClient, world: World, database: Session) -> None:
    answers = [
        client.post("/connexion/lien", data={"identifier": typed})
        for typed in ("learner@essai.test", "personne@essai.test", "x", "")
    ]
    assert {(answer.status_code, answer.headers["Location"], answer.data) for answer in answers} == {
        (303, "/connexion/lien?envoye=1", answers[0].data)
    }
    assert "Si nous vous connaissons" in client.get("/connexion/lien?envoye=1").text
    link = database.scalars(select(SignInLink)).one()
    assert (link.membership_id, link.sent_to) == (world.members["learner"], "learner@essai.test")


def test_letters_are_not_sent_without_end(client: FlaskClient, world: World, database: Session) -> None:
    for _ in range(attempts.LINKS_PER_IDENTIFIER.amount + 2):
        assert client.post("/connexion/lien", data={"identifier": "learner@essai.test"}).status_code == 303
    assert count(database, SignInLink) == attempts.LINKS_PER_IDENTIFIER.amount
    statuses = [
        client.post("/connexion/lien", data={"identifier": "x"}).status_code
        for _ in range(attempts.LINKS_PER_ADDRESS.amount)
    ]
    assert statuses[-1] == 429


def test_without_a_gateway_no_text_message_is_promised(
    client: FlaskClient, world: World, newcomer: Callable[..., Membership], database: Session
) -> None:
    newcomer("Awa", phone="+33612345678")
    client.post("/connexion/lien", data={"identifier": "0612345678"})
    assert count(database, SignInLink) == 0
    assert "numéro" not in client.get("/connexion/lien").text


# -------------------------------------------------------------------------------------------------------------- cards


@pytest.fixture
def code(writing: Callable[..., Any], world: World, signer: Signer) -> str:
    made = writing(
        "trainer",
        lambda ctx: access.print_cards(
            ctx, memberships=[ctx.session.get_one(Membership, world.members["learner"])], signer=signer, intent="i"
        ),
    )
    return str(made[0][1])


def test_a_scanned_card_shows_no_name_and_one_button(client: FlaskClient, world: World, code: str) -> None:
    page = client.get(f"/carte/{code}")
    assert page.status_code == 200
    assert "Learner" not in page.text
    assert client.get("/carte/AAAABBBBCCCC").text.replace("AAAABBBBCCCC", code) == page.text, (
        "a wrong code looks the same"
    )
    assert not is_inside(client)
    assert client.post("/carte", data={"code": code}).headers["Location"] == "/"
    assert is_inside(client)


def test_a_typed_code_enters(client: FlaskClient, world: World, code: str, database: Session) -> None:
    assert client.get("/carte").status_code == 200
    assert client.post("/carte", data={"code": grouped(code).lower()}).status_code == 303
    assert database.scalars(select(AccessCard)).one().last_used_at is not None


def test_a_wrong_code_is_refused_and_counted(client: FlaskClient, world: World, code: str) -> None:
    statuses = [
        client.post("/carte", data={"code": "AAAA-BBBB-CCCC"}).status_code
        for _ in range(attempts.PER_ADDRESS.amount + 1)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_a_revoked_card_is_refused(client: FlaskClient, world: World, code: str, writing: Callable[..., Any]) -> None:
    def revoke(ctx: Any) -> None:
        learner = ctx.session.get_one(Membership, world.members["learner"])
        access.revoke_card(ctx, membership=learner, key=ctx.session.scalars(select(AccessCard.key)).one())

    writing("trainer", revoke)
    assert client.post("/carte", data={"code": code}).status_code == 401


def test_a_lent_way_in_opens_one_organisation_only(
    client: FlaskClient, world: World, code: str, writing: Callable[..., Any]
) -> None:
    """Who prints a card could use it: it must not lead into the person's other organisations, nor take their account over."""
    joined = writing(
        "other_manager",
        lambda ctx: operations.invite(ctx, line=RosterLine(2, "L", "E", "learner@essai.test")).membership,
    )
    writing(
        "other_manager",
        lambda ctx: ctx.session.execute(update(Membership).where(Membership.id == joined.id).values(status="active")),
    )
    assert client.post("/carte", data={"code": code}).headers["Location"] == "/"
    assert client.post("/moi/organisme").status_code == 404
    answer = client.post("/moi/mot-de-passe", data={"new_password": "une autre phrase"})
    assert answer.status_code == 400
    assert "lien par e-mail" in answer.text


# -------------------------------------------------------------------------------------------------------- invitations


@pytest.fixture
def invitation(writing: Callable[..., Any], platform: Platform, database: Session, signer: Signer) -> str:
    writing("manager", lambda ctx: operations.invite(ctx, line=RosterLine(2, "Awa", "Diallo", "awa@exemple.test")))
    return f"/invitation/{signer.token(INVITATION, database.scalars(select(Invitation.key)).one())}"


def test_an_invitation_is_accepted_with_a_password(app: Flask, client: FlaskClient, invitation: str) -> None:
    page = client.get(invitation)
    assert "Bienvenue Awa" in page.text
    assert client.post(invitation, data={"new_password": "court"}).status_code == 400
    assert client.post(invitation, data={"new_password": PASSWORD, "stay": "1"}).headers["Location"] == "/"
    assert client.get("/moi").headers["Location"].startswith("/conditions?next=")
    assert client.post(invitation, data={"new_password": PASSWORD}).status_code == 410
    assert enter(app.test_client(), "awa@exemple.test").status_code == 303


def test_an_invitation_is_accepted_without_a_password(client: FlaskClient, invitation: str) -> None:
    assert client.post(invitation).status_code == 303


def test_before_their_answer_the_invited_do_not_enter(client: FlaskClient, invitation: str, database: Session) -> None:
    client.post("/connexion/lien", data={"identifier": "awa@exemple.test"})
    assert count(database, SignInLink) == 0


def test_an_old_or_made_up_invitation_is_closed(
    client: FlaskClient, invitation: str, clock: Any, signer: Signer
) -> None:
    clock.forward(days=31)
    for path in (invitation, "/invitation/x", f"/invitation/{signer.token(INVITATION, 'zzzzzzzzzz')}"):
        assert client.get(path).status_code == 410
        assert client.post(path).status_code == 410


def test_those_who_share_a_number_each_get_a_text_message(
    client: FlaskClient,
    newcomer: Callable[..., Membership],
    platform: Platform,
    signer: Signer,
    database: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [newcomer(name, phone="+33612345678") for name in ("Awa", "Moussa")]
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(platform, "settings", replace(platform.settings, sms_url="https://sms.invalid/"))
    monkeypatch.setattr(jobs, "_wakers", [])
    monkeypatch.setattr("lms.accounts.tasks.send_text_message", lambda settings, *, to, text: sent.append((to, text)))
    assert "numéro" in client.get("/connexion/lien").text
    client.post("/connexion/lien", data={"identifier": "06 12 34 56 78"})
    deliver_events(platform)
    jobs.sweep(platform)
    assert [(to, text.split(",")[0]) for to, text in sent] == [("+33612345678", "Awa"), ("+33612345678", "Moussa")]
    links = database.scalars(select(SignInLink).order_by(SignInLink.id)).all()
    assert [link.membership_id for link in links] == [person.id for person in people]
    assert client.post(f"/connexion/lien/{signer.token(LINK, links[1].key)}").headers["Location"] == "/"
    assert "Moussa" in client.get("/moi").text
