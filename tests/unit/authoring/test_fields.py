"""Forms made from declared fields: what is drawn is read back the same, rows move, and nothing undeclared is lost."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from lms.activities.quiz.kind import KIND as QUIZ
from lms.authoring.diffing import changes_between
from lms.authoring.fields import Known, drawn, in_words, number, read
from lms.authoring.rows import NoSuchRow, act_on, part_named, replace_row
from lms.contract.forms import FormField, Kind

FIELDS = (
    FormField("title", "Titre"),
    FormField("kind", "Sorte", Kind.CHOICE, choices=(("a", "A"), ("b", "B")), needed=True),
    FormField("size", "Taille", Kind.NUMBER, when=("kind", "a")),
    FormField("share", "Part", Kind.SHARE, when=("kind", "b")),
    FormField("rows", "Lignes", Kind.ROWS, keyed=True, titled="text", fields=(FormField("text", "Texte"),)),
)


def test_what_a_field_holds_depends_on_another() -> None:
    assert read(FIELDS, MultiDict({"f.kind": "a", "f.size": "1 250,5", "f.share": "60"}), {}) == {
        "kind": "a",
        "size": 1250.5,
    }
    assert read(FIELDS, MultiDict({"f.kind": "b", "f.size": "3", "f.share": "60"}), {}) == {"kind": "b", "share": 0.6}


def test_what_no_field_declares_stays() -> None:
    assert read(FIELDS, MultiDict({"f.title": "Un"}), {"other": 1, "title": "Zéro"}) == {"other": 1, "title": "Un"}


@pytest.mark.parametrize(
    ("typed", "kept"), [("12", 12), ("12,50", 12.5), ("1 000", 1000), ("douze", "douze"), ("", None), ("1e9", "1e9")]
)
def test_numbers_are_read_as_people_type_them(typed: str, kept: object) -> None:
    assert number(typed, Kind.NUMBER) == kept


def test_rows_are_added_moved_and_taken_out() -> None:
    values, _key = act_on(FIELDS, {"rows": [{"key": "a", "text": "un"}, {"key": "b", "text": "deux"}]}, "up f.rows.1")
    assert [row["key"] for row in values["rows"]] == ["b", "a"]
    values, _key = act_on(FIELDS, values, "add f.rows")
    assert len(values["rows"]) == 3
    assert len(values["rows"][2]["key"]) == 10
    values, _key = act_on(FIELDS, values, "drop f.rows.0")
    assert values["rows"][0]["text"] == "un"
    for wrong in ("drop f.rows.9", "add f.title", "add f.none", "up f", "drop f.rows.-1"):
        with pytest.raises(NoSuchRow):
            act_on(FIELDS, values, wrong)


def test_a_row_with_a_page_of_its_own_is_found_and_replaced() -> None:
    body = {
        "pools": [
            {
                "key": "p",
                "title": "Prix",
                "questions": [{"key": "q1", "type": "single"}, {"key": "q2", "type": "short"}],
            }
        ]
    }
    found = part_named(QUIZ.form, body, "q2")
    assert found.trail == ("Prix",)
    whole = replace_row(found, {**found.row, "prompt": "Combien ?"})
    assert whole["pools"][0]["questions"][1]["prompt"] == "Combien ?"
    assert "prompt" not in body["pools"][0]["questions"][1]
    with pytest.raises(NoSuchRow):
        part_named(QUIZ.form, body, "zz")


def test_problems_are_said_with_the_words_of_the_form() -> None:
    assert in_words("Groupe 1 : `title` manque.", QUIZ.form) == "Groupe 1 : « Nom du groupe » manque."


def test_a_change_shows_the_words_that_go_and_come() -> None:
    (change,) = changes_between(FIELDS, {"title": "Le prix juste", "kind": "a"}, {"title": "Le bon prix", "kind": "a"})
    assert change.label == "Titre"
    assert {(piece.tone, piece.text.strip()) for piece in change.pieces} >= {("out", "juste"), ("in", "bon")}


def test_what_is_drawn_knows_what_may_be_chosen() -> None:
    boxes = drawn(FIELDS, {"kind": "b", "share": 0.25, "rows": [{"key": "k", "text": "x"}]}, Known())
    assert [box.field.name for box in boxes] == ["title", "kind", "share", "rows"]
    assert boxes[2].value == "25"
    assert boxes[3].rows[0].boxes[0].name == "f.rows.0.text"
