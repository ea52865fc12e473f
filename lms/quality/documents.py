"""The documents of one person, as PDF/A-3a and PDF/UA-1 (typst). The same dossier gives the same bytes.

Templates get their texts as JSON, never as code; the figures are attached to each PDF as `resultats.json`.
"""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import typst

from lms.quality.data import Dossier

TEMPLATES = Path(__file__).parent / "templates" / "quality"
STANDARDS: list[Any] = ["a-3a", "ua-1"]
NOT_DRAWN = "could not be displayed"
STAND_IN = "▯"
_turn = threading.Lock()


def pdf(template: str, dossier: Dossier, words: dict[str, Any], results: bytes) -> bytes:
    """A document: the template's layout, these words, the results attached."""
    said = {**_spaced(words), "day": list(dossier.at.astimezone(UTC).timetuple()[:6])}
    try:
        return _compiled(template, said, results)
    except typst.TypstError as wrong:
        if NOT_DRAWN not in wrong.message:
            raise
    return _compiled(template, _drawable(said), results)


def _compiled(template: str, said: dict[str, Any], results: bytes) -> bytes:
    inputs = {"data": json.dumps(said, ensure_ascii=False), "results": results.decode()}
    with _turn:  # one compiler a template, which is not for two threads at once
        found = _compiler(template).compile(format="pdf", pdf_standards=STANDARDS, sys_inputs=inputs)
    assert isinstance(found, bytes)
    return found


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(str(TEMPLATES / template), root=str(TEMPLATES), ignore_system_fonts=True)


def _spaced(value: Any) -> Any:
    """The same words with the spaces of French typography, where a line never breaks."""
    if isinstance(value, str):
        return re.sub(r" (?=[:;?!»%])|(?<=«) |(?<=\d) (?=h\b|min\b|s\b)|(?<=\bh) (?=\d)", "\u00a0", value)
    if isinstance(value, list):
        return [_spaced(one) for one in value]
    return {key: _spaced(one) for key, one in value.items()} if isinstance(value, dict) else value


def _drawable(value: Any) -> Any:
    """The same words with a box for each letter that no font of ours draws: a name in Chinese must not stop a proof."""
    if isinstance(value, str):
        return "".join(letter if _is_drawn(letter) else STAND_IN for letter in value)
    if isinstance(value, list):
        return [_drawable(one) for one in value]
    return {key: _drawable(one) for key, one in value.items()} if isinstance(value, dict) else value


@cache
def _is_drawn(letter: str) -> bool:
    try:
        with _turn:
            _compiler("letter.typ").compile(format="pdf", pdf_standards=STANDARDS, sys_inputs={"letter": letter})
    except typst.TypstError:
        return False
    return True
