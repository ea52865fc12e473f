"""Forms made from declared fields (`lms.contract.forms`): drawn, read back, and their rows added, moved, taken out. Pure."""

from __future__ import annotations

import copy
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

    @property
    def kind(self) -> str:
        """How it is drawn."""
        return str(self.field.kind)

    @property
    def words(self) -> dict[str, str]:
        """Its label, hint, unit and button in the reader's language: a per cent sign in them is no place to fill."""
        own = {name: str(getattr(self.field, name)) for name in ("label", "hint", "unit", "adds")}
        return {name: gettext(text) if text else "" for name, text in own.items()}


class NoSuchRow(Exception):
    """The row is not there any more."""


def drawn(fields: Sequence[FormField], values: Mapping[str, Any], known: Known, prefix: str = ROOT) -> tuple[Box, ...]:
    """The fields that apply, with what they hold."""
    return tuple(_box(one, values, known, f"{prefix}.{one.name}") for one in fields if applies(one, values))


def applies(one: FormField, values: Mapping[str, Any]) -> bool:
    """Whether a field has its place beside these values."""
    return not one.when or str(values.get(one.when[0], "")) in one.when[1:]


def _box(one: FormField, values: Mapping[str, Any], known: Known, name: str) -> Box:
    value = values.get(one.name, one.default)
    if one.kind is Kind.ROWS:
        rows = [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []
        return Box(one, name, "", rows=tuple(_row(one, rows, place, known, name) for place in range(len(rows))))
    return Box(one, name, shown(one, value), choices=_choices(one, known, value))


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


def _choices(one: FormField, known: Known, value: Any) -> tuple[Any, ...]:
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
    if one.kind is Kind.SIBLING:
        rows = known.body.get(one.of, ())
        return tuple((row["key"], _row_words(row)) for row in rows if isinstance(row, Mapping) and row.get("key"))
    return ()


def _row_words(row: Mapping[str, Any]) -> str:
    for name in ("title", "text", "prompt", "label"):
        if row.get(name):
            return " ".join(str(row[name]).split())[:80]
    return str(row["key"])


# ---------------------------------------------------------------------------------------------------------- reading


def read(fields: Sequence[FormField], sent: Sent, before: Mapping[str, Any], prefix: str = ROOT) -> dict[str, Any]:
    """The values that a browser has sent, empty ones left out; what no field declares stays as it was."""
    declared = {one.name for one in fields}
    found = {name: value for name, value in before.items() if name not in declared}
    deciding = {one.when[0] for one in fields if one.when}
    for one in sorted(fields, key=lambda each: each.name not in deciding):
        if not applies(one, found):
            continue
        value = _value(one, sent, f"{prefix}.{one.name}", before.get(one.name))
        if value not in (None, "", []) and (value != one.default or before.get(one.name) == value):
            found[one.name] = value
        elif one.name in deciding and one.default is not None:
            found[one.name] = one.default
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
            found.append({"key": key or new_key(), **own} if one.keyed else own)
        place += 1
    return found


# ------------------------------------------------------------------------------------------------------------- rows


def act_on(fields: Sequence[FormField], values: Mapping[str, Any], act: str) -> tuple[dict[str, Any], str]:
    """Do what a button asks, `add f.pools.0.questions` or `up f.pools.1`; gives the values, and the key of a row to open."""
    verb, _, path = act.partition(" ")
    whole = copy.deepcopy(dict(values))
    steps = path.split(".")[1:]
    if verb == "add":
        rows, one = _list_at(fields, whole, steps)
        added = new_row(one)
        rows.append(added)
        return whole, str(added["key"]) if one.apart else ""
    rows, _one = _list_at(fields, whole, steps[:-1])
    place = int(steps[-1]) if steps and steps[-1].isdigit() else -1
    if not 0 <= place < len(rows):
        raise NoSuchRow
    if verb == "drop":
        del rows[place]
    else:
        other = place + {"up": -1, "down": 1}.get(verb, 0)
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return whole, ""


def dropped(
    fields: Sequence[FormField], values: Mapping[str, Any], act: str
) -> tuple[list[str | int], dict[str, Any], str]:
    """(steps, row, title) of the row that `drop f.pools.1` takes out."""
    steps = act.partition(" ")[2].split(".")[1:]
    rows, one = _list_at(fields, dict(values), steps[:-1])
    place = int(steps[-1]) if steps[-1].isdigit() else -1
    if not 0 <= place < len(rows):
        raise NoSuchRow
    return [int(step) if step.isdigit() else step for step in steps], rows[place], title_of(one, rows[place], place)


def new_row(one: FormField) -> dict[str, Any]:
    """A row with nothing in it but what it cannot be without."""
    row: dict[str, Any] = {"key": new_key()} if one.keyed else {}
    for inner in one.fields:
        if inner.kind is Kind.CHOICE and inner.needed and inner.choices:
            row[inner.name] = inner.choices[0][0]
    return row


def _list_at(fields: Sequence[FormField], values: dict[str, Any], steps: Sequence[str]) -> tuple[list[Any], FormField]:
    if not steps:
        raise NoSuchRow
    one = next((each for each in fields if each.name == steps[0] and applies(each, values)), None)
    if one is None or one.kind is not Kind.ROWS:
        raise NoSuchRow
    rows = values.setdefault(one.name, [])
    if len(steps) == 1:
        return rows, one
    place = int(steps[1]) if steps[1].isdigit() else -1
    if not 0 <= place < len(rows) or len(steps) < 3:
        raise NoSuchRow
    return _list_at(one.fields, rows[place], steps[2:])


@dataclass(frozen=True, slots=True)
class Part:
    """A row that has a page of its own, found in a copy of the whole content."""

    whole: dict[str, Any]
    row: dict[str, Any]
    field: FormField
    rows: list[Any]
    trail: tuple[str, ...]


def part_named(fields: Sequence[FormField], values: Mapping[str, Any], key: str) -> Part:
    """The row of this key, wherever it stands, or `NoSuchRow`."""
    whole = copy.deepcopy(dict(values))
    for part in _parts(fields, whole, whole, ()):
        if part.row.get("key") == key:
            return part
    raise NoSuchRow


def _parts(
    fields: Sequence[FormField], values: Mapping[str, Any], whole: dict[str, Any], trail: tuple[str, ...]
) -> Iterator[Part]:
    for one in fields:
        if one.kind is not Kind.ROWS or not applies(one, values):
            continue
        listed = values.get(one.name)
        rows: list[Any] = listed if isinstance(listed, list) else []
        for place, row in enumerate(rows):
            if not isinstance(row, dict):
                continue
            if one.apart:
                yield Part(whole, row, one, rows, trail)
            yield from _parts(one.fields, row, whole, (*trail, title_of(one, row, place)))


def replace_row(part: Part, row: Mapping[str, Any]) -> dict[str, Any]:
    """The whole content with another row in the place of this one."""
    part.rows[part.rows.index(part.row)] = dict(row)
    return part.whole


# ------------------------------------------------------------------------------------------------------------ words


def in_words(text: str, fields: Sequence[FormField]) -> str:
    """A problem as its author reads it: the names of fields are those of the form."""
    labels = dict(_labels(fields))
    return re.sub(r"`([^`]+)`", lambda found: f"« {labels.get(found[1], found[1])} »", text)


def _labels(fields: Sequence[FormField]) -> Iterator[tuple[str, str]]:
    for one in reversed(fields):
        yield from _labels(one.fields)
        yield one.name, gettext(one.label)
