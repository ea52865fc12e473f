"""Statements as a machine sends them: strict JSON, checked one by one, with the contents that came in other parts."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET

from lms.lrs import multipart, signing
from lms.lrs.checking import check_statement
from lms.lrs.data import Attached
from lms.lrs.multipart import Part
from lms.lrs.sameness import is_signed_as
from lms.lrs.shapes import ActorShape, AttachmentShape, StatementShape
from lms.xapi.api import VOIDED, Unacceptable, read_json

MOST_STATEMENTS = 5_000
_HASHES = {56: hashlib.sha224, 64: hashlib.sha256, 96: hashlib.sha384, 128: hashlib.sha512}
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Incoming:
    """A statement that follows the rules: what it says, and its properties as they were written."""

    id: str
    said: StatementShape
    actor: ActorShape
    parts: Mapping[str, msgspec.Raw]
    family: str
    attached: tuple[Attached, ...] = ()
    """The contents that came with it; what it names by `fileUrl` alone is not here."""

    @property
    def voids(self) -> str | None:
        """The id of the statement that it voids."""
        return self.refers if self.said.verb.id == VOIDED.iri else None

    @property
    def refers(self) -> str | None:
        """The id of the statement that is its object."""
        is_reference = self.said.object.get("objectType") == "StatementRef"
        return str(self.said.object["id"]).lower() if is_reference else None


def read_multipart(body: bytes, content_type: str, family: str, *, only: str | None = None) -> list[Incoming]:
    """As `read_statements`, of a body whose first part is the statements and whose others are contents they name."""
    parts = multipart.read_parts(body, content_type)
    if not parts or parts[0].media_type != "application/json":
        raise Unacceptable("body: its first part is the statements, with Content-Type: application/json")
    attached = {
        one.sha2: one for one in (_attached(part, f"part {number}") for number, part in enumerate(parts[1:], 2))
    }
    return read_statements(bytes(parts[0].content), family, only=only, attached=attached)


def read_statements(
    body: bytes, family: str, *, only: str | None = None, attached: Mapping[str, Attached] | None = None
) -> list[Incoming]:
    """The statements of a request's body, one or a list, or `Unacceptable`: all of them or none.

    `only`: the body is the statement of this id, which it may leave out. `attached`: contents by their SHA-2; each has to be
    named by a statement.
    """
    decoded = read_json(body)
    several = isinstance(decoded, list)
    if only is not None and several:
        raise Unacceptable("statement: PUT takes one, not a list")
    listed: list[Any] = decoded if several else [decoded]
    if len(listed) > MOST_STATEMENTS:
        raise Unacceptable(f"{len(listed)} statements at once; send {MOST_STATEMENTS} at most")
    written: list[Any] = _elements(body) if several else [body]
    found = []
    for number, (statement, raw) in enumerate(zip(listed, written, strict=True)):
        try:
            found.append(_incoming(statement, raw, family, only, attached or {}))
        except Unacceptable as wrong:
            raise Unacceptable(f"[{number}] {wrong}" if several else str(wrong)) from None
    twice = [name for name, times in Counter(one.id for one in found).items() if times > 1]
    if twice:
        raise Unacceptable(f"id: {twice[0]} stands twice in this request")
    surplus = set(attached or ()) - {content.sha2 for one in found for content in one.attached}
    if surplus:
        raise Unacceptable(f"body: no statement has an attachment whose sha2 is {min(surplus)}")
    return found


def _incoming(statement: Any, raw: bytes, family: str, only: str | None, attached: Mapping[str, Attached]) -> Incoming:
    if not isinstance(statement, dict):
        raise Unacceptable("statement: is not an object")
    said, actor = check_statement(statement, family)
    name = (only or str(uuid.uuid4())) if said.id is UNSET else said.id.lower()
    if only is not None and name != only:
        raise Unacceptable(f"id: {name} is not the statementId of the address")
    contents = dict(_contents(statement, said, attached)) if _has_attachments(said) else {}
    return Incoming(name, said, actor, _parts(raw), family, tuple(contents.values()))


def _attached(part: Part, at: str) -> Attached:
    """A part with a content; its hash is checked against its bytes, so what a statement names is what came."""
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise Unacceptable(f"{at}: needs Content-Transfer-Encoding: binary")
    sha2, content = part.headers.get(multipart.HASH, "").lower(), bytes(part.content)
    made_by = _HASHES.get(len(sha2))
    if made_by is None or made_by(content).hexdigest() != sha2:
        raise Unacceptable(f"{at}: X-Experience-API-Hash is not the SHA-2 of its content")
    return Attached(sha2, part.headers.get("content-type", "application/octet-stream")[:200], content)


def _has_attachments(said: StatementShape) -> bool:
    return said.attachments is not UNSET or "attachments" in said.object


def _contents(
    statement: Mapping[str, Any], said: StatementShape, attached: Mapping[str, Attached]
) -> Iterator[tuple[str, Attached]]:
    """The contents that a statement names, and those of the statement inside it."""
    inner = msgspec.convert(said.object.get("attachments", []), list[AttachmentShape])
    named = [(f"attachments[{number}]", one) for number, one in enumerate(said.attachments or ())]
    named += [(f"object.attachments[{number}]", one) for number, one in enumerate(inner)]
    for at, attachment in named:
        found = attached.get(attachment.sha2.lower())
        if found is None and attachment.fileUrl is UNSET:
            raise Unacceptable(f"{at}: neither a part of this request with its sha2, nor a fileUrl")
        if attachment.usageType == signing.USAGE:
            if found is None or attachment.contentType != "application/octet-stream":
                raise Unacceptable(f"{at}: a signature comes in a part of its own, as application/octet-stream")
            signing.check_signature(found.content, partial(is_signed_as, statement), at)
        if found is not None:
            yield found.sha2, found
