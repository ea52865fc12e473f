"""Run a public xAPI conformance suite that one has (ADL's lrs-conformance-test-suite) against a fresh platform.

    make conformance SUITE=/path/to/lrs-conformance-test-suite

The suite runs on Node.js and has its own packages: in its folder, `npm install` once.
"""

from __future__ import annotations

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
from pathlib import Path

VERSIONS = ("1.0.3", "2.0.0")
LMS = (sys.executable, "-m", "lms")


def main(arguments: list[str]) -> int:
    """`conformance.py SUITE [VERSION]`: 0 when nothing failed."""
    suite = Path(arguments[0]).resolve()
    runner = suite / "bin" / "console_runner.js"
    node = shutil.which("node")
    for there, wanted in (
        (runner.exists(), f"{runner} is missing: SUITE must name a copy of lrs-conformance-test-suite."),
        (node, "The suite needs Node.js (on Debian: apt-get install nodejs)."),
        ((suite / "node_modules").exists(), f"The suite has not got its packages: cd {suite} && npm install"),
    ):
        if not there:
            print(wanted, file=sys.stderr)
            return 1
    with tempfile.TemporaryDirectory(prefix="tremplin-conformance-") as folder:
        environment = {**os.environ, "LMS_DEVELOPMENT": "1", "LMS_DATA_DIR": folder}
        environment.pop("LMS_DATABASE_URL", None)
        subprocess.run([*LMS, "demo", "--learners", "1"], env=environment, check=True)
        made = subprocess.run(
            [*LMS, "xapi", "client", "conformance"], env=environment, check=True, capture_output=True, text=True
        ).stdout
        key, secret = (re.findall(rf"^{name}: (\S+)$", made, re.MULTILINE)[0] for name in ("key", "secret"))
        port = free_port()
        server = subprocess.Popen([*LMS, "serve", "--host", "127.0.0.1", "--port", str(port)], env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            endpoint = f"http://127.0.0.1:{port}/xapi"
            failed = [
                version for version in arguments[1:] or VERSIONS if not passes(suite, endpoint, key, secret, version)
            ]
        finally:
            server.terminate()
            server.wait(30)
    print("Every requirement was met" if not failed else f"Not conformant: {', '.join(failed)}")
    return 1 if failed else 0


def passes(suite: Path, endpoint: str, key: str, secret: str, version: str) -> bool:
    """Run the suite for one version of xAPI; its own log says what failed."""
    print(f"— xAPI {version}", flush=True)
    options = ["-e", endpoint, "-a", "-u", key, "-p", secret, "-x", version, "-z"]
    return subprocess.run(["node", "bin/console_runner.js", *options], cwd=suite, check=False).returncode == 0


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
