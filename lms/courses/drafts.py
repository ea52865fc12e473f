"""A course as its files say it, read and checked, before anything is written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lms.courses.heads import ActivityHead, CourseHead, GlossaryEntry, ModuleHead, ValueEntry


@dataclass(frozen=True, slots=True)
class DraftActivity:
    """An activity: what every one has, its type's own fields, and what the type made of them."""

    slug: str
    head: ActivityHead
    body: dict[str, Any]
    compiled: dict[str, Any]
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DraftModule:
    """A module with its activities in order."""

    slug: str
    head: ModuleHead
    activities: tuple[DraftActivity, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole course."""

    head: CourseHead
    modules: tuple[DraftModule, ...]
    values: tuple[ValueEntry, ...]
    glossary: tuple[GlossaryEntry, ...]
    files: Mapping[str, bytes]

    @property
    def activities(self) -> Iterator[DraftActivity]:
        """All of them, in order."""
        return (activity for module in self.modules for activity in module.activities)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, with what the activity types made: equal when an import would bring nothing new."""
        files = {name: hashlib.sha256(source).hexdigest() for name, source in self.files.items()}
        parts = (self.head, self.modules, self.values, self.glossary, files)
        return hashlib.sha256(msgspec.json.encode(parts, enc_hook=str, order="deterministic")).hexdigest()


def key_problems(keys: Iterable[str]) -> list[str]:
    """Keys name things for ever: each stands once in a course."""
    return [
        f"la clé « {key} » est là {times} fois : gardez-en une, remplacez les autres"
        for key, times in Counter(keys).items()
        if times > 1
    ]


def coverage_problems(coverage: Iterable[Mapping[str, Any]], known: Iterable[str]) -> list[str]:
    """Coverage names activities and parts that exist, each pair once."""
    keys, seen, problems = frozenset(known), set(), []
    for entry in coverage:
        pair = (entry["criterion"], entry["activity"])
        if entry["activity"] not in keys:
            problems.append(f"coverage, {pair[0]} : aucune activité ni partie de ce parcours n'a la clé « {pair[1]} »")
        if pair in seen:
            problems.append(f"coverage, {pair[0]} : l'activité « {pair[1]} » y est deux fois")
        seen.add(pair)
    return problems


def opening_problems(opens: Mapping[str, Mapping[str, Any] | None]) -> list[str]:
    """Activity key → its rule: what it comes after exists, and nothing waits for itself."""
    after = {key: str(rule["after"]) for key, rule in opens.items() if rule and "after" in rule}
    problems = [
        f"opens : l'activité « {key} » s'ouvre après « {before} », qui n'existe pas dans ce parcours"
        for key, before in after.items()
        if before not in opens
    ]
    settled: set[str] = set()
    for start in after:
        way: list[str] = []
        step: str | None = start
        while step is not None and step not in settled and step not in way:
            way.append(step)
            step = after.get(step)
        if step is not None and step in way:
            circle = " → ".join([*way[way.index(step) :], step])
            problems.append(f"opens : ces activités s'attendent les unes les autres : {circle}")
        settled.update(way)
    return problems


def keys_within(value: Any) -> Iterator[str]:
    """Every `key` inside a type's own fields."""
    if isinstance(value, dict):
        if isinstance(value.get("key"), str):
            yield value["key"]
        for inner in value.values():
            yield from keys_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_within(inner)
