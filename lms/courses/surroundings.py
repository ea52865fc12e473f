"""What stands around the content of an activity: its files, the words and the values of its course. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lms.contract.types import ContentFile, ContentProblem, Surroundings
from lms.kernel.text import TextRefused, anchor, render_markdown

_FIRST_HEADING = re.compile(r"^#\s", re.MULTILINE)
_SHOWN_IN_TEXT = ("image/", "audio/")


def file_address(course_key: str, sha256: str, name: str) -> str:
    """Where a course's file is served: its content is in its address, so that a phone may keep it for ever."""
    return f"/parcours/{course_key}/fichiers/{sha256}/{name}"


def glossary_address(course_key: str, term: str = "") -> str:
    """Where a word is explained."""
    return f"/parcours/{course_key}/mots" + (f"#{anchor(term)}" if term else "")


def surroundings(
    *, course_key: str, module: str, files: Mapping[str, ContentFile], terms: frozenset[str], values: frozenset[str]
) -> Surroundings:
    """What an activity of this module may show and name. `files` goes from the author's path, `files/name.pdf`."""

    def shown(path: str) -> ContentFile | None:
        found = files.get(path)
        return found if found and found.media_type.startswith(_SHOWN_IN_TEXT) else None

    def picture(path: str) -> str | None:
        found = shown(path)
        return found.address if found else None

    def word(term: str) -> str | None:
        return glossary_address(course_key, term) if term in terms else None

    def render(markdown: str) -> str:
        if _FIRST_HEADING.search(markdown):
            raise ContentProblem("les titres commencent à « ## » : le titre de l'activité est déjà le premier")
        try:
            return render_markdown(markdown, picture=picture, glossary=word, values=values)
        except TextRefused as refused:
            raise ContentProblem(" ".join(refused.problems)) from None

    return Surroundings(render=render, files=files, values=values, glossary=terms, module=module)
