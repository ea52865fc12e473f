"""Writing in a browser: what is typed saves itself, the result follows, an activity is dragged, the phone's page is framed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, axe, scrolls_sideways, small_targets

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]


def plan(page: Page) -> None:
    """The plan of the demo's course, its draft begun."""
    page.goto("/ecrire")
    page.locator("ul.rows a").first.click()
    page.wait_for_load_state()
    begin = page.locator("form[action$='/commencer'] button")
    if begin.count():
        begin.click()
        page.wait_for_load_state()


def test_what_is_typed_saves_itself_and_the_result_follows(opened: Opener, engine_name: str) -> None:
    page = opened("responsable", desk=True)
    plan(page)
    page.locator("[data-key]", has_text="Lecture").first.locator("a").first.click()
    page.wait_for_load_state()
    address = page.url
    text = page.locator("[name='f.text']")
    text.press("Control+End")
    text.press_sequentially("\n\n## Écrit à l'instant")
    expect(page.locator("[data-state]")).to_have_text("Gardé dans le brouillon", timeout=15_000)
    expect(page.locator("#rendu h2", has_text="Écrit à l'instant")).to_be_attached()
    assert not axe(page)
    page.goto(address)
    assert page.locator("[name='f.text']").input_value().endswith("## Écrit à l'instant")
    page.goto(f"{address}/telephone")
    frame = page.frame_locator("iframe.phone")
    expect(frame.get_by_role("heading", name="Écrit à l'instant")).to_be_attached()


def test_an_activity_is_dragged_to_its_place(opened: Opener, engine_name: str) -> None:
    page = opened("responsable", desk=True)
    plan(page)
    items = page.locator("[data-arrange] [data-key]")
    first, second = (items.nth(place).get_attribute("data-key") for place in (0, 1))
    with page.expect_response(lambda answer: answer.url.endswith("/ordre")) as kept:
        items.nth(0).drag_to(items.nth(1), target_position={"x": 40, "y": 70})
    assert kept.value.status == 204
    page.reload()
    assert [items.nth(place).get_attribute("data-key") for place in (0, 1)] == [second, first]


@pytest.mark.parametrize("desk", [True, False], ids=["computer", "phone"])
def test_the_pages_keep_their_promises(opened: Opener, engine_name: str, *, desk: bool) -> None:
    page = opened("responsable", desk=desk)
    plan(page)
    base = page.url.split("#")[0]
    quiz = page.locator("[data-key]", has_text="Questions").first.locator("a").first.get_attribute("href")
    for address in (base, quiz, f"{base}/publication", f"{base}/acquis", f"{base}/mots", f"{base}/texte"):
        page.goto(str(address))
        assert not axe(page), address
        assert not scrolls_sideways(page), address
        assert not small_targets(page), address
