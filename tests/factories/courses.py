"""A small published course with every type of activity, a cohort, an enrolment.

course = make_course(ctx)                     # ctx: someone who writes, or the system (`platform.writing(organisation)`)
cohort = make_cohort(ctx, course)
enrolment = enrol(ctx, cohort, membership_id=world.members["learner"])
course.keys["quiz"]                           # names of activities and pools, below, → their keys
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.contract.types import Surroundings
from lms.courses.api import CohortInfo, EnrolmentInfo, enrolments_by_id
from lms.courses.models import (
    PUBLISHED,
    ActivityRow,
    Cohort,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentChange,
    ModuleRow,
    NamedValue,
)
from lms.kernel.context import Context
from lms.kernel.database import new_key
from lms.kernel.text import render_markdown

LESSON = """## Combien me coûte une robe ?

Vous vendez une robe 35 €. Est-ce que vous gagnez 35 € ? **Non.**

!!! faire "À vous"
    Comptez vos [charges](glossaire:charges).
"""

QUESTIONS: dict[str, dict[str, Any]] = {
    "single": {
        "type": "single",
        "prompt": "Un client dit « c'est cher ». Que faites-vous ?",
        "choices": [
            {"key": "@wrong", "text": "Je baisse mon prix.", "feedback": "RETOUR-FAUX : demandez d'abord."},
            {
                "key": "@right",
                "text": "Je demande ce qu'il compare.",
                "correct": True,
                "feedback": "RETOUR-JUSTE : oui.",
            },
        ],
    },
    "multiple": {
        "type": "multiple",
        "prompt": "Que faut-il compter ?",
        "choices": [
            {"key": "@tissu", "text": "Le tissu", "correct": True, "feedback": "RETOUR-TISSU"},
            {"key": "@bus", "text": "Le bus", "correct": True, "feedback": "RETOUR-BUS"},
            {"key": "@temps", "text": "Le beau temps", "feedback": "RETOUR-TEMPS"},
        ],
    },
    "true_false": {
        "type": "true_false",
        "prompt": "Vendre 35 €, c'est gagner 35 €.",
        "answer": False,
        "if_true": "RETOUR-VRAI : non.",
        "if_false": "RETOUR-NON : oui, il reste moins.",
    },
    "number": {
        "type": "number",
        "prompt": "Combien par heure ?",
        "answer": 3.25,
        "tolerance": 0.01,
        "unit": "€",
        "feedback": "RETOUR-NOMBRE : 13 € en 4 heures.",
        "mistakes": [{"answer": 8.75, "feedback": "RETOUR-OUBLI : vous avez oublié le tissu."}],
    },
    "short": {
        "type": "short",
        "prompt": "Comment s'appelle ce qui reste ?",
        "accept": ["le bénéfice", "bénéfice"],
        "mistakes": [{"accept": ["chiffre d'affaires"], "feedback": "RETOUR-CA : c'est avant d'enlever."}],
        "feedback": "RETOUR-MOT : le bénéfice.",
    },
    "matching": {
        "type": "matching",
        "prompt": "Reliez.",
        "pairs": [
            {"key": "@p1", "left": "Tissu", "right": "Achat", "feedback": "RETOUR-ACHAT"},
            {"key": "@p2", "left": "Bus", "right": "Transport", "feedback": "RETOUR-TRANSPORT"},
            {"key": "@p3", "left": "Stand", "right": "Loyer", "feedback": "RETOUR-LOYER"},
        ],
        "distractors": [{"key": "@d1", "text": "Cadeau"}],
    },
    "ordering": {
        "type": "ordering",
        "prompt": "Dans quel ordre ?",
        "items": [
            {"key": "@i1", "text": "Je compte"},
            {"key": "@i2", "text": "Je fixe le prix"},
            {"key": "@i3", "text": "Je vends"},
        ],
        "feedback": "RETOUR-ORDRE : compter d'abord.",
    },
}
"""One question of each type; the texts in capitals stand only in what tells the answer."""


def right_answers(course: MadeCourse, names: Any = tuple(QUESTIONS)) -> dict[str, str]:
    """What a person types who knows: name of the question → value, for the types whose value needs no draw."""
    keys = course.keys
    values = {"single": keys["right"], "true_false": "false", "number": "3,25", "short": "Bénéfice"}
    return {keys[f"q_{name}"]: value for name, value in values.items() if name in names}


def sample_modules() -> list[dict[str, Any]]:
    """Two modules with every type of activity. `@name` stands for a key; `name` is how tests find it."""
    graded = [{"key": f"@q_{kind}", **QUESTIONS[kind]} for kind in QUESTIONS]
    drawn = [
        {
            "key": f"@d_{number}",
            "type": "true_false",
            "prompt": f"Phrase {number} : c'est vrai.",
            "answer": True,
            "if_true": "RETOUR-OUI",
            "if_false": "RETOUR-PAS-ENCORE",
        }
        for number in range(8)
    ]
    practice = {
        "key": "@practice_pool",
        "title": "Pour s'échauffer",
        "use": "practice",
        "questions": [
            {
                "key": "@q_practice",
                "type": "true_false",
                "prompt": "Un essai.",
                "answer": True,
                "if_true": "Oui, un essai.",
                "if_false": "Si, un essai.",
            }
        ],
    }
    return [
        {
            "key": "@module",
            "title": "Mon projet et moi",
            "summary": "D'où je pars.",
            "block": "PP",
            "activities": [
                {"key": "@lesson", "type": "lesson", "title": "Combien me coûte une robe ?", "minutes": 12, "due_days": 14, "body": {"text": LESSON}},
                {
                    "key": "@quiz",
                    "type": "quiz",
                    "title": "Je vérifie : le prix",
                    "minutes": 10,
                    "body": {
                        "pass": 0.6,
                        "pools": [{"key": "@graded_pool", "title": "Compter", "use": "graded", "questions": graded}, practice],
                    },
                },
                {
                    "key": "@session",
                    "type": "session",
                    "title": "Atelier : mon prix",
                    "modality": "face_to_face",
                    "minutes": 90,
                    "body": {"programme": [{"minutes": 90, "text": "On fixe un prix ensemble."}], "bring": ["Une calculette."]},
                },
            ],
        },
        {
            "key": "@module_2",
            "title": "L'argent de mon activité",
            "summary": "Ce qui entre, ce qui sort.",
            "block": "AR",
            "activities": [
                {
                    "key": "@limited_quiz",
                    "type": "quiz",
                    "title": "Je vérifie en deux essais",
                    "minutes": 5,
                    "body": {
                        "attempts": 2,
                        "pass": 0.5,
                        "pools": [{"key": "@drawn_pool", "title": "Vrai ou faux", "use": "graded", "draw": 3, "questions": drawn}],
                    },
                },
                {"key": "@resource", "type": "resource", "title": "Une page à ouvrir", "minutes": 5, "optional": True, "body": {"text": "Lisez.", "link": "https://exemple.invalid/page"}},
                {"key": "@dated_lesson", "type": "lesson", "title": "La semaine d'après", "minutes": 5, "opens": {"days": 10}, "body": {"text": "Bientôt."}},
                {"key": "@after_lesson", "type": "lesson", "title": "Après avoir vérifié", "minutes": 5, "opens": {"after": "@quiz", "minimum": 0.6}, "body": {"text": "Bravo."}},
                {"key": "@trainer_lesson", "type": "lesson", "title": "Quand on vous le dit", "minutes": 5, "opens": {"by": "trainer"}, "body": {"text": "Voilà."}},
            ],
        },
    ]  # fmt: skip


SAMPLE_COVERAGE = (
    {"criterion": "PP1.1", "activity": "@session"},
    {"criterion": "PP1.2", "activity": "@graded_pool", "minimum": 0.6},
)
GLOSSARY = ({"term": "charges", "definition": "Ce que vous payez pour que l'activité tourne.", "example": "Le loyer."},)


@dataclass(frozen=True)
class MadeCourse:
    """A published course: `keys` goes from the names in `sample_modules` to keys."""

    id: int
    key: str
    version_id: int
    keys: Mapping[str, str]


def make_course(
    ctx: Context,
    *,
    slug: str = "essai",
    title: str = "Entreprendre, à l'essai",
    modules: list[dict[str, Any]] | None = None,
    framework: str = "",
    coverage: Any = SAMPLE_COVERAGE,
    weeks: int = 8,
    keys: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> MadeCourse:
    """A course in one published version. `keys` fixes the keys of some names; other names get random ones.

    `values`: named values, name → text, that nobody has confirmed.
    """
    known = dict(keys or {})
    course_key = known.setdefault("course", new_key())
    content = _with_keys(sample_modules() if modules is None else modules, known)
    course = Course(organisation_id=ctx.here.id, key=course_key, slug=slug)
    ctx.session.add(course)
    ctx.session.flush()
    version = CourseVersion(
        organisation_id=ctx.here.id,
        course_id=course.id,
        number=1,
        state=PUBLISHED,
        published_at=ctx.now,
        title=title,
        language="fr",
        framework=framework,
        head={"slug": slug, "summary": "Deux mois pour passer de l'envie au projet.", "weeks": weeks},
        coverage=_with_keys([dict(one) for one in coverage], known),
        glossary=[dict(one) for one in GLOSSARY],
    )
    ctx.session.add(version)
    ctx.session.flush()
    for position, module in enumerate(content):
        _add_module(ctx, version.id, position, module)
    for position, (name, text) in enumerate((values or {}).items()):
        ctx.session.add(NamedValue(version_id=version.id, position=position, name=name, label=name, text=text))
    ctx.session.flush()
    return MadeCourse(course.id, course_key, version.id, known)


def make_cohort(
    ctx: Context, course: MadeCourse, *, code: str = "ESSAI-1", name: str = "Groupe d'essai", place: str = ""
) -> CohortInfo:
    """An open-ended group of a course."""
    row = Cohort(
        organisation_id=ctx.here.id, code=code, name=name, course_id=course.id, place=place, created_at=ctx.now
    )
    ctx.session.add(row)
    ctx.session.flush()
    return CohortInfo(id=row.id, key=row.key, code=row.code, name=row.name, course_id=row.course_id)


def enrol(
    ctx: Context,
    cohort: CohortInfo,
    *,
    membership_id: int,
    version_id: int | None = None,
    entered_at: datetime | None = None,
) -> EnrolmentInfo:
    """Enrol someone in the newest published version of the cohort's course."""
    if version_id is None:
        found = ctx.session.query(CourseVersion.id).filter_by(course_id=cohort.course_id, state=PUBLISHED)
        version_id = max(row.id for row in found)
    row = Enrolment(
        organisation_id=ctx.here.id,
        membership_id=membership_id,
        cohort_id=cohort.id,
        course_id=cohort.course_id,
        version_id=version_id,
        entered_at=entered_at or ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.session.add(
        EnrolmentChange(
            organisation_id=ctx.here.id, enrolment_id=row.id, kind="entered", at=ctx.now, by_id=None, detail={}
        )
    )
    ctx.session.flush()
    ctx.registry.enrolment_moved(ctx, [row.id])
    return enrolments_by_id(ctx, [row.id])[row.id]


def _add_module(ctx: Context, version_id: int, position: int, module: dict[str, Any]) -> None:
    row = ModuleRow(
        organisation_id=ctx.here.id,
        version_id=version_id,
        key=module["key"],
        slug=f"module-{position + 1}",
        position=position,
        title=module["title"],
        head={name: module[name] for name in ("summary", "block", "objectives") if name in module},
    )
    ctx.session.add(row)
    ctx.session.flush()
    for number, activity in enumerate(module["activities"]):
        kind = ctx.registry.activity_types[activity["type"]]
        body = kind.canonical(activity["body"])
        ctx.session.add(
            ActivityRow(
                organisation_id=ctx.here.id,
                version_id=version_id,
                module_id=row.id,
                key=activity["key"],
                slug=f"{number + 1:02}-{activity['type']}",
                position=number,
                type=activity["type"],
                title=activity["title"],
                modality=activity.get("modality", "asynchronous"),
                minutes=activity.get("minutes", 10),
                optional=activity.get("optional", False),
                due_days=activity.get("due_days"),
                opens=activity.get("opens"),
                objectives=activity.get("objectives", []),
                body=body,
                compiled=kind.compile(body, plain_surroundings()),
            )
        )


class _AnyName(frozenset[str]):
    """Every named value is known."""

    def __contains__(self, name: object) -> bool:
        return True


def plain_surroundings() -> Surroundings:
    """Markdown with any glossary word, any named value and no file."""

    def render(text: str) -> str:
        return render_markdown(text, glossary=lambda word: f"#mot-{word}", values=_AnyName())

    return Surroundings(render=render)


def _with_keys(content: Any, known: dict[str, str]) -> Any:
    """Each `@name` becomes a key, the same one everywhere."""
    if isinstance(content, dict):
        return {name: _with_keys(value, known) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_with_keys(one, known) for one in content]
    if isinstance(content, str) and re.fullmatch(r"@\w+", content):
        return known.setdefault(content[1:], new_key())
    return content
