"""The `lms` command. Features add sub-commands through their plugins."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time

import click
import waitress

from lms.app import build_platform, create_app
from lms.kernel import extraction, jobs
from lms.kernel.migrating import migrate_database
from lms.kernel.platform import Platform
from lms.kernel.worker import ServersWork, WatchedWorker, run_worker, worker_command
from lms.settings import MissingSetting, Settings, WrongSetting


class Commands(click.Group):
    """The group, with the plugins' commands; the platform is built once, when a command is looked up."""

    platform: Platform | None = None

    def the_platform(self) -> Platform:
        """The platform of this process."""
        if self.platform is None:
            self.platform = build_platform(Settings.from_environment(os.environ))
        return self.platform

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our own and the plugins'."""
        return sorted({*super().list_commands(ctx), *(str(one.name) for one in self.the_platform().registry.commands)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Our own first."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        return next((one for one in self.the_platform().registry.commands if one.name == cmd_name), None)


@click.group(cls=Commands)
@click.pass_context
def lms(ctx: click.Context) -> None:
    """Tremplin: a free, self-hosted blended-learning platform."""
    group = ctx.command
    ctx.obj = group.the_platform() if isinstance(group, Commands) else None


@lms.command()
@click.option("--to", default="head", help="Revision to go to: head, base, or a name.")
@click.pass_obj
def migrate(platform: Platform, to: str) -> None:
    """Bring the database to the current shape."""
    migrate_database(platform, to)


@lms.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--demo", is_flag=True, help="Fill a platform that is empty with the demonstration first.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, *, demo: bool) -> None:
    """Serve the platform, with its worker beside it."""
    platform: Platform = ctx.obj
    platform.settings.required_secret_key()
    platform.settings.required_narrative_keys()
    migrate_database(platform)
    for filling in platform.registry.commands:
        if demo and filling.name == "demo":  # here: a process of its own would cost a second start
            ctx.invoke(filling, if_empty=True)
    app = create_app(platform)
    worker = WatchedWorker(worker_command()) if platform.settings.workers else None
    if worker:
        worker.start()
    own = ServersWork(platform)
    own.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # What was made so far stays for good: the collector need not look at it again, at every request.
    gc.collect()
    gc.freeze()
    click.echo(f"Tremplin: http://{host}:{port}")
    try:
        waitress.serve(app, host=host, port=port, threads=platform.settings.threads, ident=None)
    finally:
        own.stop()
        if worker:
            worker.stop()
        jobs.forget_waker()


@lms.command()
@click.option("--parent", type=int, default=0, help="Stop when this process ends.")
@click.pass_obj
def worker(platform: Platform, parent: int) -> None:
    """Run jobs (started by `lms serve`; run more of them on other machines with PostgreSQL)."""
    platform.settings.required_narrative_keys()
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    run_worker(platform)


@lms.command()
@click.option("--check", is_flag=True, help="Say what is missing or unused; exit 1 if anything is.")
@click.pass_obj
def translations(platform: Platform, *, check: bool) -> None:
    """Bring the catalogues up to date with the texts in the code, or check them."""
    if not check:
        click.echo(f"{extraction.update(platform.registry.features)} catalogues changed")
        return
    found = list(extraction.gaps(platform.registry.features))
    for gap in found:
        click.echo(f"{gap.language} {gap.feature} {gap.kind}: {gap.message!r}")
    if found:
        sys.exit(1)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """The entry point: a wrong or missing setting is a sentence, not a traceback."""
    try:
        lms(prog_name="lms")
    except (MissingSetting, WrongSetting) as wrong:
        click.echo(f"lms: {wrong}", err=True)
        sys.exit(2)
