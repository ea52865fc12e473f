"""The seal in a bundle: the chain of roots, and beside each file of traces a proof for each line; checked without a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import msgspec

from lms.kernel.context import Context
from lms.quality.data import SealVerdict
from lms.seal.api import Link, as_json, check_chain, check_line, links, proofs_of

CHAIN = "sceau/chaine.json"
FORMAT = "tremplin-seal/1"
MOST_LINE = 16 << 20
"""Bytes of a line: a statement has 10 MB at most."""
_line = msgspec.json.Decoder(dict[str, Any]).decode


class _Chain(msgspec.Struct):
    format: str
    organisation: str
    links: list[dict[str, Any]]


def proofs_path(traces: str) -> str:
    """`traces/01.jsonl` → `sceau/01.jsonl`."""
    return f"sceau/{traces.rpartition('/')[2]}"


def sealed_chain(ctx: Context) -> Iterator[str]:
    """The file of the chain: every link, one a line."""
    head = json.dumps({"format": FORMAT, "organisation": ctx.here.key}, ensure_ascii=False)
    yield head.removesuffix("}") + ', "links": ['
    separator = "\n"
    for link in links(ctx):
        yield separator + json.dumps(as_json(link))
        separator = ",\n"
    yield "\n]}\n"


def sealed_lines(ctx: Context, registration: str) -> Iterator[str]:
    """The file of proofs: a line for each line of traces."""
    for line in proofs_of(ctx, registration):
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_chain(data: bytes, *, root: str = "") -> dict[int, Link]:
    """The links by number; raises `ValueError` when the chain does not hold, or does not know this root."""
    try:
        found = msgspec.json.decode(data, type=_Chain)
    except msgspec.DecodeError as wrong:
        raise ValueError("chain: unreadable") from wrong
    if found.format != FORMAT:
        raise ValueError("chain: another format")
    return check_chain(found.organisation, found.links, root=root)


def compare(
    verdict: SealVerdict,
    whole: Mapping[int, Link],
    path: str,
    *,
    traces: IO[bytes],
    proofs: IO[bytes],
    spend: Callable[[int], None],
    last: int,
) -> None:
    """A file of traces against its proofs, line by line. `last`: the link whose root was given."""
    while True:
        told, proof = traces.readline(MOST_LINE), proofs.readline(MOST_LINE)
        spend(len(told) + len(proof))
        if not told and not proof:
            return
        try:
            line, raw = _line(proof), told.decode().removesuffix("\n")
            name = str(line["statement"])
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
            verdict.broken.append(path)
            return
        if "raw" in line:  # the bytes have line ends, which a line cannot hold
            held = str(line["raw"])
            raw = held if held.replace("\r", " ").replace("\n", " ") == raw else ""
        if "link" not in line:
            verdict.unsealed += 1
        elif check_line(whole, line, raw):
            verdict.proved += 1
            verdict.after_root += line["link"] > last
        else:
            verdict.broken.append(name)
