"""A cohort's bundle: what is in it, whom it tells of, and what it costs in memory."""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import json
import re
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts.models import Membership
from lms.contract.types import EvidenceFile, EvidenceProvider
from lms.courses.api import cohort_by_code
from lms.courses.models import Cohort, Enrolment
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.rights import Forbidden, NotFound
from lms.quality.archive import UnsafePath
from lms.quality.operations import start_export, write_bundle
from lms.quality.verification import verify_bundle
from lms.seal.api import links, seal_now
from lms.xapi.api import void
from lms.xapi.models import StatementRow
from tests.factories.quality import Followed, make_followed_cohort
from tests.factories.world import World

Acting = Callable[[str], Context]


def silent(_done: int, _total: int) -> None:
    """Nobody listens."""


def exported(platform: Platform, followed: Followed, organisation: int, report: Any = silent) -> Any:
    target = io.BytesIO()
    found = write_bundle(
        platform, organisation_id=organisation, cohort_id=followed.cohort.id, target=target, report=report
    )
    return found, target


def opened(target: io.BytesIO) -> Any:
    return zipfile.ZipFile(io.BytesIO(target.getvalue()))


def test_a_bundle_verifies_and_its_hash_is_that_of_its_manifest(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    found, target = exported(platform, followed, world.organisation)
    verdict = verify_bundle(target, manifest_hash=found.manifest_sha256)
    assert verdict.is_intact
    with opened(target) as bundle:
        assert hashlib.sha256(bundle.read("manifest.json")).hexdigest() == found.manifest_sha256
        manifest = json.loads(bundle.read("manifest.json"))
        names = bundle.namelist()
        sums = bundle.read("SHA256SUMS").decode().splitlines()
    assert manifest["counts"]["people"] == 3
    assert manifest["counts"]["files"] == len(manifest["files"]) == found.totals.files == len(names) - 1
    assert {line.split("  ")[1] for line in sums} == set(names) - {"manifest.json", "SHA256SUMS"}
    assert found.length == len(target.getvalue())


def test_everyone_has_the_same_files_in_the_order_of_names(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        names = bundle.namelist()
    people = ["01-ben-salem-nour", "02-diallo-aissatou", "03-lefevre-oeuvrard-eloise"]
    expected = [
        path
        for person in people
        for path in (
            *(f"personnes/{person}/{file}" for file in ("attestation.pdf", "suivi-a-distance.pdf", "resultats.json")),
            f"traces/{person[:2]}.jsonl",
            f"sceau/{person[:2]}.jsonl",
        )
    ]
    assert names[:15] == expected


def test_the_same_moment_gives_the_same_bytes(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    assert (
        exported(platform, followed, world.organisation)[1].getvalue()
        == exported(platform, followed, world.organisation)[1].getvalue()
    )


def test_statements_are_those_of_the_ledger_verbatim(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    found, target = exported(platform, followed, world.organisation)
    with platform.reading(world.organisation) as ctx:
        raw = {
            row.raw for row in ctx.session.scalars(select(StatementRow).where(StatementRow.registration.is_not(None)))
        }
    with opened(target) as bundle:
        lines = [line for n in (1, 2, 3) for line in bundle.read(f"traces/0{n}.jsonl").decode().splitlines()]
    assert set(lines) == raw
    assert len(lines) == found.totals.statements == len(raw) > 20


def test_each_trace_is_proved_by_the_seal_and_a_mail_vouches_for_it(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    seal_now(platform, world.organisation)
    with platform.reading(world.organisation) as ctx:
        by_mail = links(ctx)[-1].root.hex()
    found, target = exported(platform, followed, world.organisation)
    verdict = verify_bundle(target, root=by_mail.upper())
    assert verdict.is_intact
    assert verdict.seal is not None
    assert (verdict.seal.proved, verdict.seal.unsealed) == (found.totals.statements, 0)
    assert verdict.seal.after_root == 0
    assert verify_bundle(target, root="0" * 64).problems == ("other_root",)


@pytest.mark.parametrize("attack", ["traces", "removed", "proof", "chain", "no_proofs"])
def test_a_bundle_that_was_made_again_with_other_traces_does_not_agree_with_the_seal(
    engine_name: str, platform: Platform, world: World, followed: Followed, attack: str
) -> None:
    """The forger writes the manifest again: only the seal tells."""
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        kept = {name: bundle.read(name) for name in bundle.namelist()}
    lines = kept["traces/01.jsonl"].splitlines(keepends=True)
    if attack == "traces":
        kept["traces/01.jsonl"] = kept["traces/01.jsonl"].replace(b'"scaled":0.8', b'"scaled":0.9')
    elif attack == "removed":
        kept["traces/01.jsonl"] = b"".join(lines[1:])
    elif attack == "proof":
        kept["sceau/01.jsonl"] = kept["sceau/01.jsonl"].replace(b'"index":', b'"index":1')
    elif attack == "chain":
        kept["sceau/chaine.json"] = kept["sceau/chaine.json"].replace(b'"count": ', b'"count": 1')
    else:
        del kept["sceau/01.jsonl"]
    manifest = json.loads(kept.pop("manifest.json"))
    manifest["files"] = [
        {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in kept.items()
    ]
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as out:
        for name, data in {**kept, "manifest.json": json.dumps(manifest).encode()}.items():
            out.writestr(name, data)
    problems = verify_bundle(forged).problems
    assert problems == (("seal",) if attack == "chain" else ("unsealed_bytes",))


def test_figures_say_what_is_known_and_nothing_more(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        results = json.loads(bundle.read("personnes/01-ben-salem-nour/resultats.json"))
        nothing = json.loads(bundle.read("personnes/02-diallo-aissatou/resultats.json"))
    by_title = {one["title"]: one for one in results["activities"]}
    assert by_title["Ce que ma vie m'a déjà appris"]["active_seconds"] is None
    assert by_title["Ce que ma vie m'a déjà appris"]["status"] == "done"
    assert by_title["On fait connaissance"]["validated_by"] == ["Trainer Essai"]
    assert by_title["Je vérifie\u00a0: mes forces"]["best"] == 0.8
    assert all(one["status"] is None and one["statements"] == [] for one in nothing["activities"])
    assert nothing["remote_follow_up"]["word"] == "non démarré"
    assert {one["state"] for one in results["competences"]} >= {"acquired", "not_yet"}


def test_results_per_objective_stand_in_a_table(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        rows = list(
            csv.DictReader(io.StringIO(bundle.read("resultats-par-objectif.csv").decode("utf-8-sig")), delimiter=";")
        )
    mine = [row for row in rows if row["numero"] == "1" and row["niveau"] == "activité"]
    assert {row["personne"] for row in rows} == {"Nour Ben Salem", "Aïssatou Diallo", "Éloïse Lefèvre-Œuvrard"}
    found = next(row for row in mine if row["objectif"] == "Reconnaître une preuve solide.")
    assert (found["activites_faites"], found["resultat_moyen"]) == ("1", "0,80")


def test_a_voided_statement_is_listed_and_counts_for_nothing(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    with platform.writing(world.organisation, world.members["trainer"]) as ctx:
        attended = select(StatementRow.statement_id).where(StatementRow.verb.endswith("attended"))
        name = ctx.session.scalars(attended.order_by(StatementRow.id).limit(1)).one()
        void(ctx, [name])
    found, target = exported(platform, followed, world.organisation)
    assert found.totals.voided == 1
    with opened(target) as bundle:
        assert name in bundle.read("traces/annulees.csv").decode()
        assert name in "".join(bundle.read(f"traces/0{n}.jsonl").decode() for n in (1, 2, 3))
        assert name not in "".join(
            bundle.read(f"personnes/{p}/resultats.json").decode()
            for p in ("01-ben-salem-nour", "03-lefevre-oeuvrard-eloise")
        )


def test_the_index_opens_offline_without_scripts(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        page = bundle.read("index.html").decode()
        names = set(bundle.namelist())
    assert not re.search(r"<script|\son[a-z]+=|https?://|url\(", page)
    links = set(re.findall(r'href="([^"#]+)"', page))
    assert links <= names
    assert {name for name in names if name.endswith(".pdf")} <= links
    assert "Indicateur 19" in page
    assert "vérifie l&#39;effectivité de leur suivi" in page
    assert "conforme" not in page.lower()
    assert "veraPDF" in page


def test_a_name_in_the_index_is_text(engine_name: str, platform: Platform, world: World) -> None:
    followed = make_followed_cohort(platform, world, people=1)
    with platform.writing(world.organisation) as ctx:
        membership = ctx.session.get_one(Membership, followed.enrolments[0].membership_id)
        membership.family_name = "<script>alert(1)</script>"
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        assert "<script" not in bundle.read("index.html").decode()


def test_a_formula_in_a_name_stays_text_in_a_spreadsheet(engine_name: str, platform: Platform, world: World) -> None:
    followed = make_followed_cohort(platform, world, people=1)
    with platform.writing(world.organisation) as ctx:
        ctx.session.get_one(Membership, followed.enrolments[0].membership_id).given_name = "=HYPERLINK(1)"
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        assert ";'=HYPERLINK(1)" in bundle.read("personnes.csv").decode()


def test_an_empty_cohort_makes_an_empty_bundle(engine_name: str, platform: Platform, world: World) -> None:
    followed = make_followed_cohort(platform, world, people=1)
    with platform.writing(world.organisation, world.members["manager"]) as ctx:
        row = Cohort(
            organisation_id=world.organisation,
            code="VIDE",
            name="Vide",
            course_id=followed.cohort.course_id,
            created_at=ctx.now,
        )
        ctx.session.add(row)
        ctx.session.flush()
        empty = replace(followed, cohort=cohort_by_code(ctx, "VIDE"))
    found, target = exported(platform, empty, world.organisation)
    assert found.totals.people == 0
    assert verify_bundle(target).is_intact


def test_another_organisation_s_cohort_does_not_exist(
    engine_name: str, platform: Platform, world: World, followed: Followed
) -> None:
    with pytest.raises(NotFound):
        exported(platform, followed, world.other_organisation)


def test_only_leaders_and_auditors_export(engine_name: str, acting: Acting, followed: Followed) -> None:
    for who, may in (
        ("manager", True),
        ("auditor", True),
        ("administrator", True),
        ("trainer", False),
        ("coach", False),
        ("learner", False),
    ):
        ctx = acting(who)
        if may:
            assert start_export(ctx, cohort=followed.cohort, page="/").kind == "quality.export"
        else:
            with pytest.raises(Forbidden):
                start_export(ctx, cohort=followed.cohort, page="/")


@pytest.mark.sqlite_only
def test_memory_does_not_grow_with_the_people(engine_name: str, platform: Platform, world: World) -> None:
    """Beside one person's figures there are only the names of the files: ZIP's table of contents, 5 kB a person with the seal's proofs."""
    followed = make_followed_cohort(platform, world, people=24, each=6)
    peaks = {}
    for people in (2, 4, 24):  # the first time loads what is loaded once
        _keep_only(platform, world, followed, people)
        peaks[people] = _peak(platform, world, followed)
    assert peaks[24] - peaks[4] < 20 * 8_000, peaks


def _keep_only(platform: Platform, world: World, followed: Followed, people: int) -> None:
    """The others sit in another cohort meanwhile."""
    with platform.writing(world.organisation) as ctx:
        other = ctx.session.scalar(select(Cohort).where(Cohort.code == "AILLEURS"))
        if other is None:
            other = Cohort(
                organisation_id=world.organisation,
                code="AILLEURS",
                name="Ailleurs",
                course_id=followed.cohort.course_id,
                created_at=ctx.now,
            )
            ctx.session.add(other)
            ctx.session.flush()
        for number, enrolment in enumerate(followed.enrolments):
            row = ctx.session.get_one(Enrolment, enrolment.id)
            row.cohort_id = followed.cohort.id if number < people else other.id


def _collect(_done: int, _total: int) -> None:
    """Garbage of the person before is not what is measured."""
    gc.collect()


def _peak(platform: Platform, world: World, followed: Followed) -> Any:
    with tempfile.TemporaryFile() as target:
        tracemalloc.start()
        write_bundle(
            platform, organisation_id=world.organisation, cohort_id=followed.cohort.id, target=target, report=_collect
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def test_another_plugin_s_evidence_stands_beside_ours(
    engine_name: str, platform: Platform, world: World, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files(ctx: Context, enrolment_ids: Sequence[int]) -> Iterator[Any]:
        yield EvidenceFile("autre.txt", [b"un", b" fichier"])

    other = EvidenceProvider("autre.preuve", "Autre preuve", (10,), files)
    registry = replace(platform.registry, evidence_providers=(*platform.registry.evidence_providers, other))
    monkeypatch.setattr(platform, "registry", registry)
    _found, target = exported(platform, followed, world.organisation)
    with opened(target) as bundle:
        assert bundle.read("personnes/01-ben-salem-nour/autre.txt") == b"un fichier"
        assert "Autre preuve" in bundle.read("index.html").decode()


def test_a_plugin_cannot_write_outside_of_its_folder(
    engine_name: str, platform: Platform, world: World, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = EvidenceProvider("mal", "Mal", (10,), lambda ctx, ids: iter([EvidenceFile("../../index.html", [b""])]))
    monkeypatch.setattr(platform, "registry", replace(platform.registry, evidence_providers=(bad,)))
    with pytest.raises(UnsafePath):
        exported(platform, followed, world.organisation)
