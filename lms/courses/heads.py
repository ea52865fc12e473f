"""The fields of content files, in their documented order (docs/content.md): read strictly, written back the same."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from lms.contract.types import Modality

Key = Annotated[str, Meta(pattern="^[a-kmnp-z2-9]{10}$")]
Slug = Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Sentence = Annotated[str, Meta(min_length=1, max_length=2000)]
Score = Annotated[float, Meta(ge=0, le=1)]
Days = Annotated[int, Meta(ge=0, le=3660)]


class CoverageEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What feeds a criterion."""

    criterion: Annotated[str, Meta(min_length=1, max_length=60)]
    activity: Key
    minimum: Score | None = None


class CourseHead(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`course.yaml`."""

    key: Key
    slug: Slug
    title: Title
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]+)*$", max_length=10)]
    licence: str = ""
    summary: str = ""
    audience: str = ""
    prerequisites: str = ""
    objectives: tuple[Sentence, ...] = ()
    weeks: Annotated[int, Meta(ge=1, le=520)] | None = None
    framework: Annotated[str, Meta(max_length=60)] = ""
    modules: tuple[Slug, ...] = ()
    coverage: tuple[CoverageEntry, ...] = ()


class ModuleHead(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`module.yaml`."""

    key: Key
    title: Title
    summary: str = ""
    objectives: tuple[Sentence, ...] = ()
    block: Annotated[str, Meta(max_length=60)] = ""
    activities: tuple[Slug, ...] = ()


class Opens(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When an activity opens: exactly one of `days`, `after`, `by`."""

    days: Days | None = None
    after: Key | None = None
    minimum: Score | None = None
    by: Annotated[str, Meta(pattern="^trainer$")] | None = None


class ActivityHead(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every activity has; the other fields of its file are its type's own."""

    key: Key
    type: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Title
    modality: Modality
    minutes: Annotated[int, Meta(ge=0, le=6000)]
    objectives: tuple[Sentence, ...] = ()
    optional: bool = False
    due_days: Days | None = None
    opens: Opens | None = None


class ValueEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named value of `values.yaml`."""

    name: Slug
    label: Annotated[str, Meta(min_length=1, max_length=300)]
    text: Annotated[str, Meta(min_length=1, max_length=300)]
    territory: Annotated[str, Meta(max_length=120)] = ""
    source: Annotated[str, Meta(max_length=400)] = ""
    checked: date | None = None


class GlossaryEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A word of `glossary.yaml`."""

    term: Annotated[str, Meta(min_length=1, max_length=80)]
    definition: Sentence
    example: str = ""


def _names(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


ACTIVITY_FIELDS = _names(ActivityHead)
COURSE_FIELDS = _names(CourseHead)
COVERAGE_FIELDS = _names(CoverageEntry)
GLOSSARY_FIELDS = _names(GlossaryEntry)
MODULE_FIELDS = _names(ModuleHead)
OPENS_FIELDS = _names(Opens)
VALUE_FIELDS = _names(ValueEntry)
