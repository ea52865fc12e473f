"""Bringing the database to the current shape, both ways."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

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
    (command.downgrade if to == "base" else command.upgrade)(config, to)
    if to == "head":
        with platform.database.writing() as session:
            fix_iri_prefix(session, platform.settings.base_url)
