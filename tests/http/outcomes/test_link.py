"""The page of a link, without account: read without effect, answered once, by a button; and who tries to cheat."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.accounts.signing import LINK as SIGN_IN_LINK
from lms.accounts.signing import Signer
from lms.outcomes.letters import LINK
from lms.outcomes.models import Answer, Contact
from tests.factories.outcomes import contacts_due, ended_people

ANSWER = {"situation": "employed", "help": "yes", "words": "Je cuisine.", "consent": "1", "intent": "a" * 36}


@pytest.fixture
def key(engine_name: Any, platform: Any, world: Any, clock: Any) -> str:
    ended_people(platform, world, clock, ["created"])
    clock.forward(days=31)
    return contacts_due(platform, world)[0]


@pytest.fixture
def address(platform: Any, key: str) -> str:
    return f"/nouvelles/{signer(platform).token(LINK, key)}"


def signer(platform: Any) -> Signer:
    return Signer(platform.settings.required_secret_key())


def answers(platform: Any, world: Any) -> list[str]:
    with platform.reading(world.organisation) as ctx:
        return list(ctx.session.scalars(select(Answer.situation)))


def test_reading_the_page_changes_nothing_and_says_no_name(client, platform, world, address) -> None:
    for _twice in range(2):
        page = client.get(address)
        assert page.status_code == 200
    text = unescape(page.text)
    assert "Comment allez-vous ?" in text
    assert "Association Essai" in text
    assert "Personne0" not in text
    assert not {"ESSAI-1", "essai-1"} & set(re.split(r"[/.]", address))
    assert "Set-Cookie" not in page.headers
    with platform.reading(world.organisation) as ctx:
        assert (
            ctx.session.scalar(select(func.count()).select_from(Contact).where(Contact.answered_at.is_not(None))) == 0
        )
    assert answers(platform, world) == []


def test_an_answer_is_kept_once_and_a_double_tap_says_thanks(client, platform, world, address) -> None:
    for _twice in range(2):
        answer = client.post(address, data=ANSWER)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/nouvelles/merci")
    assert "bien arrivée" in unescape(client.get("/nouvelles/merci").text)
    assert answers(platform, world) == ["employed"]
    assert client.get(address).status_code == 410
    again = client.post(address, data={**ANSWER, "situation": "looking", "intent": "b" * 36})
    assert again.status_code == 410
    assert answers(platform, world) == ["employed"]


def test_without_a_choice_or_consent_the_page_says_so_and_keeps_what_was_typed(
    client, platform, world, address
) -> None:
    page = client.post(address, data={**ANSWER, "situation": ""})
    assert page.status_code == 400
    assert "Choisissez une réponse." in unescape(page.text)
    page = client.post(address, data={name: value for name, value in ANSWER.items() if name != "consent"})
    assert page.status_code == 400
    assert "Je cuisine." in unescape(page.text)
    assert answers(platform, world) == []
    assert client.post(address, data=ANSWER).status_code == 303


def test_an_expired_link_a_false_one_and_one_of_another_kind_look_the_same(
    client, platform, world, clock, key, address
) -> None:
    said = []
    token = address.removeprefix("/nouvelles/")
    forged = f"{token[:-3]}{'aaa' if token[-3:] != 'aaa' else 'bbb'}"
    for false in (
        f"/nouvelles/{forged}",
        f"/nouvelles/{key}",
        f"/nouvelles/{signer(platform).token(SIGN_IN_LINK, key)}",
        f"/nouvelles/{signer(platform).token(LINK, 'zzzzzzzzzz')}",
    ):
        for page in (client.get(false), client.post(false, data=ANSWER)):
            assert page.status_code == 410
            said.append(page.text.replace(false, ""))
    clock.forward(days=46)
    for page in (client.get(address), client.post(address, data=ANSWER)):
        assert page.status_code == 410
        said.append(page.text.replace(address, ""))
    assert len(set(said)) == 1
    assert answers(platform, world) == []


def test_a_server_whose_clock_goes_back_hears_no_second_answer(client, platform, world, clock, address) -> None:
    assert client.post(address, data=ANSWER).status_code == 303
    clock.forward(days=-10)
    assert client.post(address, data={**ANSWER, "intent": "c" * 36}).status_code == 410
    assert answers(platform, world) == ["employed"]


def test_a_form_of_another_site_is_refused(client, platform, world, address) -> None:
    page = client.post(address, data=ANSWER, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 403
    assert answers(platform, world) == []


def test_who_tries_many_links_must_wait(client, platform, address) -> None:
    codes = [client.get(f"/nouvelles/essai-{number}").status_code for number in range(45)]
    assert codes[0] == 410
    assert codes[-1] == 429
    assert client.get(address).status_code == 429


def test_a_person_may_ask_to_be_left_in_peace(client, platform, world, address, key) -> None:
    page = client.post(address, data={"stop": "1"})
    assert (page.status_code, page.headers["Location"]) == (303, "/nouvelles/merci?stop=1")
    assert "plus de nouvelles" in unescape(client.get("/nouvelles/merci?stop=1").text)
    assert client.post(address, data=ANSWER).status_code == 410
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalar(select(Contact.refused_at).where(Contact.key == key)) is not None


def test_someone_signed_in_elsewhere_answers_for_the_person_of_the_link(signed_in_as, platform, world, address) -> None:
    """A shared phone: whoever is signed in, the answer is that of the link."""
    assert signed_in_as("other_learner").post(address, data=ANSWER).status_code == 303
    assert answers(platform, world) == ["employed"]
    with platform.reading(world.other_organisation) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_long_words_are_cut_and_shown_as_text(client, platform, world, address, key, signed_in_as) -> None:
    words = "<script>alert(1)</script>" + "x" * 5000
    assert client.post(address, data={**ANSWER, "words": words}).status_code == 303
    page = signed_in_as("trainer").get(f"/suites/{key}").text
    assert "<script>alert" not in page
    with platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalar(select(Answer.words))) == 1000
