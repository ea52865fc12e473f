"""What people do, from the front door, on a phone: porteur, trainer, manager, auditor; without scripts; by keyboard."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lms.kernel import jobs
from tests.browser.conftest import Opener, Site, axe, scrolls_sideways, small_targets

pytestmark = pytest.mark.browser


def go_on(page: Page) -> None:
    """The one main act of the home page."""
    page.goto("/")
    page.get_by_role("link", name="Continuer").first.click()
    page.wait_for_load_state()


def do_what_is_asked(page: Page) -> str:
    """Read, answer or open, whatever the next activity is; says which it was."""
    if page.locator("form[data-reading]").count():
        page.locator("form[data-reading] button").last.click()
        page.wait_for_load_state()
        return "read"
    for box in page.locator("fieldset").all():
        ticks = box.locator("input[type=radio], input[type=checkbox]")
        if ticks.count():
            ticks.first.check()
        for field in box.locator("input[type=text], input[inputmode]").all():
            field.fill("3")
        for menu in box.locator("select").all():
            menu.select_option(index=1)
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    return "answered"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.sqlite_only
def test_a_porteur_goes_on_and_sees_what_they_can_do(opened: Opener, engine_name: str, *, scripts: bool) -> None:
    page = opened("porteur", scripts=scripts)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aïssatou")
    go_on(page)
    assert do_what_is_asked(page) in {"read", "answered"}
    page.goto("/ce-que-je-sais-faire")
    page.locator("main a[href*='/ce-que-je-sais-faire/']").first.click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()


def test_a_trainer_opens_a_cell_of_the_heat_map(opened: Opener, engine_name: str) -> None:
    """On both databases: from the group to the reasons behind one figure."""
    page = opened("formateur", desk=True)
    page.goto("/groupes")
    page.get_by_role("link", name=re.compile("Brive")).first.click()
    page.get_by_role("link", name=re.compile("Personne par personne")).click()
    page.wait_for_url("**/acquis")
    page.locator(".heat a").first.click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name=re.compile("Tout le monde en un dessin")).click()
    expect(page.locator("main svg[role=img]").first).to_be_visible()


@pytest.mark.sqlite_only
def test_a_manager_exports_evidence_and_an_auditor_sees_its_hash(
    opened: Opener, site: Site, engine_name: str, tmp_path: Path
) -> None:
    page = opened("responsable", desk=True)
    page.goto("/groupes")
    page.get_by_role("link", name=re.compile("Brive")).first.click()
    page.locator("main a[href$='/preuves']").first.click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/travaux/**")
    jobs.sweep(site.platform)
    page.reload()
    page.locator("main #job a").first.click()
    page.wait_for_load_state()
    with page.expect_download() as download:
        page.locator("main a[href$='/dossier']").first.click()
    path = tmp_path / "preuves.zip"
    download.value.save_as(path)
    assert "manifest.json" in zipfile.ZipFile(path).namelist()
    auditor = opened("auditeur", desk=True)
    auditor.goto("/preuves")
    expect(auditor.locator("main")).to_contain_text(re.compile("[0-9a-f]{12}"))


@pytest.mark.sqlite_only
def test_one_signs_in_and_goes_on_by_keyboard_alone(opened: Opener, engine_name: str) -> None:
    page = opened()
    page.goto("/connexion")
    page.locator("[name=identifier]").focus()
    page.keyboard.type("porteur@demo.test")
    page.keyboard.press("Tab")
    page.keyboard.type("tremplin-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/connexion" not in url)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip().startswith("Continuer"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/parcours/**")


LEARNER_PAGES = ["/", "/ce-que-je-sais-faire", "/moi", "/moi/donnees"]
STAFF_PAGES = [
    "/groupes",
    "/parcours-equipe",
    "/personnes",
    "/personnes/inviter",
    "/personnes/fichier",
    "/roles",
    "/referentiels",
]
MANAGER_PAGES = ["/mots", "/organisme", "/preuves", "/preuves/verifier"]


def found_on(page: Page, pages: list[str]) -> list[str]:
    """What is wrong with pages, in one list."""
    wrong = []
    for address in pages:
        page.goto(address)
        wrong += [f"{address}: {one}" for one in [*axe(page), *small_targets(page)]]
        if scrolls_sideways(page):
            wrong.append(f"{address}: wider than the screen")
    return wrong


def course_pages(page: Page) -> list[str]:
    """The course and one activity of each kind that is open."""
    page.goto("/")
    course = page.locator("main a[href*='/parcours/']").first.get_attribute("href") or ""
    course = "/".join(course.split("#")[0].split("/")[:3])
    page.goto(course)
    links = [one.get_attribute("href") or "" for one in page.locator("main a[href*='/parcours/']").all()]
    return [course, *dict.fromkeys(link for link in links if link.count("/") == 3)][:12]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360])
def test_learners_pages_have_no_accessibility_violation(
    opened: Opener, engine_name: str, width: int, scheme: str
) -> None:
    page = opened("porteur", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 640})
    assert not found_on(page, [*LEARNER_PAGES, *course_pages(page)])


@pytest.mark.sqlite_only
def test_staff_pages_have_no_accessibility_violation(opened: Opener, engine_name: str) -> None:
    page = opened("formateur")
    page.goto("/groupes")
    group = page.locator("main a[href*='/groupes/']").first.get_attribute("href") or ""
    person = f"{group}/acquis"
    page.goto(person)
    cell = page.locator(".heat a").first.get_attribute("href") or ""
    assert not found_on(page, [*STAFF_PAGES, group, person, f"{person}/vue", cell])


@pytest.mark.sqlite_only
def test_managers_pages_have_no_accessibility_violation(opened: Opener, engine_name: str) -> None:
    page = opened("responsable")
    assert not found_on(page, MANAGER_PAGES)


@pytest.mark.sqlite_only
def test_pages_before_signing_in_have_no_accessibility_violation(opened: Opener, engine_name: str) -> None:
    page = opened()
    assert not found_on(page, ["/connexion", "/connexion/lien", "/carte", "/conditions/texte", "/nulle-part"])


@pytest.mark.sqlite_only
def test_learners_pages_hold_none_of_the_words_that_repel(opened: Opener, engine_name: str) -> None:
    page = opened("porteur")
    banned = re.compile(
        r"\b(traces?|référentiels?|critères?|QPV|formation|évaluation|positionnement|émargement|cohorte|abandon)\b",
        re.IGNORECASE,
    )
    for address in ["/", "/ce-que-je-sais-faire", *course_pages(page)]:
        page.goto(address)
        text = page.evaluate(
            "() => { document.querySelectorAll('.text').forEach(e => e.remove()); return document.body.innerText }"
        )
        assert not banned.search(text), f"{address}: {banned.search(text)}"


BUDGETS = {"/connexion": 14_000, "/": 25_000, "lesson": 30_000}


def gzipped_bytes(page: Page, address: str) -> list[int]:
    """What each answer weighs when it is compressed, cache cold: what a proxy in front of the embedded server sends."""
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(gzip.compress(answer.body(), 6))) if answer.ok else None)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return sizes


@pytest.mark.sqlite_only
def test_pages_keep_within_their_bytes(opened: Opener, engine_name: str) -> None:
    lesson = next(one for one in course_pages(opened("porteur")) if one.count("/") == 3)
    for name, address in {"/connexion": "/connexion", "/": "/", "lesson": lesson}.items():
        sizes = gzipped_bytes(opened(None if name == "/connexion" else "porteur"), address)
        assert sum(sizes) <= BUDGETS[name], f"{name}: {sum(sizes)} bytes in {len(sizes)} answers"
        assert len(sizes) <= 8
