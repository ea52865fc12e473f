"""`lms demo`: fill the platform."""

from __future__ import annotations

import sys

import click

from lms.accounts.api import organisations
from lms.demo.operations import AlreadyThere, fill_demo, unfinished_demo
from lms.demo.people import ACCOUNTS, PASSWORD
from lms.kernel.migrating import migrate_database
from lms.kernel.platform import Platform


@click.command()
@click.option("--learners", default=12, show_default=True, help="How many learners follow the course.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option(
    "--if-empty",
    is_flag=True,
    help="Do nothing when there is an organisation already; a demo that was interrupted goes on.",
)
@click.pass_obj
def demo(platform: Platform, *, learners: int, seed: int, if_empty: bool) -> None:
    """Fill the platform with a demonstration: accounts for each role, a course, groups, learners who act."""
    migrate_database(platform)
    with platform.database.read_session() as session:
        begun = unfinished_demo(session)
        if if_empty and begun is None and organisations(session):
            return
    if begun is not None:
        click.echo(f"The demo was interrupted: it goes on as it was begun, with {begun.learners} learners.")
    try:
        fill_demo(platform, learners=learners, seed=seed, say=click.echo)
    except AlreadyThere:
        click.echo("The demo is there already. For a new one, remove the data folder (var/) and start again.", err=True)
        sys.exit(1)
    click.echo(
        "Accounts, all with the password "
        + PASSWORD
        + ": "
        + ", ".join(f"{name}@demo.test" for name, *_rest in ACCOUNTS)
    )
