"""Bringing the database to the current shape, both ways."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lms.kernel.platform import Platform
from lms.kernel.site import fix_iri_prefix

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def alembic_config() -> Config:
    """Where Alembic finds the line of migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s")
    return config


def migrate_database(platform: Platform, to: str = "head") -> None:
    """Run the migrations up to a revision, then fix the site's IRI prefix at first start."""
    config = alembic_config()
    config.attributes["engine"] = platform.database.engine
    (command.downgrade if to in ("base", *_behind(platform, config)) else command.upgrade)(config, to)
    if to == "head":
        with platform.database.writing() as session:
            fix_iri_prefix(session, platform.settings.base_url)


def _behind(platform: Platform, config: Config) -> set[str]:
    """The revisions that the database has passed."""
    with platform.database.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present is None:
        return set()
    passed = ScriptDirectory.from_config(config).iterate_revisions(present, "base")
    return {one.revision for one in passed} - {present}
