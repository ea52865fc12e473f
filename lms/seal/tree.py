"""Merkle trees as in RFC 6962, 2.1: leaves are hashes already (prefix 0x00, made by the ledger), nodes have the prefix 0x01."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH = 32


class Tree:
    """A tree that grows leaf by leaf, in memory of the logarithm of its leaves."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, node: bytes, size: int = 1) -> None:
        """Add a leaf; or the root of the next `size` leaves, a power of two as for all before it, or fewer at the very end."""
        while self._peaks and self._peaks[-1][0] == size:
            node, size = _node(self._peaks.pop()[1], node), size * 2
        self._peaks.append((size, node))

    @property
    def root(self) -> bytes:
        """The tree's hash; of no leaf, that of nothing."""
        if not self._peaks:
            return hashlib.sha256().digest()
        found = self._peaks[-1][1]
        for _size, peak in reversed(self._peaks[:-1]):
            found = _node(peak, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The hash of a list of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def path_of(nodes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of a leaf (2.1.1), from the bottom up. `nodes`: leaves, or roots of equal powers of two of them."""
    if len(nodes) <= 1:
        return []
    split = 1 << (len(nodes) - 1).bit_length() - 1
    if index < split:
        return [*path_of(nodes[:split], index), root_of(nodes[split:])]
    return [*path_of(nodes[split:], index - split), root_of(nodes[:split])]


def root_by_path(leaf: bytes, *, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a path leads from the leaf at `index` of `count` (RFC 9162, 2.1.3.2); None: not such a path."""
    if not 0 <= index < count:
        return None
    here, last, found = index, count - 1, leaf
    for other in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = _node(other, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = _node(found, other)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
