"""Names of people, folded for sorting and searching, and of what may become of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from lms.kernel.i18n import mark

STATUS_NAMES: Mapping[str, str] = MappingProxyType(
    {"active": mark("actif"), "invited": mark("invité"), "ended": mark("fermé")}
)
"""What a membership's status is called."""


def folded(text: str) -> str:
    """A text without accents or case."""
    decomposed = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def sort_name_of(given_name: str, family_name: str) -> str:
    """What lists are sorted by: family name, then given name, without accents or case."""
    return folded(f"{family_name} {given_name}")[:220]


def shortened(given_name: str, family_name: str) -> str:
    """A given name and an initial: what may be shown to who has not proved anything yet."""
    return f"{given_name} {family_name[:1].upper()}{'.' if family_name else ''}".strip()
