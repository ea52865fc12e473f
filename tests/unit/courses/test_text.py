"""Markdown of authors becomes safe HTML; bombs are refused before a parser sees them; values show only when confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from lms.kernel import text
from lms.kernel.text import TextRefused, anchor, effort, render_markdown, show_values, value_names

BOMBS = {
    "brackets": "[" * 20_000,
    "brackets with letters": "[a " * 20_000,
    "links never closed": "[a](" * 20_000,
    "quotes": ">" * 20_000,
    "spaced quotes": "> " * 20_000,
    "lists on one line": "- " * 20_000,
    "numbers on one line": "1. " * 20_000,
    "nested lists": "\n".join(" " * 2 * level + "- a" for level in range(400)),
    "nested admonitions": "\n".join("    " * level + "!!! exemple" for level in range(300)),
    "tags": "<div>" * 20_000,
    "autolinks": "<a@" * 20_000,
    "stars": "*" * 20_000,
    "emphasis": "*a " * 20_000,
    "mixed emphasis": "**a *b " * 9_000,
    "underscores": "_a " * 20_000,
    "backticks": "`" * 20_000,
    "unpaired backticks": "`a``b```c" * 8_000,
    "headings without blank lines": "# a\n" * 20_000,
    "table rows": "|a|b|\n|-|-|\n" + "|a|b|\n" * 20_000,
    "references": "[a]: b\n" * 20_000,
    "escapes": "\\" * 20_000,
    "entities": "&a" * 20_000,
    "double brackets": "[[" * 20_000,
    "values": "[[{a}||b]]" * 15_000,
    "one megabyte": "a " * 500_000,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_never_reaches_the_parser(name: Any, monkeypatch: Any) -> None:
    def reached(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("the parser was called")

    monkeypatch.setattr(text, "Markdown", reached)
    with pytest.raises(TextRefused) as refused:
        render_markdown(BOMBS[name], values={"a"})
    assert all(problem.endswith(".") for problem in refused.value.problems)


def test_what_passes_keeps_the_parser_within_its_effort() -> None:
    assert effort("*a " * 2_500) <= text.MAX_EFFORT
    assert render_markdown("*a " * 2_500).startswith("<p>")
    assert effort("\n\n".join(["*a* [b](https://c.example)"] * 4_000)) < 1_000_000


def test_tags_that_an_author_types_are_text() -> None:
    made = render_markdown('<script>alert(1)</script> <img src=x onerror=alert(1)> <b style="x">a</b>')
    assert "<script" not in made
    assert "<img" not in made
    assert "<b" not in made
    assert "&lt;script&gt;" in made


@pytest.mark.parametrize(
    "source",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html,x)",
        "[a](//example.org)",
        "[a](/admin)",
        "[a](vbscript:x)",
    ],
)
def test_links_go_to_the_web_only(source: Any) -> None:
    with pytest.raises(TextRefused, match="https://"):
        render_markdown(source)


def test_links_carry_noopener() -> None:
    assert render_markdown("[a](https://example.org)") == '<p><a href="https://example.org" rel="noopener">a</a></p>'


def test_pictures_are_of_our_own_site_and_have_a_text() -> None:
    known = {"files/a.png": "/parcours/k/fichiers/x/a.png"}
    assert 'src="/parcours/k/fichiers/x/a.png"' in render_markdown("![Une table](files/a.png)", picture=known.get)
    with pytest.raises(TextRefused, match="texte de remplacement"):
        render_markdown("![](files/a.png)", picture=known.get)
    with pytest.raises(TextRefused, match="manque"):
        render_markdown("![x](https://example.org/a.png)", picture=known.get)
    for foreign in ("https://example.org/a.png", "//example.org/a.png", "/\\example.org/a.png"):
        assert "example.org" not in render_markdown("![x](y)", picture=lambda _path, to=foreign: to)


def test_a_glossary_word_leads_to_its_explanation() -> None:
    made = render_markdown("[mot](glossaire:récépissé)", glossary=lambda word: f"/mots#{anchor(word)}")
    assert made == '<p><a class="glossary" href="/mots#mot-recepisse" rel="noopener">mot</a></p>'
    with pytest.raises(TextRefused, match=r"glossary\.yaml"):
        render_markdown("[mot](glossaire:inconnu)", glossary=lambda _word: None)


def test_only_our_three_admonitions_exist() -> None:
    assert 'class="admonition exemple"' in render_markdown('!!! exemple "La robe"\n    Texte.')
    with pytest.raises(TextRefused, match="danger"):
        render_markdown('!!! danger "x"\n    Texte.')


def test_a_wide_table_stands_in_a_region_that_scrolls() -> None:
    made = render_markdown("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<div aria-label="Tableau" class="scroll" role="region" tabindex="0"><table>' in made
    assert '<td class="num">2</td>' in made
    assert "style" not in made


def test_a_sentence_with_a_value_shows_only_when_all_its_values_are_confirmed() -> None:
    made = render_markdown("[[De {a} à {b}. || Demandez.]]", values={"a", "b"})
    assert value_names(made) == {"a", "b"}
    assert show_values(made, {}) == "<p>Demandez.</p>"
    assert show_values(made, {"a": "1"}) == "<p>Demandez.</p>"
    assert show_values(made, {"a": "1 <b>", "b": "2"}) == "<p>De 1 &lt;b&gt; à 2.</p>"


def test_text_without_values_is_shown_as_it_is() -> None:
    assert show_values("<p>a</p>", {"a": "1"}) == "<p>a</p>"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Le {a}.", "hors des doubles crochets"),
        ("[[Le {a}.]]", "phrase sans valeur"),
        ("[[Le {a}. || ]]", "phrase sans valeur"),
        ("[[Rien. || Rien.]]", "aucune {valeur}"),
        ("[[Le {c}. || Rien.]]", "values.yaml"),
        ("[[Le {a}. || Le {a}.]]", "après"),
        ("[[Le {a}. || Rien.", "ne sont pas fermés"),
        ("[[**Le {a}. || Rien.**]]", "du même côté"),
        ("[[Le {a}.\n\nSuite || Rien.]]", "ligne vide"),
    ],
)
def test_a_value_at_the_wrong_place_is_refused(source: Any, said: Any) -> None:
    with pytest.raises(TextRefused) as refused:
        render_markdown(source, values={"a"})
    assert said in str(refused.value)


def test_all_problems_of_a_text_are_said_together() -> None:
    with pytest.raises(TextRefused) as refused:
        render_markdown("[a](ftp://x) {a} [[{b} || c]]", values={"a"})
    assert len(refused.value.problems) == 3


def test_an_author_cannot_write_the_markers() -> None:
    made = render_markdown("\ue000a\ue005{x}\ue001b\ue002")
    assert value_names(made) == frozenset()


def test_text_without_values_leaves_braces_alone() -> None:
    assert render_markdown("Le {a} [[b]]") == "<p>Le {a} [[b]]</p>"
