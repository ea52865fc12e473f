"""A small framework, and a course that covers it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from lms.accounts.api import actor_of
from lms.competences.documents import document
from lms.competences.operations import publish_framework
from lms.contract.types import Source
from lms.courses.api import EnrolmentInfo, activity_iri, structure
from lms.courses.publishing import as_published
from lms.kernel.context import Context
from lms.xapi.api import COMPLETED, FAILED, PASSED, Said, record
from tests.factories.courses import MadeCourse, make_course

FRAMEWORK = """code: essai
title: Entreprendre, le référentiel d'essai
version: '1'
language: fr
licence: CC-BY-SA-4.0
source: Écrit pour les essais.
blocks:
- code: PP
  title: Posture et projet
  short: Mon projet et moi
  competences:
  - code: PP1
    title: Identifier ses ressources
    plain: Je sais dire ce que je sais faire.
    rule: all
    criteria:
    - code: PP1.1
      title: Nomme trois savoir-faire
      plain: Je nomme 3 choses que je sais faire.
    - code: PP1.2
      title: Relie un moment de sa vie à un savoir-faire
      plain: Je vois ce que ma vie m'a appris.
  - code: PP2
    title: Dire pourquoi entreprendre
    plain: Je sais dire pourquoi je me lance.
    rule:
      at_least: 1
    valid_months: 12
    criteria:
    - code: PP2.1
      title: Distingue ses raisons
      plain: Je distingue mes raisons.
    - code: PP2.2
      title: Présente son idée
      plain: Je présente mon idée.
  - code: PP3
    title: Organiser son temps
    plain: Je compte mes heures.
    rule: all
    criteria:
    - code: PP3.1
      title: Compte le temps caché
      plain: Je compte le temps caché.
- code: AR
  title: Argent
  short: L'argent de mon activité
  competences:
  - code: AR1
    title: Fixer un prix
    plain: Je fixe mon prix.
    rule: all
    criteria:
    - code: AR1.1
      title: Calcule un prix
      plain: Je calcule un prix.
"""
COVERAGE = (
    {"criterion": "PP1.1", "activity": "@session"},
    {"criterion": "PP1.2", "activity": "@graded_pool", "minimum": 0.6},
    {"criterion": "PP2.1", "activity": "@limited_quiz", "minimum": 0.5},
    {"criterion": "PP2.2", "activity": "@quiz", "minimum": 0.8},
)


def covered_course(
    ctx: Context, *, text: str = FRAMEWORK, coverage: Any = COVERAGE, framework: str = "essai", **values: Any
) -> MadeCourse:
    """A published course whose version is pinned to the framework of a file."""
    publish_framework(ctx, document(text))
    course = make_course(ctx, framework=framework, coverage=coverage, **values)
    publish_hooks(ctx, course.version_id)
    return course


def publish_hooks(ctx: Context, version_id: int) -> None:
    """What publishing a version tells the plugins."""
    ctx.registry.course_published(ctx, as_published(structure(ctx, version_id)))


def scored(ctx: Context, enrolment: EnrolmentInfo, key: str, scaled: float, **values: Any) -> str:
    """The server says that someone got a score; returns the statement's id."""
    verb = PASSED if scaled >= 0.6 else FAILED
    return say_of(ctx, enrolment, key, **{"verb": verb, "source": Source.SERVER, "scaled": scaled, **values})


def validated(ctx: Context, enrolment: EnrolmentInfo, key: str, *, by: int, **values: Any) -> str:
    """Someone of the staff says that it is done; returns the statement's id."""
    return say_of(
        ctx,
        enrolment,
        key,
        **{"verb": COMPLETED, "source": Source.STAFF, "completion": True, "instructor": actor_of(ctx, by), **values},
    )


def say_of(ctx: Context, enrolment: EnrolmentInfo, key: str, *, at: datetime | None = None, **values: Any) -> str:
    """Record one statement about someone's activity."""
    name = str(uuid.uuid4())
    record(
        ctx,
        [
            Said(
                id=name,
                actor=actor_of(ctx, enrolment.membership_id),
                activity=activity_iri(ctx, key),
                activity_type="http://adlnet.gov/expapi/activities/assessment",
                activity_name="Essai",
                occurred_at=at or ctx.now,
                timestamp=at or ctx.now,
                registration=enrolment.uuid,
                **values,
            )
        ],
    )
    return name
