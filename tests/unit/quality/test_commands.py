"""`lms evidence export` and `lms evidence verify`."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lms.kernel.platform import Platform
from lms.quality.cli import evidence
from lms.quality.models import Bundle
from tests.factories.quality import Followed
from tests.factories.world import World


def run(platform: Platform, *arguments: Any) -> Any:
    return CliRunner().invoke(evidence, [str(one) for one in arguments], obj=platform)


def test_the_command_exports_verifies_and_keeps_the_hash(
    engine_name: str, platform: Platform, world: World, followed: Followed, tmp_path: Path
) -> None:
    out = tmp_path / "preuves.zip"
    done = run(platform, "export", "--cohort", "PP-2026", "--out", out, "--organisation", "Association Essai")
    assert done.exit_code == 0, done.output
    digest = re.search(r"^manifest-hash: ([0-9a-f]{64})$", done.output, re.MULTILINE)[1]
    assert "people: 3" in done.output
    assert list(tmp_path.iterdir()) == [out]
    with platform.reading(world.organisation) as ctx:
        assert ctx.session.scalars(select(Bundle)).one().manifest_sha256 == digest
    assert run(platform, "verify", out).exit_code == 0
    assert run(platform, "verify", out, "--manifest-hash", digest).exit_code == 0
    other = run(platform, "verify", out, "--manifest-hash", "0" * 64)
    assert other.exit_code == 1
    assert "not the one whose hash was kept" in other.output


def test_the_command_names_what_has_changed(
    engine_name: str, platform: Platform, world: World, followed: Followed, tmp_path: Path
) -> None:
    out = tmp_path / "preuves.zip"
    run(platform, "export", "--cohort", "PP-2026", "--out", out, "--organisation", "Association Essai")
    altered = tmp_path / "autre.zip"
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            if name != "personnes.csv":
                target.writestr(name, source.read(name) + (b" " if name == "index.html" else b""))
        target.writestr("ajout.txt", b"?")
    found = run(platform, "verify", altered)
    assert found.exit_code == 1
    assert {"changed: index.html", "added: ajout.txt", "missing: personnes.csv"} <= set(found.output.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cohort", "RIEN", "--organisation", "Association Essai"), "RIEN"),
        (("--cohort", "PP-2026"), "--organisation"),
        (("--cohort", "PP-2026", "--organisation", "Autre association"), "PP-2026"),
    ],
)
def test_the_command_says_what_it_does_not_find(
    engine_name: str, platform: Platform, world: World, followed: Followed, tmp_path: Path, arguments: Any, said: str
) -> None:
    done = run(platform, "export", *arguments, "--out", tmp_path / "x.zip")
    assert done.exit_code == 1
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_nothing_stands_under_the_name_when_the_export_fails(
    engine_name: str,
    platform: Platform,
    world: World,
    followed: Followed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: object, **_values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lms.quality.archive.Archive.close", full)
    done = run(
        platform, "export", "--cohort", "PP-2026", "--out", tmp_path / "x.zip", "--organisation", "Association Essai"
    )
    assert done.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_reads_no_database_to_verify(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"rien")
    found = CliRunner().invoke(evidence, ["verify", str(tmp_path / "x.zip")], obj=None)
    assert found.exit_code == 1
    assert "problem: " in found.output
