"""`lms evidence`: export a cohort's evidence, verify a bundle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import click

from lms.accounts.api import organisation_by_code
from lms.courses.api import cohort_by_code
from lms.kernel.i18n import gettext, speaking
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.quality.data import Verdict
from lms.quality.operations import record_bundle, write_bundle
from lms.quality.verification import SENTENCES, verify_bundle


@click.group()
def evidence() -> None:
    """Evidence for auditors: export it, verify it."""


@evidence.command("export")
@click.option("--cohort", "code", required=True, help="The cohort's code (`lms cohorts` lists them).")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP file to write.")
@click.option("--organisation", default=None, help="Key or name; optional while there is one.")
@click.pass_obj
def export_evidence(platform: Platform, code: str, out: Path, organisation: str | None) -> None:
    """Write the evidence of a cohort to a ZIP file; its manifest's hash is printed and kept."""
    try:
        with platform.database.read_session() as session:
            organisation_id = organisation_by_code(session, organisation).id
        with platform.reading(organisation_id) as ctx:
            cohort = cohort_by_code(ctx, code)
    except NotFound as unknown:
        raise click.ClickException(str(unknown) or f"cohort {code}: not found") from unknown
    with _taking_its_name(out) as target:
        exported = write_bundle(
            platform, organisation_id=organisation_id, cohort_id=cohort.id, target=target, report=_silently
        )
        with platform.writing(organisation_id) as ctx:
            record_bundle(ctx, cohort=cohort, exported=exported)
    totals = exported.totals
    click.echo(f"people: {totals.people}\nfiles: {totals.files}")
    click.echo(f"statements: {totals.statements}, of which voided: {totals.voided}")
    click.echo(f"manifest-hash: {exported.manifest_sha256}")


@evidence.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--manifest-hash", default="", help="The hash that the platform kept, to know that it is the original.")
@click.option("--root", default="", help="A root of the ledger, from the mail that one has kept.")
def verify_evidence(file: Path, manifest_hash: str, root: str) -> None:
    """Compare a bundle with its manifest; names what was changed, added or is missing, and then exits with 1."""
    with file.open("rb") as source:
        verdict = verify_bundle(source, manifest_hash=manifest_hash, root=root)
    for what, paths in (("changed", verdict.changed), ("added", verdict.added), ("missing", verdict.missing)):
        for path in paths:
            click.echo(f"{what}: {click.format_filename(path)}")
    with speaking("en"):
        for problem in verdict.problems:
            click.echo(f"problem: {gettext(SENTENCES[problem])}")
    _say_seal(verdict)
    if verdict.manifest_sha256:
        click.echo(f"manifest-hash: {verdict.manifest_sha256}")
    if not verdict.is_intact:
        raise click.exceptions.Exit(1)
    click.echo(f"intact: {verdict.files} files are as the manifest says")
    if not manifest_hash:
        click.echo(
            "To know that it is the original, compare the hash with the one that the platform kept (--manifest-hash)."
        )


def _say_seal(verdict: Verdict) -> None:
    """What the seal says of the statements inside."""
    if verdict.seal is None:
        return
    for one in verdict.seal.broken:
        click.echo(f"not as sealed: {one}")
    click.echo(f"sealed: {verdict.seal.proved} statements, not sealed yet: {verdict.seal.unsealed}")
    if verdict.seal.after_root:
        click.echo(f"sealed after the root that you gave: {verdict.seal.after_root}")
    click.echo(f"root: {verdict.seal.root or '-'}")


@contextmanager
def _taking_its_name(out: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name once it is whole and on the disk; until then nothing stands under that name."""
    with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", suffix=".part", delete=False) as target:
        try:
            yield target
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    Path(target.name).replace(out)


def _silently(_done: int, _total: int) -> None:
    """The command line says it all at the end."""
