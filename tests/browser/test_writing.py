"""Writing in a browser: what is typed saves itself, the result follows, an activity is dragged, the phone's page is framed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, Site, axe, scrolls_sideways, sign_in, small_targets

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]


@pytest.fixture(scope="module")
def author(browser: Browser, site: Site) -> Iterator[Page]:
    """A trainer's page, signed in once for all that follows."""
    context = browser.new_context(base_url=site.address, viewport=DESK, locale="fr-FR", bypass_csp=True)
    page = context.new_page()
    sign_in(page, "formateur@demo.test")
    page.goto("/ecrire")
    page.locator("ul.rows a").first.click()
    page.locator("form[action$='/commencer'] button").click()
    page.wait_for_url(lambda url: "commencer" not in url)
    yield page
    context.close()


@pytest.fixture
def plan(author: Page, request: pytest.FixtureRequest) -> str:
    """The address of the draft's plan."""
    found: str = request.config.stash.setdefault(PLAN, author.url.partition("#")[0])
    return found


PLAN = pytest.StashKey[str]()


def activity(page: Page, kind: str) -> str:
    """The address of the first activity of a kind, on the plan."""
    found = page.locator("[data-key]", has_text=kind).first.locator("a").first.get_attribute("href")
    assert found
    return found


def test_what_is_typed_saves_itself_and_the_result_follows(author: Page, plan: str, engine_name: str) -> None:
    author.goto(plan)
    address = activity(author, "Lecture")
    author.goto(address)
    text = author.locator("[name='f.text']")
    text.press("Control+End")
    text.press_sequentially("\n\n## Écrit à l'instant")
    expect(author.locator("[data-state]")).to_have_text("Gardé dans le brouillon", timeout=15_000)
    expect(author.locator("#rendu h2", has_text="Écrit à l'instant")).to_be_attached()
    assert not axe(author)
    author.reload()
    assert author.locator("[name='f.text']").input_value().endswith("## Écrit à l'instant")
    author.goto(f"{address}/telephone")
    frame = author.frame_locator("iframe.phone")
    expect(frame.get_by_role("heading", name="Écrit à l'instant")).to_be_attached()


def test_a_button_in_the_frame_sends_nothing(author: Page, plan: str, engine_name: str) -> None:
    author.goto(plan)
    address = activity(author, "Lecture")
    assert author.context.browser
    context = author.context.browser.new_context(
        base_url=author.url, viewport=DESK, storage_state=author.context.storage_state()
    )  # the policy of the page is what is tested
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.goto(f"{address}/telephone")
    frame = page.frame_locator("iframe.phone")
    expect(frame.locator("nav.bar")).not_to_contain_text("Groupes")
    frame.get_by_role("button", name="J’ai lu, continuer").click()
    frame.locator("nav.bar a").nth(1).press("Enter")
    expect(frame.get_by_role("heading", name="Pas dans cet aperçu").first).to_be_attached()
    assert "POST" not in sent
    context.close()


def test_an_activity_is_dragged_to_its_place(author: Page, plan: str, engine_name: str) -> None:
    author.goto(plan)
    items = author.locator("[data-arrange] [data-key]")
    first, second = (items.nth(place).get_attribute("data-key") for place in (0, 1))
    with author.expect_response(lambda answer: answer.url.endswith("/ordre")) as kept:
        items.nth(0).drag_to(items.nth(1), target_position={"x": 40, "y": 70})
    assert kept.value.status == 204
    author.reload()
    assert [items.nth(place).get_attribute("data-key") for place in (0, 1)] == [second, first]


def test_the_pages_keep_their_promises(author: Page, plan: str, engine_name: str) -> None:
    """Each is loaded once, and looked at on a computer, then as narrow as a phone."""
    author.goto(plan)
    pages = (
        plan,
        activity(author, "Questions"),
        *(f"{plan}/{name}" for name in ("publication", "acquis", "mots", "texte")),
    )
    for address in pages:
        author.set_viewport_size(DESK)
        author.goto(address)
        for size in (DESK, PHONE):
            author.set_viewport_size(size)
            assert not axe(author), (address, size)
            assert not scrolls_sideways(author), (address, size)
            assert not small_targets(author), (address, size)


def test_files_that_are_too_heavy_are_said_before_they_leave(
    author: Page, plan: str, engine_name: str, tmp_path: Path
) -> None:
    """And without the script, the page that answers keeps the words that were typed beside them."""
    heavy = tmp_path / "photo.jpg"
    with heavy.open("wb") as file:
        file.truncate(60_000_000)
    author.set_viewport_size(PHONE)
    author.goto(plan)
    author.goto(activity(author, "Lecture"))
    sent: list[str] = []
    author.on("request", lambda asked: sent.append(asked.method))
    form = author.locator("form[data-inserts]")
    form.locator("[name=alt]").fill("Un stand de robes au marché")
    form.locator("input[type=file]").first.set_input_files(heavy)
    expect(form.get_by_role("alert")).to_contain_text("60 Mo")
    form.locator("button[type=submit]").click()
    expect(form.get_by_role("alert")).to_be_focused()
    assert "POST" not in sent
    assert not scrolls_sideways(author)
    author.evaluate("document.querySelector('form[data-inserts]').submit()")  # as without the script
    author.wait_for_url(lambda url: url.endswith("/fichiers"))
    expect(author.get_by_role("heading", name="C’est trop lourd pour un seul envoi")).to_be_visible()
    expect(author.locator("textarea")).to_have_value("Un stand de robes au marché")
    assert not axe(author)
    assert not scrolls_sideways(author)
    assert not small_targets(author)
