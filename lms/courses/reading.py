"""From a folder's bytes to a checked course. Pure: it reads no database, and reports all problems together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from lms.contract.types import ActivityType, ContentFile, ContentProblem, ContentRefused, Surroundings
from lms.courses.drafts import (
    Draft,
    DraftActivity,
    DraftModule,
    coverage_problems,
    key_problems,
    keys_within,
    opening_problems,
)
from lms.courses.folders import ending_of, read_activity, read_folder
from lms.courses.heads import ACTIVITY_FIELDS, ActivityHead, CourseHead, GlossaryEntry, ModuleHead, ValueEntry
from lms.kernel.files import media_type_of
from lms.kernel.text import TextRefused, anchor, render_markdown
from lms.kernel.yaml_files import Unreadable, checked, plain, read_yaml

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BRACES = re.compile(r"\{[a-z0-9-]+\}|\[\[")
_FIRST_HEADING = re.compile(r"^#\s", re.MULTILINE)


def read_course(types: Mapping[str, ActivityType], folder: Path) -> Draft:
    """The course in a folder, or `ContentRefused` with every problem as "file: sentence"."""
    return Reading(types, read_folder(folder)).draft()


def file_address(course_key: str, sha256: str, name: str) -> str:
    """Where a course's file is served: its content is in its address, so that a phone may keep it for ever."""
    return f"/parcours/{course_key}/fichiers/{sha256}/{name}"


def glossary_address(course_key: str, term: str = "") -> str:
    """Where a word is explained."""
    return f"/parcours/{course_key}/mots" + (f"#{anchor(term)}" if term else "")


class Reading:
    """One reading of a folder, with the problems found on the way."""

    def __init__(self, types: Mapping[str, ActivityType], files: Mapping[str, bytes]) -> None:
        self.types, self.files = types, files
        self.problems: list[str] = []
        self.used: set[str] = set()
        self.course_key = ""
        self.values: tuple[ValueEntry, ...] = ()
        self.glossary: tuple[GlossaryEntry, ...] = ()

    def draft(self) -> Draft:
        """Everything, or `ContentRefused`."""
        head = self._head("course.yaml", CourseHead)
        self.course_key = head.key if head else "aaaaaaaaaa"
        self.values = self._entries("values.yaml", ValueEntry, "name")
        self.glossary = self._entries("glossary.yaml", GlossaryEntry, "term")
        modules = tuple(found for slug in (head.modules if head else ()) if (found := self._module(slug)) is not None)
        self._left_over(head.modules if head else None)
        if head is None or self.problems:
            raise ContentRefused(self.problems)
        kept = {name: source for name, source in self.files.items() if "/files/" in name}
        draft = Draft(head=head, modules=modules, values=self.values, glossary=self.glossary, files=kept)
        problems = _whole_problems(draft)
        if problems:
            raise ContentRefused(problems)
        return draft

    def say(self, name: str, *sentences: str) -> None:
        """Add problems of a file."""
        self.problems += [f"{name} : {sentence}" for sentence in sentences]

    def _yaml(self, name: str) -> Any:
        self.used.add(name)
        if name not in self.files:
            self.say(name, "ce fichier manque")
            return None
        try:
            return read_yaml(self.files[name])
        except Unreadable as wrong:
            self.say(name, str(wrong))
            return None

    def _head[Head: msgspec.Struct](self, name: str, kind: type[Head]) -> Head | None:
        return None

    def _left_over(self, modules: tuple[str, ...] | None) -> None:
        pass
