"""Languages. The source texts are French, as people read them; every other language is one `.po` file per feature.

Catalogues are found by file name: `<feature>/translations/<language>.po`. Nothing has to be compiled.
"""

from __future__ import annotations

import gettext as standard
import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

LANGUAGES = {"fr": "Français", "en": "English"}
SOURCE_LANGUAGE = "fr"


class _French(standard.NullTranslations):
    """The source texts themselves, with French plurals: 0 and 1 are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Singular below 2."""
        return msgid1 if n < 2 else msgid2


class Speech:
    """One language: its texts, its direction, its dates and numbers."""

    def __init__(self, language: str, texts: standard.NullTranslations) -> None:
        self.language = language
        self.texts = texts
        self.locale = Locale.parse(language)
        self.direction = self.locale.text_direction

    def day(self, moment: datetime | date, zone: str = "Europe/Paris", form: str = "d MMMM y") -> str:
        """A day in words: 3 novembre 2026."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(ZoneInfo(zone)).date()
        return _day(moment, form, self.language)

    def moment(self, moment: datetime, zone: str = "Europe/Paris") -> str:
        """A day and an hour in words."""
        local = moment.astimezone(ZoneInfo(zone))
        return f"{_day(local.date(), 'd MMMM y', self.language)}, {local:%H:%M}"

    def number(self, value: float) -> str:
        """A number as the language writes it."""
        return str(numbers.format_decimal(value, locale=self.locale))


@lru_cache(2048)
def _day(day: date, form: str, language: str) -> str:
    """A day in words: lists say the same few days on every line."""
    return str(dates.format_date(day, form, locale=language))


_FRENCH = Speech(SOURCE_LANGUAGE, _French())
_speeches: dict[str, Speech] = {SOURCE_LANGUAGE: _FRENCH}
_current: ContextVar[Speech] = ContextVar("speech", default=_FRENCH)


def load_catalogues(features: Sequence[str]) -> None:
    """Read every feature's catalogue, once, at boot."""
    for language in LANGUAGES:
        if language != SOURCE_LANGUAGE:
            _speeches[language] = Speech(language, _read(language, tuple(features)))


def catalogue_files(features: Sequence[str], language: str) -> Iterator[Path]:
    """The `.po` files of a language, kernel and ui first."""
    for feature in ("lms.kernel", "lms.ui", *features):
        origin = importlib.import_module(feature).__file__
        path = Path(origin or "").parent / "translations" / f"{language}.po"
        if path.exists():
            yield path


@cache
def _read(language: str, features: tuple[str, ...]) -> standard.NullTranslations:
    whole = Catalog(locale=language)
    for path in catalogue_files(features, language):
        with path.open("rb") as source:
            for message in pofile.read_po(source, locale=language):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = BytesIO()
    mofile.write_mo(compiled, whole)
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


def speech() -> Speech:
    """The language of the present request, task or command."""
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[Speech]:
    """Use a language for a while: a mail, a document, a request."""
    token = _current.set(_speeches.get(language, _FRENCH))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def speak(language: str) -> None:
    """Use a language until told otherwise (the web edge, at each request)."""
    _current.set(_speeches.get(language, _FRENCH))


def gettext(message: str) -> str:
    """The text in the present language."""
    return _current.get().texts.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The text for a number of things, in the present language."""
    return _current.get().texts.ngettext(singular, plural, number)


def mark(message: str) -> str:
    """Mark a text for translation where it is written; `gettext` it where it is shown."""
    return message


def languages() -> Mapping[str, str]:
    """Code → the language's own name."""
    return MappingProxyType(LANGUAGES)
