"""A text from a word processor, through the pages: sent, read in a job, looked at, put into the draft."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import Any

import pytest

from lms.kernel import jobs
from tests.factories.content import publish_fixture
from tests.factories.documents import docx, png


@pytest.fixture
def author(engine_name: Any, platform: Any, world: Any, signed_in_as: Any) -> Any:
    """A manager's browser, at the draft of a new course."""
    publish_fixture(platform, world)
    browser = signed_in_as("manager")
    browser.base = browser.post("/ecrire", data={"title": "Mon parcours"}).headers["Location"]
    return browser


def sent(author: Any, name: str, source: bytes) -> Any:
    return author.post(f"{author.base}/texte", data={"document": (io.BytesIO(source), name), "text": ""})


def finished(author: Any, platform: Any, answer: Any) -> str:
    """The page of the result, once the job is done."""
    assert "/travaux/" in answer.headers["Location"], answer.headers["Location"]
    waiting = author.get(answer.headers["Location"]).text
    assert f'href="{author.base}/texte"' in waiting
    jobs.sweep(platform)
    page = author.get(answer.headers["Location"]).text
    found = re.search(r'href="(/ecrire/[^"]*/texte/[a-z0-9]{10})"', page)
    assert found, page
    return found[1]


def test_a_word_file_becomes_lessons_with_its_picture(author: Any, platform: Any) -> None:
    source = docx([("Titre1", "Mon prix"), ("", "Une robe."), ("Titre1", "Mon lieu"), ("", "Un marché.")], picture=True)
    result = finished(author, platform, sent(author, "cours.docx", source))
    page = unescape(author.get(result).text)
    assert "2 leçons ont été lues." in page
    assert 'alt="Un stand de robes"' in page
    picture = re.search(r'src="(/ecrire/[^"]*/image/[^"]*)"', page)
    assert picture
    with author.get(picture[1]) as answer:
        assert answer.mimetype == "image/webp"
    data = {"take-0": "1", "take-1": "1", "title-0": "Mon prix", "title-1": "Mon lieu à moi", "module": ""}
    plan = author.post(result, data=data).headers["Location"]
    page = unescape(author.get(plan).text)
    assert "Mon lieu à moi" in page
    lesson = re.findall(r'href="(/ecrire/[^"]*/activite/[a-z0-9]{10})"', page)[-1]
    shown = unescape(author.get(lesson).text)
    file = re.search(r'<img[^>]*src="(/parcours/[^"]*/fichiers/[^"]*)"', shown)
    assert file, shown
    with author.get(file[1]) as answer:
        assert answer.status_code == 200
    assert "Tout est prêt" in author.get(f"{author.base}/publication").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("cours.docx", docx([("", "x")], macros=True), "macros"),
        ("cours.docm", docx([("", "x")], macros=True), ".docx ou en .odt"),
        ("cours.doc", b"\xd0\xcf\x11\xe0", ".docx ou en .odt"),
        ("cours.docx", b"PK\x03\x04", "abîmé"),
    ],
)
def test_macros_and_damaged_files_are_refused_in_words(author: Any, name: str, source: bytes, said: str) -> None:
    answer = sent(author, name, source)
    assert said in unescape(author.get(answer.headers["Location"]).text)


def test_pasted_html_and_plain_text_are_read_too(author: Any, platform: Any) -> None:
    result = finished(
        author, platform, sent(author, "texte.html", b"<h1>Un</h1><p>a<script>x()</script></p><h1>Deux</h1><p>b</p>")
    )
    assert "x()" not in author.get(result).text
    plain = author.post(f"{author.base}/texte", data={"text": "Bonjour <b>\n\nUne idée"})
    assert "Bonjour &lt;b&gt;" in author.get(finished(author, platform, plain)).text


def test_nobody_else_sees_a_text_that_was_brought(author: Any, platform: Any, signed_in_as: Any) -> None:
    result = finished(author, platform, sent(author, "cours.docx", docx([("", "secret")])))
    assert signed_in_as("administrator").get(result).status_code == 404
    assert signed_in_as("other_manager").get(result).status_code == 404


def test_a_picture_enters_the_text_with_its_description(author: Any) -> None:
    author.post(f"{author.base}/modules", data={"title": "Un"})
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', author.get(author.base).text)[-1]
    lesson = author.post(f"{author.base}/activites", data={"module": module, "type": "lesson", "title": "L"}).headers[
        "Location"
    ]
    author.post(f"{lesson}/fichiers", data={"media": (io.BytesIO(png()), "Mon Stand.png"), "alt": "Un stand"})
    page = unescape(author.get(lesson).text)
    assert "![Un stand](files/mon-stand.webp)" in page
    assert 'alt="Un stand"' in page
    silent = author.post(f"{lesson}/fichiers", data={"media": (io.BytesIO(png()), "a.png"), "alt": ""})
    page = unescape(author.get(silent.headers["Location"]).text)
    assert "Dites ce que l’on voit" in page
    assert "![](files/a.webp)" in page
    assert "À finir avant de publier" in page


def test_a_file_that_no_one_can_read_says_so(author: Any, platform: Any) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<cassé")
    answer = sent(author, "cours.docx", target.getvalue())
    jobs.sweep(platform)
    page = author.get(answer.headers["Location"]).text
    assert f'href="{author.base}/texte?illisible=1"' in page
    assert "abîmé" in author.get(f"{author.base}/texte?illisible=1").text
