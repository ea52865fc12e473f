"""Make a migration from what the models say now: `python -m tools.migration add_forum_topic`.

It compares the models with a database that stands at the present head, writes
`lms/migrations/versions/<date>_<hour>_<name>.py`, and leaves the reading and the testing, both ways, to you.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory

from lms.app import build_platform
from lms.kernel.database import Base, UTCDateTime
from lms.kernel.migrating import MIGRATIONS, alembic_config, migrate_database
from lms.settings import Settings

VERSIONS = MIGRATIONS / "versions"
MOST = 32 - len("20261122_1640_")


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Our column types as plain SQLAlchemy ones: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def make(name: str) -> Path:
    """Write the migration and return its path."""
    if not re.fullmatch(r"[a-z][a-z0-9_]+", name):
        sys.exit("A migration has a telling name, in small letters: add_forum_topic")
    if len(name) > MOST:
        sys.exit(f"A migration's name has {MOST} letters at most: the database keeps 32, the date takes the others")
    with tempfile.TemporaryDirectory() as folder:
        platform = build_platform(Settings(data_dir=Path(folder), secret_key="s" * 40, development=True))
        config = alembic_config()
        config.attributes.update(engine=platform.database.engine, metadata=Base.metadata, render_item=render_item)
        script = ScriptDirectory.from_config(config)
        if script.get_current_head():
            migrate_database(platform)
        stamp = datetime.now(UTC).strftime("%Y%m%d_%H%M")
        command.revision(config, message=name.replace("_", " "), autogenerate=True, rev_id=f"{stamp}_{name}")
        platform.database.close()
    made = VERSIONS / f"{stamp}_{name}.py"
    for step in (("check", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([Path(sys.executable).with_name("ruff"), *step, made], check=False)
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{make(sys.argv[1] if len(sys.argv) > 1 else '')}\n")
