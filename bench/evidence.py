"""Evidence of a group: seconds, and peak memory at two sizes, in a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

from bench.site import Site


def report(site: Site) -> None:
    """`lms evidence export`, as an operator runs it."""
    for code in ("tulle-2026", "brive-2026"):
        out = site.platform.settings.data_dir / f"{code}.zip"
        environment = {
            **os.environ,
            "LMS_DATA_DIR": str(site.platform.settings.data_dir),
            "LMS_DEVELOPMENT": "1",
            "LMS_LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "lms", "evidence", "export", "--cohort", code, "--out", str(out)]
        before = time.monotonic()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - before
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        said = " ".join(done.stdout.split())[:120] if done.returncode == 0 else done.stderr[-300:]
        print(
            f"evidence of {code}: {seconds:.1f} s, peak so far {peak:.0f} MB, {out.stat().st_size / 1e6 if out.exists() else 0:.1f} MB; {said}"
        )
    print()
