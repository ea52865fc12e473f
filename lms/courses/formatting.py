"""Content files in canonical form: fields in their order, missing keys made. Nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lms.contract.types import ActivityType, ContentRefused
from lms.courses.folders import read_activity, read_folder, write_activity
from lms.courses.heads import (
    ACTIVITY_FIELDS,
    COURSE_FIELDS,
    COVERAGE_FIELDS,
    GLOSSARY_FIELDS,
    MODULE_FIELDS,
    OPENS_FIELDS,
    VALUE_FIELDS,
)
from lms.kernel.database import new_key
from lms.kernel.yaml_files import Unreadable, mapping, read_yaml, write_yaml

_LISTS = {"values.yaml": VALUE_FIELDS, "glossary.yaml": GLOSSARY_FIELDS}


def formatted_course(types: Mapping[str, ActivityType], folder: Path) -> dict[str, bytes]:
    """The files of a course's folder that are not in canonical form, as they should be; `ContentRefused` for unreadable ones."""
    changed: dict[str, bytes] = {}
    problems: list[str] = []
    for name, source in read_folder(folder).items():
        if not name.endswith((".yaml", ".md")) or "/files/" in name:
            continue
        try:
            text = _formatted(types, name, source)
        except Unreadable as wrong:
            problems.append(f"{name} : {wrong}")
            continue
        if text.encode() != source:
            changed[name] = text.encode()
    if problems:
        raise ContentRefused(problems)
    return changed


def _formatted(types: Mapping[str, ActivityType], name: str, source: bytes) -> str:
    last = name.rpartition("/")[2]
    if name == "course.yaml":
        whole = _ordered(read_yaml(source), COURSE_FIELDS, keyed=True)
        if isinstance(whole, dict) and isinstance(whole.get("coverage"), list):
            whole["coverage"] = [_ordered(entry, COVERAGE_FIELDS) for entry in whole["coverage"]]
        return write_yaml(whole)
    if name in _LISTS:
        value = read_yaml(source)
        return write_yaml([_dated(_ordered(one, _LISTS[name])) for one in value] if isinstance(value, list) else value)
    if last == "module.yaml":
        return write_yaml(_ordered(read_yaml(source), MODULE_FIELDS, keyed=True))
    return _formatted_activity(types, name, source)


def _formatted_activity(types: Mapping[str, ActivityType], name: str, source: bytes) -> str:
    fields = read_activity(name, source)
    kind = types.get(str(fields.get("type")))
    if kind is None:
        raise Unreadable(f"type : « {fields.get('type')} » n'existe pas (types connus : {', '.join(sorted(types))})")
    head = mapping({"key": new_key(), **fields}, ACTIVITY_FIELDS)
    if head.get("optional") is False:
        head.pop("optional")
    if "opens" in head:
        head["opens"] = _ordered(head["opens"], OPENS_FIELDS)
    body = {field: value for field, value in fields.items() if field not in ACTIVITY_FIELDS}
    return write_activity({**head, **kind.canonical(body)})


def _dated(value: Any) -> Any:
    """A day stands without quotes."""
    try:
        return {**value, "checked": date.fromisoformat(value["checked"])}
    except (TypeError, KeyError, ValueError):
        return value


def _ordered(value: Any, order: tuple[str, ...], *, keyed: bool = False) -> Any:
    """Known fields first, in their order; unknown ones stay, for the import to name."""
    if not isinstance(value, dict):
        return value
    whole = {"key": new_key(), **value} if keyed else value
    return mapping(whole, [*order, *(name for name in whole if name not in order)])
