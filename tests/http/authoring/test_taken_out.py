"""What an author takes out of a question comes back where it was, with all that was typed since; without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.factories.writing import of_type, read, values_of


def quiz_part(author: Any, made: Any, key: str) -> tuple[str, str]:
    """(address of the quiz, address of its first question with answers to choose among)."""
    address = f"/ecrire/{made.key}/activite/{key}"
    for part in re.findall(rf'href="({re.escape(address)}/[a-z0-9]{{10}})"', read(author, address)):
        if "f.choices.1" in values_of(read(author, part)):
            return address, part
    raise AssertionError


def back_button(page: str) -> str:
    found = re.search(r'value="(back [a-z0-9]{10})"', page)
    assert found
    return found[1]


def test_an_answer_that_was_taken_out_comes_back(platform: Any, world: Any, made: Any, author: Any) -> None:
    quiz, part = quiz_part(author, made, of_type(platform, world, made, "quiz"))
    before = values_of(read(author, part))
    author.post(part, data=before | {"act": "drop f.choices.0"})
    page = read(author, part)
    after = values_of(page)
    assert after["f.choices.0"] == before["f.choices.1"]
    assert "« Remettre », en bas de cette page" in page
    typed = "Une question dite autrement ?"
    author.post(part, data=after | {"f.prompt": typed, "act": back_button(page)})
    again = values_of(read(author, part))
    assert again["f.prompt"] == [typed]
    for name, value in before.items():
        if name.startswith("f.choices"):
            assert again[name] == value, name
    assert 'value="back ' not in read(author, part)
    assert "Rien ne manque" in read(author, quiz) or "Ce que la personne lit" in read(author, quiz)


def test_it_comes_back_to_its_own_question_though_others_have_moved(
    platform: Any, world: Any, made: Any, author: Any
) -> None:
    quiz, part = quiz_part(author, made, of_type(platform, world, made, "quiz"))
    before = values_of(read(author, part))
    author.post(part, data=before | {"act": "drop f.choices.0"})
    form = values_of(read(author, quiz))
    author.post(quiz, data=form | {"act": "down f.pools.0.questions.0"})
    page = read(author, quiz)
    button = back_button(page)
    for _twice in range(2):
        author.post(quiz, data=values_of(read(author, quiz)) | {"act": button})
    assert "C’était déjà remis." in read(author, quiz)
    again = values_of(read(author, part))
    assert [name for name in again if re.fullmatch(r"f\.choices\.\d+", name)] == [
        name for name in before if re.fullmatch(r"f\.choices\.\d+", name)
    ]


def test_without_its_place_it_waits_and_nothing_is_lost(platform: Any, world: Any, made: Any, author: Any) -> None:
    quiz, part = quiz_part(author, made, of_type(platform, world, made, "quiz"))
    author.post(part, data=values_of(read(author, part)) | {"act": "drop f.choices.0"})
    button = back_button(read(author, part))
    author.post(quiz, data=values_of(read(author, quiz)) | {"act": "drop f.pools.0"})
    page = read(author, quiz)
    assert page.count('value="back ') == 2
    author.post(quiz, data=values_of(page) | {"act": button})
    page = read(author, quiz)
    assert "remettez d’abord ce qui l’entourait" in page
    pool = next(one for one in re.findall(r'value="(back [a-z0-9]{10})"', page) if one != button)
    author.post(quiz, data=values_of(page) | {"act": pool})
    author.post(quiz, data=values_of(read(author, quiz)) | {"act": button})
    page = read(author, quiz)
    assert 'value="back ' not in page
    assert "C’est remis." in page


def test_who_took_it_out_loses_to_who_saved_before(
    platform: Any, world: Any, made: Any, author: Any, signed_in_as: Any
) -> None:
    _quiz, part = quiz_part(author, made, of_type(platform, world, made, "quiz"))
    mine = values_of(read(author, part))
    other = signed_in_as("trainer")
    other.post(part, data=values_of(read(other, part)) | {"f.prompt": "La sienne, en premier ?"})
    answer = author.post(part, data=mine | {"act": "drop f.choices.0"})
    assert answer.status_code == 409
    assert "sienne" in unescape(answer.text)
    assert 'value="back ' not in read(author, part)


def test_a_choice_of_a_questionnaire_is_chosen_and_not_typed(made: Any, author: Any) -> None:
    base = f"/ecrire/{made.key}"
    module = re.findall(r'<section class="card" id="([a-z0-9]{10})"', read(author, base))[-1]
    form = {"module": module, "type": "questionnaire", "title": "Où en êtes-vous ?"}
    address = author.post(f"{base}/activites", data=form).headers["Location"]

    def press(act: str = "", **fields: str) -> str:
        given = {name.replace("__", "."): value for name, value in fields.items()}
        answer = author.post(address, data=values_of(read(author, address)) | given | ({"act": act} if act else {}))
        assert answer.status_code == 303, answer.text
        return read(author, address)

    press(f__purpose="positioning")
    for kind, text in (("single", "Avez-vous déjà vendu ?"), ("scale", "Savez-vous compter ?")):
        page = press("add f.questions")
        place = page.count('name="f.questions.') and max(
            int(one) for one in re.findall(r'name="f\.questions\.(\d+)"', page)
        )
        press(**{f"f__questions__{place}__type": kind, f"f__questions__{place}__text": text})
    press("add f.questions.0.choices")
    press("add f.questions.0.choices", f__questions__0__choices__0__text="Oui, souvent")
    press(f__questions__0__choices__1__text="Non, jamais")
    press("add f.proposals")
    form = values_of(read(author, address))
    choice, scale = form["f.questions.0"][0], form["f.questions.1"][0]
    page = press(f__proposals__0__question=scale)
    assert 'name="f.proposals.0.choice"' not in page
    page = press(f__proposals__0__question=choice)
    offered = re.search(r'<select[^>]*name="f\.proposals\.0\.choice".*?</select>', page, re.DOTALL)
    assert offered
    assert "Oui, souvent" in offered[0]
    assert "Non, jamais" in offered[0]
    key = form["f.questions.0.choices.1"][0]
    page = press(f__proposals__0__choice=key)
    assert f'value="{key}" selected' in page
    page = press("drop f.questions.0.choices.1")
    assert "ce qui a été choisi n’existe plus" in page
