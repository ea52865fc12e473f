"""Everything that evidence adds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from lms.contract.hooks import hookimpl
from lms.contract.results import ResultKind
from lms.contract.types import (
    EvidenceProvider,
    JobKind,
    NavigationEntry,
    Panel,
    PersonalData,
    Preference,
    Right,
)
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.quality.cli import evidence
from lms.quality.dossiers import QUIET_DAYS
from lms.quality.evidence import PROVIDERS
from lms.quality.operations import EXPORT_JOB, forget_bundle_files, forget_maker
from lms.quality.permissions import READ, READ_RESULTS, RIGHTS
from lms.quality.queries import bundles_about
from lms.quality.rates import KINDS
from lms.quality.tasks import export_cohort
from lms.quality.views import cohort_panel
from lms.quality.views_results import bp as results
from lms.quality.views_skills import bp, skills_panel


@hookimpl
def permissions() -> tuple[Right, ...]:
    """Rights on bundles of evidence."""
    return RIGHTS


@hookimpl
def blueprints() -> tuple[Blueprint, ...]:
    """Prepare, fetch, verify."""
    return (bp, results)


@hookimpl
def navigation() -> tuple[NavigationEntry, ...]:
    """The bundles and the results, for who may read them."""
    return (
        NavigationEntry(mark("Preuves"), "quality.all_bundles", "shield", 80, READ, "staff"),
        NavigationEntry(mark("Résultats"), "results.results", "chart", 75, READ_RESULTS, "staff"),
    )


@hookimpl
def panels() -> tuple[Panel, ...]:
    """On a group's page, the way to its proofs; on one's own skills, to one's attestation."""
    return (Panel("cohort", 90, cohort_panel), Panel("skills", 10, skills_panel))


@hookimpl
def cli() -> tuple[Any, ...]:
    """`lms evidence`."""
    return (evidence,)


@hookimpl
def job_kinds() -> tuple[JobKind, ...]:
    """The export, when it is asked for in a browser."""
    return (JobKind(EXPORT_JOB, mark("Préparation du dossier de preuves"), export_cohort),)


@hookimpl
def evidence_providers() -> tuple[EvidenceProvider, ...]:
    """Attestation, follow-up of remote activities, figures."""
    return PROVIDERS


@hookimpl
def result_kinds() -> tuple[ResultKind, ...]:
    """Entries, completion, acquisition, stops."""
    return KINDS


@hookimpl
def preferences() -> tuple[Preference, ...]:
    """After how many days without activity someone's follow-up says "à relancer"."""
    return (
        Preference(
            QUIET_DAYS,
            mark("Jours sans activité à distance avant « à relancer »"),
            "21",
            ("7", "10", "14", "21", "28", "35", "42", "60"),
        ),
    )


@hookimpl
def personal_data(ctx: Context, membership_id: int) -> PersonalData:
    """The bundles that someone made, and those of the groups that they were in when they were made."""
    return PersonalData(mark("Dossiers de preuves"), bundles_about(ctx, membership_id))


@hookimpl
def erase_personal_data(ctx: Context, membership_id: int, classes: frozenset[str]) -> None:
    """Whose act an export was goes with the trail; a sealed bundle stays whole until the term of the evidence in it."""
    if "evidence" in classes:
        forget_bundle_files(ctx, membership_id=membership_id)
    if "trail" in classes:
        forget_maker(ctx, membership_id=membership_id)
