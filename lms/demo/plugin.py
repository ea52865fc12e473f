"""Everything that the demo adds: a command."""

from __future__ import annotations

import click

from lms.contract.hooks import hookimpl
from lms.demo.cli import demo


@hookimpl
def cli() -> tuple[click.Command, ...]:
    """`lms demo`."""
    return (demo,)
