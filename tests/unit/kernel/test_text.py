"""French punctuation and amounts stay on the line of what they belong to."""

from __future__ import annotations

import pytest

from lms.kernel.text import render_markdown, unbroken


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Je vérifie : mes forces", "Je vérifie\u00a0: mes forces"),
        ("« oui » !", "«\u00a0oui\u00a0»\u00a0!"),
        ("8 000 € et 12 % de 1 234 567", "8\u00a0000\u00a0€ et 12\u00a0% de 1\u00a0234\u00a0567"),
        ("3 sur 7, en 2026", "3 sur 7, en 2026"),
    ],
)
def test_punctuation_does_not_begin_a_line(text: str, kept: str) -> None:
    assert unbroken(text) == kept


def test_addresses_and_attributes_stay_as_they_are() -> None:
    assert unbroken('<a title="a : b">c : d</a>') == '<a title="a : b">c\u00a0: d</a>'


def test_rendered_text_is_unbroken() -> None:
    assert "quoi\u00a0?" in render_markdown("De **quoi ?**")
