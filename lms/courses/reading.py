"""From a folder's bytes to a checked course. Pure: it reads no database, and reports all problems together."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from lms.courses.surroundings import file_address, surroundings
from lms.kernel.files import media_type_of
from lms.kernel.yaml_files import Unreadable, checked, plain, read_yaml

Head = TypeVar("Head", bound=msgspec.Struct)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BRACES = re.compile(r"\{[a-z0-9-]+\}|\[\[")
_NO_KEY, _MAKE_KEYS = "le champ « key » : ajoutez-le", "la clé : lancez « lms content format » sur ce dossier"


def read_course(types: Mapping[str, ActivityType], folder: Path) -> Draft:
    """The course in a folder, or `ContentRefused` with every problem as "file: sentence"."""
    return Reading(types, read_folder(folder)).draft()


class Reading:
    """One reading of a folder, with the problems found on the way."""

    def __init__(self, types: Mapping[str, ActivityType], files: Mapping[str, bytes]) -> None:
        self.types, self.files = types, files
        self.problems: list[str] = []
        self.used: set[str] = set()
        self.raw: dict[str, Any] = {}
        self.course_key = ""
        self.values: tuple[ValueEntry, ...] = ()
        self.glossary: tuple[GlossaryEntry, ...] = ()

    def draft(self) -> Draft:
        """Everything, or `ContentRefused`."""
        head = self._head("course.yaml", CourseHead)
        self.course_key = head.key if head else ""
        self.values = self._entries("values.yaml", ValueEntry, "name")
        self.glossary = self._entries("glossary.yaml", GlossaryEntry, "term")
        slugs = head.modules if head else self._named("course.yaml", "modules")
        modules = [self._module(slug) for slug in slugs]
        self._twice("course.yaml", "modules", slugs)
        self._left_over(slugs)
        if head is None or self.problems:
            raise ContentRefused(self.problems)
        draft = Draft(
            head=head,
            modules=tuple(module for module in modules if module is not None),
            values=self.values,
            glossary=self.glossary,
            files={name: source for name, source in self.files.items() if _is_shown(name)},
        )
        problems = whole_problems(draft)
        if problems:
            raise ContentRefused(problems)
        return draft

    def _say(self, name: str, *sentences: str) -> None:
        self.problems += [f"{name} : {sentence}" for sentence in sentences]

    def _twice(self, name: str, field: str, values: Sequence[str]) -> None:
        for value, times in Counter(values).items():
            if times > 1:
                self._say(name, f"{field} : « {value} » est là {times} fois : gardez-en un")

    def _yaml(self, name: str) -> Any:
        """What a file holds; `None` when it cannot be read, with its problem."""
        self.used.add(name)
        if name not in self.files:
            self._say(name, "ce fichier manque : ajoutez-le")
            return None
        try:
            return read_yaml(self.files[name])
        except Unreadable as wrong:
            self._say(name, str(wrong))
            return None

    def _checked(self, name: str, value: Any, kind: type[Head], place: str = "") -> Head | None:
        problems: list[str] = []
        found = checked(value, kind, problems, place=place)
        if found is not None and kind is not ValueEntry:
            problems += plain_problems(plain(found))
        self._say(name, *(problem.replace(_NO_KEY, _MAKE_KEYS) for problem in problems))
        return found

    def _head(self, name: str, kind: type[Head]) -> Head | None:
        before = len(self.problems)
        value = self.raw[name] = self._yaml(name)
        return self._checked(name, value, kind) if len(self.problems) == before else None

    def _entries(self, name: str, kind: type[Head], naming: str) -> tuple[Head, ...]:
        """The list in `values.yaml` or `glossary.yaml`; without the file, nothing."""
        if name not in self.files:
            return ()
        value = self._yaml(name)
        if not isinstance(value, list):
            if value is not None:
                self._say(name, "une liste est attendue : chaque élément commence par « - »")
            return ()
        found = [self._checked(name, one, kind, f"n° {number}") for number, one in enumerate(value, 1)]
        entries = tuple(one for one in found if one is not None)
        self._twice(name, naming, [str(getattr(one, naming)) for one in entries])
        return entries

    def _module(self, slug: str) -> DraftModule | None:
        head = self._head(f"{slug}/module.yaml", ModuleHead)
        names = head.activities if head else self._named(f"{slug}/module.yaml", "activities")
        self._twice(f"{slug}/module.yaml", "activities", names)
        around = self._surroundings(slug)
        activities = [self._activity(slug, name, around) for name in names]
        return DraftModule(slug, head, tuple(one for one in activities if one is not None)) if head else None

    def _named(self, name: str, field: str) -> tuple[str, ...]:
        """What a wrong file lists all the same: what stands below it is looked at too, so that all problems are said together."""
        value = self.raw.get(name)
        listed = value.get(field) if isinstance(value, dict) else None
        return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()

    def _activity(self, module: str, slug: str, around: Surroundings) -> DraftActivity | None:
        names = [f"{module}/{slug}{ending}" for ending in (".md", ".yaml")]
        present = [name for name in names if name in self.files]
        self.used.update(present)
        if len(present) != 1:
            self._say(f"{module}/module.yaml", f"activities : il faut un fichier {slug}.md ou {slug}.yaml, et un seul")
            return None
        name = present[0]
        try:
            fields = read_activity(name, self.files[name])
        except Unreadable as wrong:
            self._say(name, str(wrong))
            return None
        own = {field: fields[field] for field in ACTIVITY_FIELDS if field in fields}
        body = {field: value for field, value in fields.items() if field not in own}
        head = self._checked(name, own, ActivityHead)
        if head is not None:
            return self._typed(name, slug, head, body, around)
        kind = self.types.get(str(fields.get("type")))
        self._say(name, *(kind.problems(body, around) if kind else ()))
        return None

    def _typed(
        self, name: str, slug: str, head: ActivityHead, body: dict[str, Any], around: Surroundings
    ) -> DraftActivity | None:
        """Let the type look at its own fields."""
        kind = self.types.get(head.type)
        if kind is None:
            self._say(name, f"type : « {head.type} » n'existe pas (types connus : {', '.join(sorted(self.types))})")
            return None
        if not name.endswith(ending_of(head.type)):
            self._say(name, f"une activité de type « {head.type} » s'écrit dans un fichier {ending_of(head.type)}")
            return None
        problems = [*opens_problems(head), *kind.problems(body, around)]
        try:
            if not problems:
                canonical = kind.canonical(body)
                if canonical != kind.canonical(body):
                    problems = ["il manque des clés : lancez « lms content format » sur ce dossier"]
                else:
                    return DraftActivity(
                        slug, head, canonical, kind.compile(canonical, around), tuple(kind.parts(canonical))
                    )
        except ContentProblem as wrong:
            problems = [str(wrong)]
        self._say(name, *problems)
        return None

    def _surroundings(self, module: str) -> Surroundings:
        shown = {
            name.removeprefix(f"{module}/"): self._file(name)
            for name in self.files
            if name.startswith(f"{module}/files/") and _is_shown(name)
        }
        return surroundings(
            course_key=self.course_key,
            module=module,
            files=shown,
            terms=frozenset(entry.term for entry in self.glossary),
            values=frozenset(entry.name for entry in self.values),
        )

    def _file(self, name: str) -> ContentFile:
        source = self.files[name]
        last = name.rpartition("/")[2]
        address = file_address(self.course_key, hashlib.sha256(source).hexdigest(), last)
        return ContentFile(address, last, media_type_of(source[:512]), len(source))

    def _left_over(self, modules: Sequence[str]) -> None:
        """What no list names would be lost at the next export, so it is refused."""
        for name in self.files:
            folder, _, rest = name.partition("/")
            if name in self.used or (folder in modules and _is_shown(name)):
                continue
            if rest and folder not in modules:
                self._say(
                    name,
                    f"le dossier « {folder} » n'est pas dans « modules » de course.yaml : ajoutez-le ou enlevez-le",
                )
            elif "/files/" in name:
                self._say(
                    name, "un nom de fichier ne porte que des lettres sans accent, des chiffres, « . », « - » et « _ »"
                )
            else:
                self._say(name, "aucune liste ne nomme ce fichier : ajoutez-le à « activities », ou enlevez-le")


def opens_problems(head: ActivityHead) -> list[str]:
    """`opens` says one thing."""
    rule = head.opens
    if rule is None:
        return []
    said = [name for name in ("days", "after", "by") if getattr(rule, name) is not None]
    problems = [] if len(said) == 1 else ["opens : donnez « days », « after » ou « by », un seul"]
    if rule.minimum is not None and rule.after is None:
        problems.append("opens : « minimum » va avec « after »")
    return problems


def plain_problems(fields: Mapping[str, Any]) -> list[str]:
    """Titles, objectives and the like are shown as they stand: no named value in them."""
    texts = [
        (name, text)
        for name, value in fields.items()
        for text in (value if isinstance(value, list | tuple) else [value])
    ]
    return [
        f"{name} : une {{valeur}} ou des doubles crochets n'ont pas leur place ici : écrivez une phrase sans montant"
        for name, text in texts
        if isinstance(text, str) and _BRACES.search(text)
    ]


def whole_problems(draft: Draft) -> list[str]:
    """What only shows when the course is seen as a whole."""
    activities = list(draft.activities)
    parts = [key for activity in activities for key, _title in activity.parts]
    own = [
        draft.head.key,
        *(module.head.key for module in draft.modules),
        *(activity.head.key for activity in activities),
    ]
    inside = [key for activity in activities for key in keys_within(activity.body)]
    rules = {activity.head.key: plain(activity.head.opens) if activity.head.opens else None for activity in activities}
    coverage = [plain(entry) for entry in draft.head.coverage]
    found = [
        *key_problems([*own, *inside]),
        *coverage_problems(coverage, [*(activity.head.key for activity in activities), *parts]),
        *opening_problems(rules),
    ]
    return [f"course.yaml : {problem}" for problem in found]


def _is_shown(name: str) -> bool:
    """Whether it is `<module>/files/<name>`, with a name that fits in an address."""
    steps = name.split("/")
    return len(steps) == 3 and steps[1] == "files" and _FILE_NAME.fullmatch(steps[2]) is not None
