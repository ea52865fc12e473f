"""`make bench`: the ledger, pages, doors, replay, memory and evidence, printed as they were measured. `python -m bench --learners 100` for a part."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from bench import doors, evidence, lrs, memory, pages, seal
from bench.measure import QUIET_MS, calibration
from bench.site import made


@click.command()
@click.option("--learners", default="100,10000", show_default=True, help="Sizes of the demo, separated by commas.")
@click.option("--statements", default=100_000, show_default=True, help="How many the ledger holds when it is read.")
@click.option("--postgresql/--no-postgresql", default=True, show_default=True)
def main(learners: str, statements: int, *, postgresql: bool) -> None:
    """Measure. Quote medians, beside the calibration: this machine is not yours."""
    sizes = [int(size) for size in learners.split(",") if size]
    click.echo(
        f"calibration loop: {calibration():.2f} ms of CPU ({QUIET_MS} on a quiet machine); all CPU figures are medians\n"
    )
    if statements:
        lrs.report(statements, with_postgresql=postgresql)
        seal.report(statements, with_postgresql=postgresql)
    if not learners:
        return
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        for size in sizes:
            with made(Path(folder) / f"sqlite-{size}", size) as site:
                click.echo(
                    f"demo of {size} learners on SQLite: {site.seconds:.1f} s, {site.statements} statements, {site.differences} differences in replay ({site.replay_seconds:.1f} s)"
                )
                pages.report(site)
                if size == sizes[0]:
                    doors.report(site)
                    evidence.report(site)
                    memory.report(site)
        if postgresql:
            pages.report_postgresql(sizes[0])


if __name__ == "__main__":
    sys.exit(main())
