"""A text that someone has written becomes lessons: headings cut it, lists, tables and pictures stay, losses are counted."""

from __future__ import annotations

import io
import zipfile

import pytest

from lms.authoring.documents import UnreadableDocument, read_docx, read_odt
from lms.authoring.lessons import lessons_of
from lms.authoring.trees import read_html
from lms.kernel.text import render_markdown

PIXEL = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ODT_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink">'
)


def test_each_heading_that_repeats_begins_a_lesson_and_the_one_above_is_the_title() -> None:
    found = lessons_of(
        read_html(
            "<h1>Vendre</h1><p>Avant.</p><h2>Le prix</h2><p>Un</p><h3>Plus bas</h3><p>Deux</p><h2>Le lieu</h2><p>Trois</p>"
        )
    )
    assert found.title == "Vendre"
    assert [one.title for one in found.lessons] == ["Vendre", "Le prix", "Le lieu"]
    assert found.lessons[1].text == "Un\n\n## Plus bas\n\nDeux\n"


def test_a_text_without_headings_is_one_lesson() -> None:
    found = lessons_of(read_html("<p>Un <b>mot</b> et <i>un autre</i>.</p><p>Fin</p>"))
    assert len(found.lessons) == 1
    assert found.lessons[0].text == "Un **mot** et *un autre*.\n\nFin\n"


def test_lists_tables_links_and_signs_are_kept() -> None:
    source = (
        "<h1>A</h1><ul><li>un<ul><li>dessous</li></ul></li><li>deux</li></ul><ol><li>premier</li></ol>"
        "<table><tr><td>Quoi</td><td>Combien</td></tr><tr><td>Pain | beurre</td><td>2 €</td></tr></table>"
        '<p>Voir <a href="https://exemple.test/a_b">le site</a>, 3 * 4, [x] et {nom}.</p><p># pas un titre</p><h1>B</h1><p>b</p>'
    )
    text = lessons_of(read_html(source)).lessons[0].text
    html = render_markdown(text)
    assert "- un\n    - dessous\n- deux" in text
    assert "<th>Quoi</th>" in html
    assert "Pain | beurre" in html
    assert 'href="https://exemple.test/a_b"' in html
    assert "3 * 4, [x] et {nom}." in html
    assert "<p># pas un titre</p>" in html


def test_what_is_pasted_from_word_keeps_its_headings_and_lists() -> None:
    source = (
        '<html><head><style>p{}</style></head><body><p class="MsoHeading1">Un</p><p class=MsoListParagraph style="mso-list:l0 level1 lfo1">'
        '·<span>   </span>pain</p><p class=MsoListParagraph style="mso-list:l0 level2 lfo1">o sel</p><p class="MsoHeading1">Deux</p><p>x<o:p></o:p></p></body></html>'
    )
    found = lessons_of(read_html(source))
    assert [one.title for one in found.lessons] == ["Un", "Deux"]
    assert "- pain" in found.lessons[0].text
    assert "    - sel" in found.lessons[0].text


def test_what_is_lost_is_counted_and_nothing_runs() -> None:
    found = lessons_of(
        read_html(
            '<p>a<script>alert(1)</script><img src="file:///c/a.png"><a href="javascript:x()">b</a><math>x</math></p>'
        )
    )
    assert found.lost["picture"] == 1
    assert found.lost["formula"] == 1
    assert found.lost["link"] == 1
    assert "alert" not in found.lessons[0].text
    assert "javascript" not in found.lessons[0].text


def odt(content: str, **files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        packed.writestr("content.xml", content)
        for name, source in files.items():
            packed.writestr(f"Pictures/{name}.png", source)
    return target.getvalue()


def test_a_text_of_libreoffice_is_read_with_its_pictures() -> None:
    content = (
        ODT_HEAD
        + '<office:automatic-styles><style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style></office:automatic-styles>'
        '<office:body><office:text><text:h text:outline-level="1">Un</text:h><text:p>Du <text:span text:style-name="T1">gras</text:span>'
        "<text:note><text:p>note</text:p></text:note></text:p>"
        '<text:list text:style-name="L1"><text:list-item><text:p>premier</text:p></text:list-item></text:list>'
        '<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:desc>Un stand</svg:desc></draw:frame></text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell><text:p>B</text:p></table:table-cell>"
        "</table:table-row></table:table>"
        '<text:h text:outline-level="1">Deux</text:h><text:p>fin</text:p></office:text></office:body></office:document-content>'
    )
    document = read_odt(odt(content, a=PIXEL))
    found = lessons_of(document)
    assert document.pictures == {"image:1": PIXEL}
    assert found.lost["note"] == 1
    assert [one.title for one in found.lessons] == ["Un", "Deux"]
    text = found.lessons[0].text
    assert "Du **gras**" in text
    assert "1. premier" in text
    assert "![Un stand](image:1)" in text
    assert "| A | B |" in text


@pytest.mark.parametrize(
    "source", [b"", b"PK\x03\x04rien", odt('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), odt("<pas")]
)
def test_a_damaged_file_or_one_with_entities_is_refused(source: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read_odt(source)
    with pytest.raises(UnreadableDocument):
        read_docx(source)
