"""`lms replay`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from lms.accounts.api import organisation_by_code, organisations
from lms.contract.types import Figure
from lms.kernel.context import OrganisationInfo
from lms.kernel.platform import Platform
from lms.kernel.rights import NotFound
from lms.xapi.figures import mark_stale, stale_count
from lms.xapi.replay import Difference, Tally, check, keys_in_pieces, refold_some, settled_differences

_organisation = click.option("--organisation", default=None, help="Key or name; not needed while there is one.")


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Compare only; exit with 1 when a figure differs.")
@_organisation
@click.pass_obj
def replay(platform: Platform, organisation: str | None, *, only_check: bool) -> None:
    """Compute every figure again from the ledger."""
    differences = 0
    for here in _some(platform, organisation):
        for figure in platform.registry.figures:
            if only_check:
                differences += _check(platform, here, figure)
            else:
                _mark(platform, here, figure)
        if not only_check:
            _refold(platform, here)
    if only_check:
        click.echo(f"differences: {differences}")
    sys.exit(1 if differences else 0)


def _here(platform: Platform, code: str | None) -> OrganisationInfo:
    with platform.database.read_session() as session:
        try:
            return organisation_by_code(session, code)
        except NotFound as unknown:
            raise click.ClickException(str(unknown)) from None


def _some(platform: Platform, code: str | None) -> list[OrganisationInfo]:
    if code is not None:
        return [_here(platform, code)]
    with platform.database.read_session() as session:
        return organisations(session)


def _check(platform: Platform, here: OrganisationInfo, figure: Figure) -> int:
    tally, found = Tally(), 0
    with platform.reading(here.id) as ctx:
        for suspected in check(ctx, figure, tally):
            for difference in _confirmed(platform, here, figure, suspected):
                found += 1
                click.echo(_told(here, difference))
    waiting = f", {tally.waiting} of them waiting to be computed" if tally.waiting else ""
    click.echo(f"{here.name}: {figure.name}: {tally.keys} keys{waiting}, {found} differences")
    return found


def _confirmed(
    platform: Platform, here: OrganisationInfo, figure: Figure, suspected: Difference
) -> Iterator[Difference]:
    """Look again while nobody else computes it: on PostgreSQL the ledger may have grown between two reads."""
    if platform.database.is_sqlite:
        return iter([suspected])
    with platform.writing(here.id) as ctx:
        return iter(settled_differences(ctx, figure, suspected.key))


def _told(here: OrganisationInfo, difference: Difference) -> str:
    key = " ".join(difference.key)
    return f"{here.name}: {difference.figure}: {key}: stored {difference.stored}, computed {difference.computed}"


def _mark(platform: Platform, here: OrganisationInfo, figure: Figure) -> None:
    total = 0
    with platform.reading(here.id) as reader:
        for keys in keys_in_pieces(reader, figure):
            with platform.writing(here.id) as ctx:
                mark_stale(ctx, figure.name, keys)
            total += len(keys)
    click.echo(f"{here.name}: {figure.name}: {total} keys")


def _refold(platform: Platform, here: OrganisationInfo) -> None:
    done = 0
    while settled := refold_some(platform, here.id):
        done += settled
        click.echo(f"{here.name}: {done} computed")
    with platform.reading(here.id) as ctx:
        click.echo(f"{here.name}: {stale_count(ctx)} left")
