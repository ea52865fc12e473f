"""A voice stands in a text as a picture does: a player that loads nothing before one listens, from our own site alone."""

from __future__ import annotations

import pytest

from lms.kernel.text import TextRefused, render_markdown


def test_a_voice_is_a_player_with_what_it_says() -> None:
    html = render_markdown("![Comment fixer un prix](files/voix.m4a)", picture=lambda path: f"/fichiers/{path}")
    assert "<audio " in html
    assert 'src="/fichiers/files/voix.m4a"' in html
    assert 'aria-label="Comment fixer un prix"' in html
    assert 'preload="none"' in html
    assert "<img" not in html


def test_a_voice_without_words_or_from_elsewhere_is_refused() -> None:
    with pytest.raises(TextRefused, match="texte de remplacement"):
        render_markdown("![](files/voix.m4a)", picture=lambda path: f"/{path}")
    with pytest.raises(TextRefused, match="manque"):
        render_markdown("![dit](https://ailleurs.test/voix.m4a)", picture=lambda _path: None)
