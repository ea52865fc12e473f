"""Rows of a form's lists: made, moved, taken out, put back, and those that have a page of their own. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.authoring.fields import applies, title_of
from lms.contract.forms import FormField, Kind
from lms.kernel.database import new_key


class NoSuchRow(Exception):
    """The row is not there any more."""


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


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that a button takes out. `steps` lead to it through the content: names of lists, keys of rows, its place."""

    steps: tuple[str | int, ...]
    row: dict[str, Any]
    title: str


def dropped(fields: Sequence[FormField], values: Mapping[str, Any], act: str) -> Dropped:
    """The row that `drop f.pools.1` takes out."""
    steps = act.partition(" ")[2].split(".")[1:]
    rows, one = _list_at(fields, copy.deepcopy(dict(values)), steps[:-1])
    place = int(steps[-1]) if steps and steps[-1].isdigit() else -1
    if not 0 <= place < len(rows):
        raise NoSuchRow
    return Dropped((*_lasting(values, steps[:-1]), place), rows[place], title_of(one, rows[place], place))


def _lasting(values: Mapping[str, Any], steps: Sequence[str]) -> Iterator[str | int]:
    """The same way, rows named by their keys where they have one: others may be moved before it is gone again."""
    here: Any = values
    for step in steps:
        if isinstance(here, list):
            here = here[int(step)]
            yield str(here["key"]) if here.get("key") else int(step)
        else:
            here = here.get(step)
            yield step


def put_row(
    fields: Sequence[FormField], values: Mapping[str, Any], steps: Sequence[str | int], row: Mapping[str, Any]
) -> dict[str, Any]:
    """The values with a row back in its list, where it was as far as the list still goes so; `NoSuchRow` without that list."""
    whole = copy.deepcopy(dict(values))
    rows, _one = _list_at(fields, whole, list(_numbered(whole, steps[:-1])))
    rows.insert(int(steps[-1]), copy.deepcopy(dict(row)))
    return whole


def _numbered(values: Mapping[str, Any], steps: Sequence[str | int]) -> Iterator[str]:
    here: Any = values
    for step in steps:
        if isinstance(here, list):
            place = next((at for at, row in enumerate(here) if step in (at, row.get("key"))), None)
            if place is None:
                raise NoSuchRow
            here = here[place]
            yield str(place)
        else:
            here = here.get(str(step), [])
            yield str(step)


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
    steps: tuple[str | int, ...]
    """The way to it through the content, as in `Dropped`."""


def part_named(fields: Sequence[FormField], values: Mapping[str, Any], key: str) -> Part:
    """The row of this key, wherever it stands, or `NoSuchRow`."""
    whole = copy.deepcopy(dict(values))
    for part in _parts(fields, whole, whole, (), ()):
        if part.row.get("key") == key:
            return part
    raise NoSuchRow


def _parts(
    fields: Sequence[FormField],
    values: Mapping[str, Any],
    whole: dict[str, Any],
    trail: tuple[str, ...],
    steps: tuple[str | int, ...],
) -> Iterator[Part]:
    for one in fields:
        if one.kind is not Kind.ROWS or not applies(one, values):
            continue
        listed = values.get(one.name)
        rows: list[Any] = listed if isinstance(listed, list) else []
        for place, row in enumerate(rows):
            if not isinstance(row, dict):
                continue
            way = (*steps, one.name, str(row.get("key") or place))
            if one.apart:
                yield Part(whole, row, one, rows, trail, way)
            yield from _parts(one.fields, row, whole, (*trail, title_of(one, row, place)), way)


def replace_row(part: Part, row: Mapping[str, Any]) -> dict[str, Any]:
    """The whole content with another row in the place of this one."""
    part.rows[part.rows.index(part.row)] = dict(row)
    return part.whole
