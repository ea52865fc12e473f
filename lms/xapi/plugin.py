"""Everything that the ledger adds."""

from __future__ import annotations

from lms.contract.hooks import hookimpl
from lms.contract.types import Verb
from lms.xapi.verbs import VERBS


@hookimpl
def verbs() -> tuple[Verb, ...]:
    """ADL's verbs."""
    return VERBS
