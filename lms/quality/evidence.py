"""What this feature adds to a bundle, for each person: attestation, follow-up of remote activities, figures as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lms.contract.types import EvidenceFile, EvidenceProvider
from lms.kernel.context import Context
from lms.quality.attestation import attestation_words
from lms.quality.documents import pdf
from lms.quality.dossiers import dossier
from lms.quality.indicators import answered_by
from lms.quality.remote_report import remote_report_words
from lms.quality.results import results_json


def attestations(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """The attestation of each person (R6313-3)."""
    for enrolment_id in enrolment_ids:
        found = dossier(ctx, enrolment_id)
        document = pdf("attestation.typ", found, attestation_words(found), results_json(found))
        yield EvidenceFile("attestation.pdf", [document])


def follow_ups(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """The follow-up of remote activities of each person (D6313-3-1)."""
    for enrolment_id in enrolment_ids:
        found = dossier(ctx, enrolment_id)
        document = pdf("follow-up.typ", found, remote_report_words(found), results_json(found))
        yield EvidenceFile("suivi-a-distance.pdf", [document])


def results(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[EvidenceFile]:
    """The figures of each person, with the statements under them."""
    for enrolment_id in enrolment_ids:
        yield EvidenceFile("resultats.json", [results_json(dossier(ctx, enrolment_id))])


PROVIDERS = (
    EvidenceProvider(
        "quality.attestation", "Attestation de formation", answered_by("quality.attestation"), attestations
    ),
    EvidenceProvider(
        "quality.follow_up", "Suivi des activités à distance", answered_by("quality.follow_up"), follow_ups
    ),
    EvidenceProvider("quality.results", "Résultats et acquis de chacun", answered_by("quality.results"), results),
)
