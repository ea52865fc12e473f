"""The PDFs carry tags, language and metadata, as another program reads them back. veraPDF has not validated them."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from lms.quality.attestation import attestation_words
from lms.quality.data import Acquired, CourseSheet, CriterionMet, Dossier, FollowUp, Line
from lms.quality.documents import pdf
from lms.quality.objectives import objective_results
from lms.quality.remote_report import remote_report_words
from lms.quality.results import results_json
from tests.factories.media import photo

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Words = Callable[[Dossier], dict[str, Any]]
DOCUMENTS: list[tuple[str, Words]] = [("attestation.typ", attestation_words), ("follow-up.typ", remote_report_words)]


def line(key: str, modality: str = "asynchronous", **values: Any) -> Any:
    base = {
        "title": f"Activité {key}", "module": "Mon projet", "type": "lesson", "is_optional": False, "minutes": 20,
        "objectives": ("Savoir",), "status": "done", "first_at": AT, "last_at": AT, "done_at": AT,
    }  # fmt: skip
    return Line(key=key, modality=modality, **{**base, **values})


def dossier(**values: Any) -> Any:
    criterion = CriterionMet(
        "PP1.1", "Nomme", is_met=True, met_at=AT, statements=("s",), validated_by=("Luc",), activities=("a",)
    )
    base = {
        "organisation": {
            "name": "Association Essai", "siret": "123", "nda": "11", "address": "Bobigny", "representative": "Fatou",
            "contact": "", "qualiopi_certificate": "",
        },
        "zone": "Europe/Paris", "at": AT, "name": "Aïssatou Diallo", "pseudonym": "u", "registration": "r",
        "cohort_code": "PP", "cohort_name": "Automne",
        "course": CourseSheet("Entreprendre", 1, ("Savoir",), (("Mon projet", ("Oser",)),), "essai"),
        "entered_at": AT, "ended_at": None, "end_reason": "",
        "lines": (line("a", seconds=None), line("b", seconds=600.0, best=0.8, attempts=2), line("c", "face_to_face", validated_by=("Luc",))),
        "acquired": (Acquired("PP1", "Oser", "Posture", "acquired", AT, 1, (criterion,), 1),),
        "follow_up": FollowUp("suivi effectif", "Tout est fait.", 1), "progress_rule": 1, "statements": 3, "voided": 1,
    }  # fmt: skip
    return Dossier(**{**base, **values})


def document(template: str, words: Words, found: Dossier) -> Any:
    return pdf(template, found, words(found), results_json(found))


def tags(root: Any) -> Any:
    counted = Counter()

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            counted[str(node.get("/S", ""))] += 1
            walk(node.get("/K", pikepdf.Array()))

    walk(root.StructTreeRoot.K)
    return counted


@pytest.mark.parametrize(("template", "words"), DOCUMENTS)
def test_tags_language_and_metadata_are_there(template: str, words: Words) -> None:
    with pikepdf.open(io.BytesIO(document(template, words, dossier()))) as opened:
        root = opened.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "fr-FR"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        found = tags(root)
        assert found["/H1"] == 1
        assert found["/Table"] >= 1
        assert found["/TH"] >= 4
        assert found["/TD"] >= 4
        xmp = opened.open_metadata()
        assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
        assert xmp["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert xmp["dc:title"] == words(dossier())["title"]
        assert str(opened.docinfo["/CreationDate"]) == "D:20261123090000Z"


@pytest.mark.parametrize(("template", "words"), DOCUMENTS)
def test_the_figures_travel_inside_the_document(template: str, words: Words) -> None:
    found = dossier()
    with pikepdf.open(io.BytesIO(document(template, words, found))) as opened:
        attached = opened.attachments["resultats.json"].get_file().read_bytes()
    assert attached == results_json(found)


@pytest.mark.parametrize(("template", "words"), DOCUMENTS)
def test_the_same_dossier_gives_the_same_bytes(template: str, words: Words) -> None:
    assert document(template, words, dossier()) == document(template, words, dossier())


@pytest.mark.parametrize(("template", "words"), DOCUMENTS)
@pytest.mark.parametrize(
    "name", ["#panic()", '*a* _b_ $x$ @c <d> [e] \\ " #e', "مريم حداد", "王小明", "😀", "a\u0001b", "//"]
)
def test_a_name_is_never_code_and_never_stops_a_document(template: str, words: Words, name: str) -> None:
    assert document(template, words, dossier(name=name)).startswith(b"%PDF-")


def test_a_time_that_nothing_proves_is_said_unknown() -> None:
    rows = remote_report_words(dossier())["modules"][0]["rows"]
    assert rows[0][6] == "inconnu"
    assert rows[1][6] == "10 min"
    assert json.loads(results_json(dossier()))["activities"][0]["active_seconds"] is None


def test_a_meeting_counts_when_its_presence_is_validated_and_as_planned_hours_only() -> None:
    words = attestation_words(dossier())
    assert words["sessions"] == [["Activité c", "en présence", "20 min", "23/11/2026", "Luc"]]
    unseen = line("c", "face_to_face", status="", done_at=None, first_at=None, last_at=None)
    assert attestation_words(dossier(lines=(unseen,)))["sessions"] == []


def test_the_title_says_whether_the_course_is_over() -> None:
    assert attestation_words(dossier())["title"] == "Attestation de suivi de formation"
    assert attestation_words(dossier(ended_at=AT))["title"] == "Attestation de fin de formation"


def test_no_document_ever_says_conforme() -> None:
    for _template, words in DOCUMENTS:
        assert "conforme" not in json.dumps(words(dossier()), ensure_ascii=False).lower()


def test_an_objective_is_carried_by_what_states_it_else_by_the_whole_module() -> None:
    results = {(one.level, one.text): one for one in objective_results(dossier())}
    assert len(results["parcours", "Savoir"].activities) == 3
    assert len(results["module", "Oser"].activities) == 3
    assert results["parcours", "Savoir"].mean == 0.8
    assert [one.code for one in results["module", "Oser"].met] == ["PP1.1"]


def _pictures(one: Dossier) -> int:
    made = pdf("attestation.typ", one, attestation_words(one), results_json(one))
    with pikepdf.open(io.BytesIO(made)) as document:
        return sum(len(page.get_images()) for page in document.pages)


def test_a_logo_stands_on_the_attestation_and_changes_nothing_else() -> None:
    plain, pictured = dossier(), dossier(logo=photo("WEBP", size=(300, 120)))
    assert [_pictures(one) for one in (plain, pictured)] == [0, 1]
    assert results_json(pictured) == results_json(plain), "the figures carry no picture"
