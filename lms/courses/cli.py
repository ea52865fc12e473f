"""`lms content …` and `lms cohorts`: courses as files, and the codes of groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from lms.accounts.api import organisation_by_code
from lms.contract.types import ContentRefused, Role, Scope
from lms.courses.api import cohorts, import_content, publish_course
from lms.courses.exporting import course_files, write_folder
from lms.courses.formatting import formatted_course
from lms.courses.publishing import (
    NothingToPublish,
    course_named,
    draft_of,
    import_draft,
    latest_published,
    version_numbered,
)
from lms.courses.reading import read_course
from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.kernel.rights import Grant, NotFound

_OPERATOR = (Grant(Role.ADMINISTRATOR, Scope.SITE),)
"""Who types commands on the server holds every right there."""
_organisation = click.option("--organisation", default=None, help="Key or name; needed where there are several.")
_path = click.Path(path_type=Path, exists=True)


@click.group()
def content() -> None:
    """Courses and frameworks as files (docs/content.md)."""


@content.command("import")
@click.argument("path", type=_path)
@click.option(
    "--again", is_flag=True, help="Make a draft though nothing changed: to follow a framework's newer version."
)
@_organisation
@click.pass_obj
def import_path(platform: Platform, path: Path, organisation: str | None, *, again: bool) -> None:
    """Make drafts from PATH: a course's folder, a framework's file, or a folder that holds several."""
    with _problems():
        for one in _content_under(path):
            # Read before the transaction begins: on SQLite a write takes the only writer's place.
            draft = read_course(platform.registry.activity_types, one) if one.is_dir() else None
            with _writing(platform, organisation) as ctx:
                if draft is None:
                    said = import_content(ctx, one, data_dir=platform.settings.data_dir)
                else:
                    said = import_draft(ctx, draft, data_dir=platform.settings.data_dir, again=again)
            for sentence in said:
                click.echo(sentence)


@content.command("export")
@click.argument("course")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--version", "number", type=int, default=None, help="A version's number; without it the draft, else the latest."
)
@_organisation
@click.pass_obj
def export_course(platform: Platform, course: str, folder: Path, number: int | None, organisation: str | None) -> None:
    """Write COURSE (its key or its slug) into FOLDER, in canonical form."""
    with _problems():
        with _reading(platform, organisation) as ctx:
            row = course_named(ctx, course)
            if row is None:
                raise NotFound
            found = (
                version_numbered(ctx, row.id, number)
                if number
                else draft_of(ctx, row.id) or latest_published(ctx, row.id)
            )
            if found is None:
                raise NotFound
            files = course_files(ctx, found, data_dir=platform.settings.data_dir)
        write_folder(folder, files)
        click.echo(f"{folder} : {len(files)} fichiers")


@content.command("format")
@click.argument("path", type=_path)
@click.pass_obj
def format_path(platform: Platform, path: Path) -> None:
    """Put the files of a course in canonical form; missing keys are made."""
    with _problems():
        for folder in _content_under(path):
            changed = formatted_course(platform.registry.activity_types, folder) if folder.is_dir() else {}
            for name, source in changed.items():
                (folder / name).write_bytes(source)
                click.echo(f"{folder / name} : mis en forme")


@content.command("publish")
@click.argument("course")
@_organisation
@click.pass_obj
def publish(platform: Platform, course: str, organisation: str | None) -> None:
    """Publish the draft of COURSE (its key or its slug)."""
    with _problems(), _writing(platform, organisation) as ctx:
        found = publish_course(ctx, course)
        click.echo(f"{found.slug} : version {found.number} publiée")


@click.command("cohorts")
@_organisation
@click.pass_obj
def list_cohorts(platform: Platform, organisation: str | None) -> None:
    """The codes of groups, one a line."""
    with _problems(), _reading(platform, organisation) as ctx:
        for cohort in cohorts(ctx):
            click.echo(cohort.code)


def _content_under(path: Path) -> list[Path]:
    """A course's folder or a file as it is; in any other folder, frameworks first, then courses."""
    if path.is_file() or (path / "course.yaml").exists():
        return [path]
    frameworks = sorted((path / "frameworks").glob("*.yaml"))
    courses = sorted(found.parent for found in [*path.glob("*/course.yaml"), *path.glob("courses/*/course.yaml")])
    if not frameworks and not courses:
        raise ContentRefused([f"{path} : il n'y a ni course.yaml, ni « courses », ni « frameworks » ici"])
    return [*frameworks, *courses]


@contextmanager
def _problems() -> Iterator[None]:
    """Problems are lines on standard error, and a status that a script sees."""
    try:
        yield
    except ContentRefused as refused:
        for problem in refused.problems:
            click.echo(problem, err=True)
        raise SystemExit(1) from None
    except NothingToPublish:
        click.echo("Il n'y a pas de brouillon : importez d'abord le parcours.", err=True)
        raise SystemExit(1) from None
    except NotFound as unknown:
        click.echo(str(unknown) or "Ce parcours n'existe pas, ou pas dans cette version.", err=True)
        raise SystemExit(1) from None


@contextmanager
def _writing(platform: Platform, organisation: str | None) -> Iterator[Context]:
    with platform.writing(_organisation_id(platform, organisation)) as ctx:
        yield replace(ctx, grants=_OPERATOR)


@contextmanager
def _reading(platform: Platform, organisation: str | None) -> Iterator[Context]:
    with platform.reading(_organisation_id(platform, organisation)) as ctx:
        yield replace(ctx, grants=_OPERATOR)


def _organisation_id(platform: Platform, code: str | None) -> int:
    with platform.database.read_session() as session:
        return organisation_by_code(session, code).id
