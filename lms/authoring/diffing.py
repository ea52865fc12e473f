"""What has changed, as people read it: field by field, the words taken out and the words put in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from lms.authoring.fields import applies, row_words, shown
from lms.contract.forms import FormField, Kind
from lms.kernel.i18n import gettext

SAME, OUT, IN = "same", "out", "in"
_WORDS = re.compile(r"\s+|[^\s]+")
_MOST_WORDS = 3000
_AROUND = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, with what happened to them."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs."""

    label: str
    pieces: tuple[Piece, ...]


def changes_between(
    fields: Sequence[FormField],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    titles: Mapping[str, str] = MappingProxyType({}),
) -> list[Change]:
    """The fields that differ, in the order of the form; rows that only moved are not a change of their words.

    `titles`: key → what is named by it, such as an activity; the rows of both contents are known.
    """
    names = {**titles, **dict(names_within(old)), **dict(names_within(new))}
    before, after = dict(flat(fields, old, names)), dict(flat(fields, new, names))
    nothing = ("", "")
    order = [*after, *(place for place in before if place not in after)]
    return [
        Change(
            (after.get(place) or before[place])[0],
            tuple(pieces(before.get(place, nothing)[1], after.get(place, nothing)[1])),
        )
        for place in order
        if before.get(place, nothing)[1] != after.get(place, nothing)[1]
    ]


def flat(
    fields: Sequence[FormField], values: Mapping[str, Any], names: Mapping[str, str], above: str = "", place: str = ""
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Place → (label, text) of every field that holds something; a row's place is its key, its name or its number."""
    for one in fields:
        if not applies(one, values):
            continue
        value = values.get(one.name)
        label = " · ".join(filter(None, (above, gettext(one.label))))
        if one.kind is Kind.ROWS:
            seen: set[str] = set()
            for number, row in enumerate(value if isinstance(value, list) else (), 1):
                if isinstance(row, Mapping):
                    which = str(row.get("key") or row.get(one.titled) or number)
                    which = f"{which} {number}" if which in seen else which
                    seen.add(which)
                    yield from flat(one.fields, row, names, f"{label} {number}", f"{place}/{one.name}/{which}")
        elif value not in (None, "", []):
            yield f"{place}/{one.name}", (label, words_of(one, value, names))


def names_within(value: Any) -> Iterator[tuple[str, str]]:
    """(key, words) of every row inside a content."""
    if isinstance(value, Mapping):
        if value.get("key"):
            yield str(value["key"]), row_words(value)
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from names_within(inner)


def words_of(one: FormField, value: Any, names: Mapping[str, str]) -> str:
    """A value in words; a key is said by what it names."""
    if one.kind in (Kind.ACTIVITY, Kind.ACTIVITIES, Kind.SIBLING):
        keys = value if isinstance(value, list) else [value]
        return ", ".join(names.get(str(key), gettext("quelque chose qui n’est plus là")) for key in keys)
    if one.kind in (Kind.YES, Kind.TRUTH):
        return gettext("oui") if value is True else gettext("non")
    choices = {key: gettext(text) for key, text in one.choices}
    if one.kind is Kind.CHOICE:
        return choices.get(str(value), str(value))
    text = shown(one, value)
    if isinstance(text, list):
        return ", ".join(choices.get(str(part), str(part)) for part in text)
    return f"{text} {'%' if one.kind is Kind.SHARE else gettext(one.unit) if one.unit else ''}".strip()


def pieces(old: str, new: str) -> Iterator[Piece]:
    """The words taken out and put in, with a few of those around."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _MOST_WORDS:
        yield from _by_lines(old, new)
        return
    for verb, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if verb == "equal":
            yield Piece(SAME, _shortened(before[a:b]))
            continue
        if b > a:
            yield Piece(OUT, "".join(before[a:b]))
        if d > c:
            yield Piece(IN, "".join(after[c:d]))


def _by_lines(old: str, new: str) -> Iterator[Piece]:
    before, after = old.splitlines(), new.splitlines()
    for verb, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if verb == "equal":
            yield Piece(SAME, "\n…\n" if b - a > 2 else "\n".join(before[a:b]) + "\n")
        elif len(before[a:b]) + len(after[c:d]) <= 12:
            yield from pieces("\n".join(before[a:b]) + "\n", "\n".join(after[c:d]) + "\n")
        else:
            yield from (
                Piece(tone, "\n".join(part) + "\n") for tone, part in ((OUT, before[a:b]), (IN, after[c:d])) if part
            )


def _shortened(words: Sequence[str]) -> str:
    if len(words) <= 4 * _AROUND:
        return "".join(words)
    return "".join(words[: 2 * _AROUND]) + " … " + "".join(words[-2 * _AROUND :])
