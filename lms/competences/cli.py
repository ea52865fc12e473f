"""`lms frameworks`: list and export frameworks (`lms content import` takes them in)."""

from __future__ import annotations

from pathlib import Path

import click

from lms.accounts.api import organisation_by_code
from lms.competences.documents import content_of, written
from lms.competences.queries import framework_by_code, frameworks
from lms.kernel.platform import Platform


@click.group("frameworks")
def frameworks_command() -> None:
    """Frameworks of skills: list, export."""


@frameworks_command.command("list")
@click.option("--organisation", default=None, help="Key or name; optional while there is one.")
@click.pass_obj
def list_frameworks(platform: Platform, organisation: str | None) -> None:
    """One version a line: code, version, title."""
    with platform.database.read_session() as session:
        here = organisation_by_code(session, organisation)
    with platform.reading(here.id) as ctx:
        for found, used in frameworks(ctx):
            click.echo(f"{found.code}\t{found.version}\t{found.title}\t{used}")


@frameworks_command.command("export")
@click.argument("code")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--organisation", default=None, help="Key or name; optional while there is one.")
@click.pass_obj
def export_framework(platform: Platform, code: str, target: Path, organisation: str | None) -> None:
    """Write the newest version of a framework as a canonical file."""
    with platform.database.read_session() as session:
        here = organisation_by_code(session, organisation)
    with platform.reading(here.id) as ctx:
        target.write_text(written(content_of(framework_by_code(ctx, code))), encoding="utf-8")
