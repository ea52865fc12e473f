"""Help asked from an activity and answered, on a phone, with and without scripts; a voice recorded, a new message announced."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe, scrolls_sideways, small_targets

pytestmark = pytest.mark.browser


def is_sound(page: Page, *, scripts: bool) -> None:
    """What every page promises."""
    assert not scrolls_sideways(page)
    if scripts:
        assert axe(page) == []
        assert small_targets(page) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.sqlite_only
def test_a_porteur_asks_for_help_and_a_trainer_answers(opened: Opener, engine_name: str, *, scripts: bool) -> None:
    question, answer = f"Je bloque ici, avec scripts : {scripts}", f"Voici comment faire : {scripts}"
    page = opened("porteur", scripts=scripts)
    page.goto("/")
    page.get_by_role("link", name="Continuer").first.click()
    page.wait_for_load_state()
    page.locator("#aide summary").first.click()
    page.get_by_label("Qu’est-ce qui bloque ?").fill(question)
    is_sound(page, scripts=scripts)
    address = page.url
    page.get_by_role("button", name="Demander de l’aide").click()
    expect(page.get_by_text("C'est envoyé à").first).to_be_visible()
    assert page.url.partition("#")[0] == address.partition("#")[0]

    trainer = opened("formateur", scripts=scripts)
    trainer.goto("/messages")
    is_sound(trainer, scripts=scripts)
    trainer.locator(".rows li", has_text=re.compile("Je bloque ici")).get_by_role("link").first.click()
    expect(trainer.get_by_text(question)).to_be_visible()
    trainer.get_by_label("Votre message").fill(answer)
    is_sound(trainer, scripts=scripts)
    trainer.get_by_role("button", name="Envoyer", exact=True).click()
    expect(trainer.get_by_text(answer).first).to_be_visible()

    page.goto("/messages")
    is_sound(page, scripts=scripts)
    page.locator(".rows li", has_text="Voici comment faire").get_by_role("link").first.click()
    expect(page.get_by_text(answer)).to_be_visible()
    expect(page.get_by_text("répondu en").last).to_be_visible()
    is_sound(page, scripts=scripts)
    if scripts:
        expect(page.locator("form[data-read]")).to_have_count(0)
    else:
        page.get_by_role("button", name="J’ai lu").click()
        page.wait_for_load_state()
    page.goto("/messages")
    line = page.locator(".rows li", has_text="Voici comment faire").first
    expect(line).not_to_contain_text("nouveau")


@pytest.mark.sqlite_only
def test_answers_typed_in_a_quiz_stay_when_help_is_asked(opened: Opener, engine_name: str) -> None:
    """With scripts the request leaves beside the answers."""
    page = opened("porteur")
    page.goto("/")
    path = page.get_by_role("link", name="Continuer").first.get_attribute("href") or ""
    page.goto(path.rsplit("/", 1)[0])
    quizzes = page.locator("main a[href*='/parcours/']")
    for address in {str(quizzes.nth(number).get_attribute("href")) for number in range(quizzes.count())}:
        page.goto(address)
        if page.locator("main form input[type=radio]").count():
            break
    tick = page.locator("main form input[type=radio]").first
    tick.check()
    page.locator("#aide summary").first.click()
    page.get_by_label("Sur quelle question ?").select_option(index=1)
    page.get_by_label("Qu’est-ce qui bloque ?").fill("Je ne comprends pas cette question")
    page.get_by_role("button", name="Demander de l’aide").click()
    expect(page.get_by_text("C'est envoyé à")).to_be_visible()
    expect(tick).to_be_checked()
    page.get_by_role("link", name="Voir la conversation").click()
    expect(page.get_by_text("Question :")).to_be_visible()
