"""The only door to the seal for other features."""

from __future__ import annotations

from lms.seal.chain import as_json
from lms.seal.data import Link
from lms.seal.proofs import check_chain, check_line, proofs_of
from lms.seal.reading import links
from lms.seal.sealing import seal_now

__all__ = ["Link", "as_json", "check_chain", "check_line", "links", "proofs_of", "seal_now"]
