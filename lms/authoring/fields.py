"""Forms made from declared fields (`lms.contract.forms`): drawn, read back, and their rows added, moved, taken out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lms.contract.forms import FormField, Kind
from lms.contract.types import ContentFile
from lms.kernel.database import new_key
from lms.kernel.i18n import gettext

ROOT = "f"
_TRUE, _FALSE = "true", "false"
_KEY = re.compile(r"[a-z0-9]{10}")


class Sent(Protocol):
    """What a browser has sent: several values may have one name."""

    @property
    def get(self) -> Callable[..., Any]:
        """`get(name, otherwise)`: the first value of a name."""

    @property
    def getlist(self) -> Callable[..., list[Any]]:
        """`getlist(name)`: all of them."""

    def __contains__(self, key: object, /) -> bool:
        """Whether there is one."""


@dataclass(frozen=True, slots=True)
class Known:
    """What fields may choose among: activities (key, title), files of the module, rows of this content."""

    activities: Sequence[tuple[str, str]] = ()
    files: Mapping[str, ContentFile] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list."""

    name: str
    place: int
    key: str
    title: str
    is_last: bool
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One field as the page shows it: `value` is text, a list of texts, or a truth."""

    field: FormField
    name: str
    value: Any
    choices: tuple[Any, ...] = ()
    rows: tuple[Row, ...] = ()
    decides: bool = False
    """Whether other fields come or go with it."""

    @property
    def kind(self) -> str:
        """How it is drawn."""
        return str(self.field.kind)

    @property
    def words(self) -> dict[str, str]:
        """Its label, hint, unit and button in the reader's language: a per cent sign in them is no place to fill."""
        own = {name: str(getattr(self.field, name)) for name in ("label", "hint", "unit", "adds")}
        return {name: gettext(text) if text else "" for name, text in own.items()}


def drawn(fields: Sequence[FormField], values: Mapping[str, Any], known: Known, prefix: str = ROOT) -> tuple[Box, ...]:
    """The fields that apply, with what they hold."""
    decide = {beside for one in fields for beside in (one.when[:1] + one.inside[:1])}
    boxes = (
        _box(one, values, known, f"{prefix}.{one.name}", decides=one.name in decide)
        for one in fields
        if applies(one, values)
    )
    return tuple(box for box in boxes if box.choices or not box.field.inside)


def applies(one: FormField, values: Mapping[str, Any]) -> bool:
    """Whether a field has its place beside these values."""
    return not one.when or str(values.get(one.when[0], "")) in one.when[1:]


def _box(one: FormField, values: Mapping[str, Any], known: Known, name: str, *, decides: bool) -> Box:
    value = values.get(one.name, one.default)
    if one.kind is Kind.ROWS:
        rows = [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []
        return Box(one, name, "", rows=tuple(_row(one, rows, place, known, name) for place in range(len(rows))))
    return Box(one, name, shown(one, value), choices=_choices(one, known, values), decides=decides)


def _row(one: FormField, rows: Sequence[Mapping[str, Any]], place: int, known: Known, name: str) -> Row:
    own = f"{name}.{place}"
    return Row(
        name=own,
        place=place,
        key=str(rows[place].get("key", "")),
        title=title_of(one, rows[place], place),
        is_last=place == len(rows) - 1,
        boxes=() if one.apart else drawn(one.fields, rows[place], known, own),
    )


def title_of(one: FormField, row: Mapping[str, Any], place: int) -> str:
    """What a row is called in a list."""
    value = row.get(one.titled, "")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(text.split())[:120] or gettext("n° %(number)s") % {"number": place + 1}


def shown(one: FormField, value: Any) -> Any:
    """A value as its control shows it."""
    listed = [str(part) for part in value] if isinstance(value, list) else []
    if one.kind in (Kind.SEVERAL, Kind.ACTIVITIES):
        return listed
    if one.kind is Kind.YES:
        return value is True
    if one.kind is Kind.LINES and listed:
        return "\n".join(listed)
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, int | float):
        return _number_text(round(value * 100, 4) if one.kind is Kind.SHARE else value)
    return str(value or "").strip("\n")


def _number_text(value: float) -> str:
    return (str(int(value)) if float(value).is_integer() else str(value)).replace(".", ",")


def _choices(one: FormField, known: Known, values: Mapping[str, Any]) -> tuple[Any, ...]:
    value = values.get(one.name, one.default)
    if one.kind in (Kind.CHOICE, Kind.SEVERAL):
        return tuple((key, gettext(text)) for key, text in one.choices)
    if one.kind in (Kind.ACTIVITY, Kind.ACTIVITIES):
        return tuple(known.activities)
    if one.kind is Kind.FILE:
        fits = [
            (path, file.name)
            for path, file in known.files.items()
            if not one.media or file.media_type.startswith(one.media)
        ]
        lost = [(value, value)] if value and value not in known.files else []
        return tuple(fits + lost)
    return _siblings(one, known.body, values) if one.kind is Kind.SIBLING else ()


def _siblings(one: FormField, body: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The rows of another list; or of a list inside the one of its rows that a field beside names."""
    rows = body.get(one.of, ())
    if one.inside:
        beside, inner = one.inside
        rows = next((row.get(inner, ()) for row in rows if row.get("key") == values.get(beside)), ())
    found = [(str(row["key"]), row_words(row)) for row in rows if isinstance(row, Mapping) and row.get("key")]
    value = values.get(one.name)
    return (
        *found,
        *([(value, gettext("ce qui a été choisi n’existe plus"))] if value and value not in dict(found) else ()),
    )


def row_words(row: Mapping[str, Any]) -> str:
    """A row in a few words: where others choose it."""
    for name in ("title", "text", "prompt", "label"):
        if row.get(name):
            return " ".join(str(row[name]).split())[:80]
    return str(row["key"])


# ---------------------------------------------------------------------------------------------------------- reading


def read(fields: Sequence[FormField], sent: Sent, before: Mapping[str, Any], prefix: str = ROOT) -> dict[str, Any]:
    """The values that a browser has sent, empty ones left out; what no field declares stays as it was."""
    declared = {one.name for one in fields}
    found = {name: value for name, value in before.items() if name not in declared}
    deciding = {one.when[0] for one in fields if one.when} | {one.inside[0] for one in fields if one.inside}
    for one in sorted(fields, key=lambda each: each.name not in deciding):
        if not applies(one, found):
            continue
        value = _value(one, sent, f"{prefix}.{one.name}", before.get(one.name))
        if value not in (None, "", []) and (value != one.default or before.get(one.name) == value):
            found[one.name] = value
        elif one.name in deciding and one.default is not None:
            found[one.name] = one.default
        if one.inside and before.get(one.inside[0], value) != found.get(one.inside[0]):
            found.pop(one.name, None)  # it was chosen within another row
    return found


def _value(one: FormField, sent: Sent, name: str, before: Any) -> Any:
    if one.kind is Kind.ROWS:
        return _rows(one, sent, name, before)
    if one.kind in (Kind.SEVERAL, Kind.ACTIVITIES):
        return [value for value in sent.getlist(name) if value]
    text = sent.get(name, "").replace("\r\n", "\n")
    reading = _READING.get(one.kind)
    return reading(text) if reading else text.strip()


def number(text: str, kind: Kind) -> Any:
    """A number as people type it, `1 250,5`; what is none stays a text, for the type to say so."""
    plain = re.sub(r"[\s\u00a0\u202f%]", "", text).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", plain):
        return text.strip() or None
    value = float(plain) / (100 if kind is Kind.SHARE else 1)
    return int(value) if value.is_integer() else round(value, 6)


_READING: Mapping[Kind, Callable[[str], Any]] = {
    Kind.YES: lambda text: True if text else None,
    Kind.TRUTH: {_TRUE: True, _FALSE: False}.get,
    Kind.LINES: lambda text: [line.strip() for line in text.split("\n") if line.strip()],
    Kind.TEXT: lambda text: text.strip("\n"),
    Kind.MARKDOWN: lambda text: text.strip("\n"),
    Kind.WHOLE: lambda text: number(text, Kind.WHOLE),
    Kind.NUMBER: lambda text: number(text, Kind.NUMBER),
    Kind.SHARE: lambda text: number(text, Kind.SHARE),
}


def _rows(one: FormField, sent: Sent, name: str, before: Any) -> list[dict[str, Any]]:
    """The rows that stand in the form, in its order. Those with pages of their own are as they were."""
    old = [row for row in before if isinstance(row, Mapping)] if isinstance(before, list) else []
    by_key = {str(row.get("key")): row for row in old if row.get("key")}
    found = []
    place = 0
    while f"{name}.{place}" in sent:
        key = sent.get(f"{name}.{place}")
        was = by_key.get(key) if one.keyed else (old[place] if place < len(old) else {})
        if one.apart:
            found += [dict(was)] if was else []
        else:
            own = read(one.fields, sent, was or {}, f"{name}.{place}")
            found.append({"key": key if _KEY.fullmatch(key) else new_key(), **own} if one.keyed else own)
        place += 1
    return found


# ------------------------------------------------------------------------------------------------------------ words


def in_words(text: str, fields: Sequence[FormField]) -> str:
    """A problem as its author reads it: the names of fields are those of the form."""
    labels = dict(_labels(fields))
    return re.sub(r"`([^`]+)`", lambda found: f"« {labels.get(found[1], found[1])} »", text)


def _labels(fields: Sequence[FormField]) -> Iterator[tuple[str, str]]:
    for one in reversed(fields):
        yield from _labels(one.fields)
        yield one.name, gettext(one.label)
