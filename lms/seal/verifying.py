"""Verification: the ledger read again from its first row, against what the chain has sealed."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lms.kernel.context import Context
from lms.kernel.platform import Platform
from lms.seal.chain import beginning, digest_of_closing, facts_of, name_of, named, problems, unpacked
from lms.seal.data import NO_CLOSING, Finding, Link, Record, Verdict
from lms.seal.reading import Closing, closings, link_with_root, links, pieces
from lms.seal.tree import Tree
from lms.xapi.api import (
    FACTS,
    VOIDED,
    ErasedRange,
    erased_ranges,
    last_row,
    may_void,
    rows_named,
    rows_to_verify,
)

_AT_A_TIME = 200
_MOST_DISPLACED = 10_000
Report = Callable[[Finding], None]
Progress = Callable[[int, int], None]


def verify(
    platform: Platform, organisation_id: int, *, report: Report, progress: Progress | None = None, root: str = ""
) -> Verdict:
    """Recompute every leaf and every root; each finding is reported as it is found, and all are counted.

    Each link is read in one snapshot of its own: memory does not grow with the ledger, and what is erased or voided
    meanwhile is seen with the event or the word that goes with it.
    """
    return _Verification(platform, organisation_id, report, progress or (lambda _done, _total: None)).run(root)


class _Known:
    """What explains that a row is no more what it was: erasures and closings, by row."""

    def __init__(self, erased: Sequence[ErasedRange], closed: Sequence[tuple[int, int, int]]) -> None:
        self._erased, self._erased_starts = _looked_up((one.first, one.last, one) for one in erased)
        self._closed, self._closed_starts = _looked_up(closed)

    def erasure(self, row_id: int) -> ErasedRange | None:
        found: ErasedRange | None = _holding(self._erased, self._erased_starts, row_id)
        return found

    def closing(self, row_id: int) -> int | None:
        found: int | None = _holding(self._closed, self._closed_starts, row_id)
        return found


def _closed(kept: Sequence[Closing]) -> list[tuple[int, int, int]]:
    return [(first, last, one.number) for one in kept for first, last in one.ranges()]


def _looked_up(ranges: Iterable[tuple[int, int, Any]]) -> tuple[list[tuple[int, int, Any]], list[int]]:
    ordered = sorted(ranges, key=lambda one: one[:2])
    return ordered, [one[0] for one in ordered]


def _holding(ordered: Sequence[tuple[int, int, Any]], starts: Sequence[int], row_id: int) -> Any:
    at = bisect_right(starts, row_id) - 1
    return ordered[at][2] if at >= 0 and ordered[at][1] >= row_id else None


class _Verification:
    def __init__(self, platform: Platform, organisation_id: int, report: Report, progress: Progress) -> None:
        self._platform, self._organisation_id = platform, organisation_id
        self._report, self._progress = report, progress
        self._counts: Counter[str] = Counter()
        self._displaced: list[tuple[int, str]] = []
        self._done = self._total = 0
        self._known = _Known([], [])

    def run(self, root: str) -> Verdict:
        with self._snapshot() as ctx:
            chain, kept = links(ctx), closings(ctx)
            self._total = last_row(ctx)
            self._known = _Known(erased_ranges(ctx), _closed(kept))
            for finding in problems(beginning(ctx.here.key), chain):
                self._say(finding)
            if root and link_with_root(ctx, root) is None:
                self._say(Finding("unknown_root", detail=root))
        self._closings(chain, kept)
        for link, before in zip(chain, [None, *chain], strict=False):
            if link.count:
                self._link(link, before)
        self._place()
        unsealed = self._tail(chain)
        latest = chain[-1] if chain else None
        return Verdict(
            links=len(chain),
            sealed=sum(link.count for link in chain),
            unsealed=unsealed,
            root=latest.root.hex() if latest else "",
            sealed_at=latest.sealed_at if latest else None,
            counts=dict(self._counts),
        )

    def _say(self, finding: Finding) -> None:
        self._counts[finding.kind] += 1
        self._report(finding)

    def _snapshot(self) -> Any:
        return _Reading(self._platform, self._organisation_id)

    def _closings(self, chain: Sequence[Link], kept: Sequence[Closing]) -> None:
        """Each closing is what its link has sealed, and no link has lost its closing."""
        digests = {one.number: digest_of_closing(one.record, one.rows) for one in kept}
        for link in chain:
            if link.closing == digests.pop(link.number, NO_CLOSING):
                continue
            self._say(Finding("closing_changed", number=link.number))
        for one in kept:
            self._say(Finding("pruned", number=one.number, detail=_told(one)))

    def _link(self, link: Link, before: Link | None) -> None:
        merkle, facts = Tree(), Tree()
        with self._snapshot() as ctx:
            # What a link that is gone had sealed cannot be told from what was slipped in.
            is_next = before is None or before.number == link.number - 1
            after = (before.last_row if before else 0) if is_next else link.first_row - 1
            for piece in pieces(ctx, link.number):
                records = unpacked(piece.content)
                own = Tree()
                for one in records:
                    own.add(one.leaf)
                    facts.add(one.facts)
                merkle.add(own.root, len(records))
                if records:
                    self._rows(ctx, link.number, records, after=after)
                    after = records[-1].row_id
                    self._done += len(records)
                    self._progress(self._done, max(self._total, self._done))
        if merkle.root != link.merkle or facts.root != link.facts:
            self._say(Finding("list_changed", number=link.number))

    def _rows(self, ctx: Context, number: int, records: Sequence[Record], *, after: int) -> None:
        """A piece against the rows in its range."""
        expected = {one.row_id: one for one in records}
        strange: list[tuple[int, str]] = []
        words = _Words()
        until = max(expected)
        rows = ctx.session.execute(
            rows_to_verify(ctx, after=after, until=until).execution_options(yield_per=_AT_A_TIME)
        )
        gone: list[Record] = []
        for row in rows:
            record = expected.pop(row.id, None)
            if record is None or record.name != name_of(row.statement_id):
                strange.append((row.id, row.statement_id))
                gone += [record] if record is not None else []
                continue
            self._row(ctx, row, record, number)
            words.note(row)
        self._missing(ctx, number, [*gone, *expected.values()])
        room = _MOST_DISPLACED - len(self._displaced)
        self._displaced += strange[:room]
        for row_id, name in strange[room:]:  # too many to look for each of them
            self._say(Finding("inserted", name, number, str(row_id)))
        for finding in words.findings(ctx, number):
            self._say(finding)

    def _row(self, ctx: Context, row: Any, record: Record, number: int) -> None:
        name = row.statement_id
        if row.leaf != record.leaf:
            self._say(Finding("changed", name, number, "leaf"))
        elif row.erased_at is not None:
            self._erased(ctx, row, number)
        elif row.closed_at is not None and not row.raw:
            if not self._explained(ctx, _Known.closing, row.id):
                self._say(Finding("pruned_without_closing", name, number))
        elif _leaf(row) != record.leaf:
            self._say(Finding("changed", name, number, "raw"))
        if row.erased_at is None and facts_of(row.salt, row[: len(FACTS)]) != record.facts:
            self._say(Finding("columns", name, number))

    def _explained(self, ctx: Context, way: Callable[[_Known, int], Any], row_id: int) -> Any:
        """What explains the state of a row; looked for again when the verification was already under way."""
        found = way(self._known, row_id)
        if found is None:
            self._known = _Known(erased_ranges(ctx), _closed(closings(ctx)))
            found = way(self._known, row_id)
        return found

    def _erased(self, ctx: Context, row: Any, number: int) -> None:
        found = self._explained(ctx, _Known.erasure, row.id)
        if found is None or row.raw or row.salt:
            self._say(Finding("erased_without_event", row.statement_id, number))
        else:
            self._say(Finding("erased", row.statement_id, number, f"{found.event_id} {found.at.isoformat()}"))

    def _missing(self, ctx: Context, number: int, records: Sequence[Record]) -> None:
        """A sealed statement that is not at its place: it lies elsewhere, or it is gone."""
        if not records:
            return
        elsewhere = {row.statement_id.lower(): row for row in rows_named(ctx, [named(one.name) for one in records])}
        for one in records:
            found = elsewhere.get(named(one.name))
            kind = "removed" if found is None else "moved"
            self._say(Finding(kind, named(one.name), number, "" if found is None else f"{one.row_id} → {found.id}"))

    def _place(self) -> None:
        """Rows that stand where nothing was sealed: those that are sealed elsewhere have been named as moved."""
        if not self._displaced:
            return
        strangers = {name_of(name): (row_id, name) for row_id, name in self._displaced}
        with self._snapshot() as ctx:
            for link in links(ctx):
                for piece in pieces(ctx, link.number):
                    for one in unpacked(piece.content):
                        strangers.pop(one.name, None)
        for row_id, name in sorted(strangers.values()):
            self._say(Finding("inserted", name, detail=str(row_id)))

    def _tail(self, chain: Sequence[Link]) -> int:
        """What is not sealed yet agrees with its own leaf at least."""
        count, after = 0, chain[-1].last_row if chain else 0
        with self._snapshot() as ctx:
            rows = ctx.session.execute(
                rows_to_verify(ctx, after=after, until=last_row(ctx)).execution_options(yield_per=_AT_A_TIME)
            )
            for row in rows:
                count += 1
                if row.erased_at is not None:
                    self._erased(ctx, row, 0)
                elif _leaf(row) != row.leaf:
                    self._say(Finding("changed", row.statement_id, 0, "raw"))
        return count


class _Words:
    """Voiding: what is marked as voided was voided by someone, and what someone voided is marked."""

    def __init__(self) -> None:
        self._marked: list[tuple[str, str]] = []
        self._said: list[tuple[str, str, str]] = []

    def note(self, row: Any) -> None:
        if row.voided_by is not None:
            self._marked.append((row.statement_id, row.voided_by))
        if row.voids is not None:
            self._said.append((row.statement_id, row.voids, row.source))

    def findings(self, ctx: Context, number: int) -> Iterable[Finding]:
        words = {row.statement_id: row for row in rows_named(ctx, sorted({one[1] for one in self._marked}))}
        for name, by in self._marked:
            word = words.get(by)
            if word is None or (word.erased_at is None and word.voids != name):
                yield Finding("hidden", name, number, by)
        targets = {row.statement_id: row for row in rows_named(ctx, sorted({one[1] for one in self._said}))}
        for name, target, source in self._said:
            found = targets.get(target)
            if found is None or found.erased_at is not None or found.voided_by is not None or found.verb == VOIDED.iri:
                continue
            if may_void(source, found.source):
                yield Finding("shown_again", target, number, name)


class _Reading:
    """A context whose reads all see the same moment."""

    def __init__(self, platform: Platform, organisation_id: int) -> None:
        self._platform, self._organisation_id = platform, organisation_id
        self._session = platform.database.snapshot_session(organisation_id)

    def __enter__(self) -> Context:
        return self._platform.context_in(self._session, self._organisation_id)

    def __exit__(self, *_: object) -> None:
        self._session.close()


def _leaf(row: Any) -> bytes:
    return hashlib.sha256(b"\x00" + row.salt + row.raw.encode()).digest()


def _told(one: Closing) -> str:
    found = one.ranges()
    return f"{one.count}, {found[0][0]}-{found[-1][1]}, {one.closed_at.isoformat()}" if found else str(one.count)
