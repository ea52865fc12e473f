"""Memory at rest of `lms serve` and of its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench.site import Site


def report(site: Site) -> None:
    """Start the real server on the demo, wait until it is ready, read the proportional set size of both processes."""
    environment = {
        **os.environ,
        "LMS_DATA_DIR": str(site.platform.settings.data_dir),
        "LMS_DEVELOPMENT": "1",
        "LMS_LOG_LEVEL": "WARNING",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "lms", "serve", "--port", "8799"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        time.sleep(8)
        children = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _parent(entry) == server.pid
        ]
        sizes = [_megabytes(pid) for pid in (server.pid, *children)]
        print(
            f"memory at rest: {' + '.join(f'{size:.0f}' for size in sizes)} = {sum(sizes):.0f} MB, server and worker (aim 200)\n"
        )
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
