"""Pruning: the bytes of old statements give way to a closing snapshot, link of the chain, and the figures stay (decision 21).

The columns that folds read stay in the ledger as the snapshot's entries, under the digest that was sealed with them: the
same pure folds run on them, and an id that is sent again is still known.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.contract.types import Key
from lms.kernel.context import Context
from lms.kernel.media import forgotten_bytes, remove_bytes
from lms.kernel.platform import Platform
from lms.seal.chain import digest_of_closing
from lms.seal.data import Link, Plan, Rule
from lms.seal.events import StatementsPruned
from lms.seal.models import ClosingRow
from lms.seal.reading import latest_link
from lms.seal.sealing import add_link, next_link, seal_now
from lms.seal.tree import Tree
from lms.xapi.api import closable_rows, close_rows, entries_of_rows, ranges_of

CLOSING = 2_000
"""Statements of a closing: it is one transaction, and on SQLite everyone else's writing waits for it."""
_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing that was made."""

    link: Link
    count: int


class NothingAsked(Exception):
    """A rule without verb, course or age would prune everything."""


def plan(platform: Platform, organisation_id: int, rule: Rule) -> Plan:
    """What a rule would prune now, and which figures stand on it. Changes nothing."""
    _refuse_empty(rule)
    statements, keys = 0, defaultdict[str, set[Key]](set)
    with platform.reading(organisation_id) as ctx:
        until = _until(ctx, everything=True)
        for row_ids in _pages(ctx, rule, until):
            statements += len(row_ids)
            for name, found in _touched(ctx, row_ids).items():
                keys[name] |= found
    return Plan(statements, {name: len(found) for name, found in sorted(keys.items())})


def prune(platform: Platform, organisation_id: int, rule: Rule) -> Iterator[Closed]:
    """Seal what is not sealed yet, then close what the rule says, a closing snapshot at a time."""
    _refuse_empty(rule)
    seal_now(platform, organisation_id)
    while True:
        try:
            with platform.writing(organisation_id) as ctx:
                made = _close_some(ctx, rule)
                names = forgotten_bytes(ctx)
        except IntegrityError:  # someone else has put a link on the chain meanwhile
            continue
        if made is None:
            return
        if names:
            with platform.writing(organisation_id) as ctx:
                remove_bytes(ctx, platform.settings.data_dir, names, before=ctx.now)
        yield made


def _refuse_empty(rule: Rule) -> None:
    if not (rule.verb or rule.course or rule.before):
        raise NothingAsked


def _until(ctx: Context, *, everything: bool = False) -> int:
    latest = latest_link(ctx)
    return 1 << 62 if everything else latest.last_row if latest else 0


def _pages(ctx: Context, rule: Rule, until: int) -> Iterator[list[int]]:
    after = 0
    while page := _rows(ctx, rule, until=until, after=after, limit=_PAGE):
        yield page
        after = page[-1]


def _rows(ctx: Context, rule: Rule, *, until: int, after: int, limit: int) -> list[int]:
    course = f"{ctx.iri_prefix}/a/{rule.course}" if rule.course else ""
    return closable_rows(ctx, until=until, verb=rule.verb, course=course, before=rule.before, after=after, limit=limit)


def _touched(ctx: Context, row_ids: Sequence[int]) -> dict[str, set[Key]]:
    entries = entries_of_rows(ctx, row_ids)
    return {figure.name: set(figure.touched(ctx, entries)) for figure in ctx.registry.figures}


def _close_some(ctx: Context, rule: Rule) -> Closed | None:
    latest = latest_link(ctx)
    row_ids = _rows(ctx, rule, until=_until(ctx), after=0, limit=CLOSING)
    if not row_ids or latest is None:
        return None
    touched = _touched(ctx, row_ids)
    close_rows(ctx, row_ids)
    record = {
        "rule": rule.told(),
        "count": len(row_ids),
        "root": latest.root.hex(),
        "figures": [_figure(ctx, figure, sorted(touched[figure.name])) for figure in ctx.registry.figures],
    }
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    rows = zlib.compress(ranges_of(row_ids).encode())
    nothing = Tree().root
    link = next_link(
        ctx, latest, Link(0, latest.last_row, latest.last_row, 0, ctx.now, b"", nothing, nothing, digest_of_closing(text, rows), b"")
    )  # fmt: skip
    row = ClosingRow(
        organisation_id=ctx.here.id,
        link_id=add_link(ctx, link).id,
        closed_at=ctx.now,
        count=len(row_ids),
        record=text,
        rows=rows,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.tell(StatementsPruned(len(row_ids), row.id))
    return Closed(link, len(row_ids))


def _figure(ctx: Context, figure: Any, keys: Sequence[Key]) -> dict[str, Any]:
    """What stood on the statements: how many keys, under which versions of the rule, with which values (as a digest).

    The values themselves are someone's data and have their own tables; the digest says whether they were these.
    """
    values: Mapping[Key, Mapping[str, Any]] = figure.compute(ctx, keys) if keys else {}
    told = [[*key, sorted((name, str(value)) for name, value in values[key].items())] for key in sorted(values)]
    rules = sorted({str(value["rule"]) for value in values.values() if "rule" in value})
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
    return {"figure": figure.name, "keys": len(keys), "values": len(values), "rules": rules, "sha256": digest}
