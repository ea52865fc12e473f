"""Two authors at once, a form sent twice, something taken out under someone's hands: one thing is made, nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.factories.documents import docx
from tests.factories.writing import activities, of_type, publish, read, values_of
from tests.http.authoring.test_importing import finished, sent

TYPED = "Une phrase que je ne veux pas perdre."


def test_a_form_that_is_sent_twice_makes_one_thing(made: Any, author: Any) -> None:
    form = {"title": "Mon parcours", "intent": "a" * 36}
    first, again = (author.post("/ecrire", data=form).headers["Location"] for _twice in range(2))
    assert first == again
    other = author.post("/ecrire", data={**form, "intent": "b" * 36}).headers["Location"]
    assert other != first
    base = f"/ecrire/{made.key}"
    for _twice in range(2):
        author.post(f"{base}/modules", data={"title": "Un seul", "intent": "c" * 36})
    page = read(author, base)
    assert len(re.findall(r"<h2[^>]*>.*Un seul", page)) == 1
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', page)[-1]
    form = {"module": module, "type": "lesson", "title": "Une leçon", "intent": "d" * 36}
    first, again = (author.post(f"{base}/activites", data=form).headers["Location"] for _twice in range(2))
    assert first == again
    source = re.search(r'value="([a-z0-9]{10}:[a-z0-9]{10})"', read(author, f"{base}/reprendre"))
    assert source
    before = len(activities(author, made))
    for _twice in range(2):
        author.post(f"{base}/reprendre", data={"module": source[1], "intent": "e" * 36})
    copied = len(activities(author, made)) - before
    author.post(f"{base}/reprendre", data={"module": source[1], "intent": "f" * 36})
    assert len(activities(author, made)) - before == 2 * copied


def test_lessons_that_were_read_enter_once(platform: Any, author: Any) -> None:
    author.base = author.post("/ecrire", data={"title": "Autre"}).headers["Location"]
    source = docx([("Titre1", "Mon prix"), ("", "Une robe."), ("Titre1", "Mon lieu"), ("", "Un marché.")], picture=True)
    result = finished(author, platform, sent(author, "cours.docx", source))
    form = {"take-0": "1", "title-0": "Mon prix", "module": "", "intent": "a" * 36}
    for _twice in range(2):
        assert author.post(result, data=form).status_code == 303
    assert read(author, author.base).count('data-key="') == 1


def test_a_button_of_an_old_plan_says_that_the_plan_has_changed(made: Any, author: Any) -> None:
    base, key = f"/ecrire/{made.key}", activities(author, made)[0]
    for path in (
        f"activites/{key}/retirer",
        f"activites/{key}/retirer",
        f"activites/{key}/bouger",
        "remettre/zzzzzzzzzz",
    ):
        assert author.post(f"{base}/{path}").headers["Location"].partition("#")[0] == base
    assert "Le plan avait changé" in read(author, base)
    back = re.search(r"/remettre/[a-z0-9]{10}", read(author, base))
    assert back
    for _twice in range(2):
        assert author.post(f"{base}{back[0]}").status_code == 303
    assert activities(author, made).count(key) == 1


@pytest.mark.parametrize("how", ["removed", "published"])
def test_what_is_typed_into_something_that_has_gone_is_given_back(
    platform: Any, world: Any, made: Any, author: Any, signed_in_as: Any, how: str
) -> None:
    key = of_type(platform, world, made, "lesson")
    base, address = f"/ecrire/{made.key}", f"/ecrire/{made.key}/activite/{key}"
    form = values_of(read(author, address)) | {"f.text": TYPED}
    other = signed_in_as("trainer")
    if how == "removed":
        other.post(f"{base}/activites/{key}/retirer")
    else:
        assert publish(other, f"{base}/publication").status_code == 303
    answer = author.post(address, data=form)
    assert answer.status_code == 409
    assert TYPED in unescape(answer.text)
    by_itself = author.post(address, data=form, headers={"Accept": "application/json"})
    assert (by_itself.status_code, by_itself.json) == (409, {"gone": True})
    page = author.post(f"{base}/parcours", data={"f.title": "Un autre titre", "f.summary": TYPED, "token": "x"})
    assert page.status_code == 409
    assert TYPED in unescape(page.text)
    assert signed_in_as("other_manager").post(address, data=form).status_code == 409  # made for someone else
    unsigned = {name: value for name, value in form.items() if name != "whose"}
    assert signed_in_as("other_manager").post(address, data=unsigned).status_code == 404


def test_a_page_of_the_course_shows_what_the_other_has_written(made: Any, author: Any, signed_in_as: Any) -> None:
    address = f"/ecrire/{made.key}/parcours"
    form = values_of(read(author, address))
    other = signed_in_as("trainer")
    assert other.post(address, data=values_of(read(other, address)) | {"f.summary": "Le sien."}).status_code == 303
    answer = author.post(address, data=form | {"f.summary": "Le mien."})
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "<ins>sien.</ins>" in page
    assert "Le mien." in page
    assert author.post(address, data=values_of(page)).status_code == 303
    assert "Le mien." in read(author, address)


def test_one_publishes_what_one_has_seen(platform: Any, world: Any, made: Any, author: Any, signed_in_as: Any) -> None:
    where = f"/ecrire/{made.key}/publication"
    seen = re.search(r'name="seen" value="([^"]*)"', read(author, where))
    assert seen
    other, address = signed_in_as("trainer"), f"/ecrire/{made.key}/activite/{of_type(platform, world, made, 'lesson')}"
    other.post(address, data=values_of(read(other, address)) | {"f.text": "Changé entre-temps."})
    assert author.post(where, data={"seen": seen[1]}).headers["Location"].endswith("/publication")
    page = read(author, where)
    assert "a changé depuis que vous l’avez regardé" in page
    assert "entre-temps." in page
    assert "/parcours-equipe/" in publish(author, where).headers["Location"]


def test_all_that_changes_is_shown_before_publishing(made: Any, author: Any) -> None:
    base = f"/ecrire/{made.key}"
    assert "Rien ne change" in read(author, f"{base}/publication")
    address = f"{base}/parcours"
    author.post(address, data=values_of(read(author, address)) | {"f.summary": "Kermesse."})
    address = f"{base}/mots"
    shown = unescape(author.post(address, data=values_of(read(author, address)) | {"act": "add f.rows"}).text)
    form = values_of(shown)
    place = max(int(found[1]) for name in form if (found := re.fullmatch(r"f\.rows\.(\d+)", name)))
    author.post(address, data=form | {f"f.rows.{place}.term": "marge", f"f.rows.{place}.definition": "Ce qui reste."})
    key = activities(author, made)[0]
    author.post(f"{base}/activites/{key}/bouger", data={"vers": "bas"})
    author.post(f"{base}/modules", data={"title": "Un module de plus"})
    page = read(author, f"{base}/publication")
    for said in (
        "Kermesse",
        "<ins>marge</ins>",
        "Activités, dans l’ordre",
        "Un module de plus",
        "Modules, dans l’ordre",
    ):
        assert said in page, said


def test_names_are_words_and_never_html(made: Any, author: Any) -> None:
    bad = "<img src=x onerror=alert(1)>"
    base = author.post("/ecrire", data={"title": bad}).headers["Location"]
    author.post(f"{base}/modules", data={"title": bad})
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    address = author.post(f"{base}/activites", data={"module": module, "type": "lesson", "title": bad}).headers[
        "Location"
    ]
    author.post(address, data=values_of(read(author, address)) | {"f.text": bad})
    author.post(f"{base}/activites/{address.rpartition('/')[2]}/retirer")
    back = re.search(r"/remettre/[a-z0-9]{10}", read(author, base))
    assert back
    author.post(f"{base}{back[0]}")
    pages = (
        base, address, f"{address}/telephone", f"{base}/telephone", f"{base}/comme", f"{base}/publication", "/ecrire",
        f"{base}/comme/{address.rpartition('/')[2]}", f"{base}/parcours", f"{base}/modules/{module}", f"{base}/reprendre",
    )  # fmt: skip
    for path in pages:
        assert "<img src=x" not in author.get(path).text, path
