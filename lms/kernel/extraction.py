"""Which texts are to be translated, and which translations are missing (`lms translations`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog

from lms.kernel.assets import feature_folder
from lms.kernel.i18n import LANGUAGES, SOURCE_LANGUAGE

KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
_JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
MessageId = str | tuple[str, ...] | list[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """A text of a feature that a language lacks, or has no more use for."""

    language: str
    feature: str
    message: str
    kind: str
    """"missing" or "unused"."""


def texts_of(feature: str) -> Iterator[MessageId]:
    """Every text that a feature shows, in its own code and templates."""
    folder = feature_folder(feature)
    for path in sorted([*folder.glob("*.py"), *folder.glob("templates/**/*.*")]):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        if path.suffix not in (".py", ".html", ".txt"):
            continue
        with path.open("rb") as source:
            found = extract.extract(method, source, KEYWORDS, options={} if method == "python" else _JINJA)
            for _line, message, _comments, _context in found:
                yield message


def gaps(features: Sequence[str]) -> Iterator[Gap]:
    """What each language lacks, feature by feature."""
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        for feature in ("lms.kernel", "lms.ui", *features):
            wanted = {_first(message) for message in texts_of(feature)}
            known = {_first(one.id): one for one in _catalogue(_path(feature, language), language) if one.id}
            translated = {
                text
                for text, one in known.items()
                if one.string and (not isinstance(one.string, tuple) or all(one.string))
            }
            for text in sorted(wanted - translated):
                yield Gap(language, feature, text, "missing")
            for text in sorted(set(known) - wanted):
                yield Gap(language, feature, text, "unused")


def update(features: Sequence[str]) -> int:
    """Add missing texts to the catalogues, untranslated, and drop those of no more use. Returns how many changed."""
    changed = 0
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        for feature in ("lms.kernel", "lms.ui", *features):
            path = _path(feature, language)
            old = {_first(one.id): one for one in _catalogue(path, language) if one.id}
            new = Catalog(locale=language, project="Tremplin", charset="utf-8", fuzzy=False)
            for message in sorted(set(texts_of(feature)), key=_first):
                kept = old.get(_first(message))
                new.add(message, string=kept.string if kept else None)
            if {_first(one.id) for one in new if one.id} != set(old):
                changed += 1
                path.parent.mkdir(exist_ok=True)
                with path.open("wb") as target:
                    pofile.write_po(target, new, width=0, omit_header=False, no_location=True, sort_output=True)
    return changed


def _first(message: MessageId) -> str:
    return message if isinstance(message, str) else message[0]


def _path(feature: str, language: str) -> Path:
    return feature_folder(feature) / "translations" / f"{language}.po"


def _catalogue(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return pofile.read_po(source, locale=language)
