"""Frameworks come from files, and a published version never changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms.competences.api import framework_by_code, frameworks, load_framework
from lms.competences.cli import frameworks_command
from lms.competences.documents import content_of, document, document_at, written
from lms.competences.models import Criterion, FrameworkVersion
from lms.competences.operations import publish_framework
from lms.contract.types import ContentRefused
from lms.courses.api import structure
from lms.courses.publishing import as_published
from lms.kernel.events import EventRow
from lms.kernel.rights import Forbidden
from tests.factories.competences import COVERAGE, FRAMEWORK
from tests.factories.courses import make_course

SHIPPED = sorted((Path(__file__).parents[3] / "content" / "frameworks").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_framework_goes_in_and_comes_out_the_same(engine_name, platform, world, path):
    with platform.writing(world.organisation) as ctx:
        assert len(load_framework(ctx, path)) == 1
        found = framework_by_code(ctx, path.stem)
        assert written(content_of(found)) == path.read_text(encoding="utf-8")


def test_entrecomp_has_fifteen_competences_whose_labels_are_to_be_checked():
    found = document_at(next(path for path in SHIPPED if path.stem == "entrecomp"))
    assert sum(len(block["competences"]) for block in found.content["blocks"]) == 15
    assert found.content["unchecked_labels"] is True


def test_the_same_content_again_changes_nothing(engine_name, platform, world, tmp_path):
    path = tmp_path / "essai.yaml"
    path.write_text(FRAMEWORK)
    with platform.writing(world.organisation) as ctx:
        load_framework(ctx, path)
        counted = select(func.count(Criterion.id))
        before = ctx.session.scalar(counted)
        path.write_text(
            FRAMEWORK.replace("licence: CC-BY-SA-4.0\n", "").replace("source:", "licence: CC-BY-SA-4.0\nsource:")
        )
        assert "rien n'a changé" in load_framework(ctx, path)[0]
        assert ctx.session.scalar(counted) == before
        assert len(ctx.session.scalars(select(EventRow).where(EventRow.type.startswith("competences."))).all()) == 1


def test_changed_content_asks_for_a_new_version(engine_name, platform, world):
    with platform.writing(world.organisation) as ctx:
        publish_framework(ctx, document(FRAMEWORK))
        with pytest.raises(ContentRefused, match="changez la version"):
            publish_framework(ctx, document(FRAMEWORK.replace("Argent", "L'argent")))
        publish_framework(ctx, document(FRAMEWORK.replace("Argent", "L'argent").replace("'1'", "'2'")))
        assert framework_by_code(ctx, "essai").version == "2"
        assert [found.version for found, _used in frameworks(ctx)] == ["2", "1"]


def test_all_problems_are_told_together(engine_name, platform, world, tmp_path):
    path = tmp_path / "essai.yaml"
    wrong = (
        FRAMEWORK.replace("plain: Je compte mes heures.", "plan: Je compte.")
        .replace("PP2.2", "PP2.1")
        .replace("at_least: 1", "at_least: 3")
    )
    path.write_text(wrong)
    with platform.writing(world.organisation) as ctx:
        with pytest.raises(ContentRefused) as refused:
            load_framework(ctx, path)
        told = "\n".join(refused.value.problems)
        assert "le champ plan n'existe pas" in told
        assert "il manque le champ plain" in told
        assert "critère PP2.1 : ce code est déjà pris" in told
        assert "rule demande 3 critères et il y en a 2" in told
        assert ctx.session.scalars(select(FrameworkVersion)).all() == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", "doit commencer par les champs"),
        ("a: [", "YAML lisible"),
        ("code: x\ncode: y", "écrit deux fois"),
        ("code: 3", "entre apostrophes"),
        (FRAMEWORK.replace("valid_months: 12", "valid_months: zéro"), "nombre de mois"),
        (FRAMEWORK.replace("at_least: 1", "at_least: 0"), "rule doit être"),
        (FRAMEWORK.replace("    rule: all\n", "    rule: tous\n", 1), "rule doit être"),
        (FRAMEWORK.replace("version: '1'", "unchecked_labels: oui\nversion: '1'"), "true, ou absent"),
        (FRAMEWORK.replace("short: Mon projet et moi", "short: " + "x" * 101), "trop long"),
        (FRAMEWORK[: FRAMEWORK.index("blocks:")] + "blocks: []\n", "liste qui n'est pas vide"),
    ],
)
def test_a_wrong_file_says_what_to_do(text, problem):
    assert any(problem in told for told in document(text).problems)


def test_a_file_is_named_after_its_code(tmp_path):
    path = tmp_path / "autre.yaml"
    path.write_text(FRAMEWORK)
    assert "nommez le fichier essai.yaml" in document_at(path).problems[0]


def test_a_trainer_does_not_publish_a_framework(engine_name, acting):
    with pytest.raises(Forbidden):
        publish_framework(acting("trainer"), document(FRAMEWORK))
    assert publish_framework(acting("manager"), document(FRAMEWORK)) is not None


def test_a_draft_is_told_what_its_framework_lacks(engine_name, platform, world):
    with platform.writing(world.organisation) as ctx:
        coverage = [*COVERAGE, {"criterion": "PP9.9", "activity": "@quiz"}]
        course = make_course(ctx, framework="essai", coverage=coverage)
        draft = as_published(structure(ctx, course.version_id))
        assert "le référentiel essai n'existe pas" in ctx.registry.course_problems(ctx, draft)[0]
        publish_framework(ctx, document(FRAMEWORK))
        problems = ctx.registry.course_problems(ctx, draft)
        assert len(problems) == 1
        assert "le critère PP9.9 n'existe pas" in problems[0]
        lone = make_course(ctx, slug="sans", coverage=COVERAGE)
        assert "ne nomme pas" in ctx.registry.course_problems(ctx, as_published(structure(ctx, lone.version_id)))[0]


def test_the_command_line_lists_and_exports(engine_name, platform, world, tmp_path):
    with platform.writing(world.organisation) as ctx:
        publish_framework(ctx, document(FRAMEWORK))
        organisation = ctx.here.key
    target = tmp_path / "essai.yaml"
    listed = CliRunner().invoke(frameworks_command, ["list", "--organisation", organisation], obj=platform)
    assert listed.output == "essai\t1\tEntreprendre, le référentiel d'essai\t0\n"
    exported = CliRunner().invoke(
        frameworks_command, ["export", "essai", str(target), "--organisation", organisation], obj=platform
    )
    assert exported.exit_code == 0
    assert document(target.read_text()).content == document(FRAMEWORK).content
