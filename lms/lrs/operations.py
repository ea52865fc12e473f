"""Taking in what a machine says: all of a request or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lms.accounts.api import membership_ids_by_uuid
from lms.kernel.context import Context
from lms.kernel.files import keep_file
from lms.lrs.activities import note_definitions
from lms.lrs.bounds import check_said
from lms.lrs.data import Client, NotYours, OtherContent
from lms.lrs.fixing import fixed, pseudonym_of
from lms.lrs.incoming import Incoming
from lms.lrs.sameness import is_same
from lms.xapi.api import KeptAttachment, Unacceptable, enter, known_statements, may_void

INLINE_KEYS = 20
"""A unit that a learner has just left changes a few figures, at once; a machine that sends many leaves them to the worker, who
computes each once for all that was said meanwhile."""


def receive(ctx: Context, client: Client, *, statements: Sequence[Incoming], data_dir: Path) -> list[str]:
    """Take in what a machine says, all or nothing; returns the ids in the order of the request.

    An id that is known with the same content changes nothing; with another one it is `OtherContent`. Statements of verbs that
    are dropped for this machine have to follow the rules like the others; then their ids are returned and nothing is kept.
    """
    check_said(ctx, client, statements)
    _check_voiding(ctx, client, statements)
    asked, statements = statements, [one for one in statements if one.said.verb.id not in client.dropped_verbs]
    stored, prefix = ctx.now, ctx.iri_prefix
    names = {name for one in statements if (name := pseudonym_of(one, prefix))}
    members = membership_ids_by_uuid(ctx, names) if names else {}
    kept = _keep_attachments(ctx, statements, data_dir)
    rows = [
        fixed(
            one, prefix=prefix, client_key=client.key, source=client.source, stored=stored, members=members, kept=kept
        )
        # In one order for everybody: two requests with the same ids never wait for each other.
        for one in sorted(statements, key=lambda one: one.id)
    ]
    new = enter(ctx, rows, stored=stored, inline=INLINE_KEYS)
    note_definitions(ctx, [one for one in statements if one.id in new], bounds=client.bounds)
    _check_known(ctx, {one.id: one for one in statements if one.id not in new})
    return [one.id for one in asked]


def _keep_attachments(ctx: Context, statements: Sequence[Incoming], data_dir: Path) -> Mapping[str, KeptAttachment]:
    """Contents, each once, in the folder of files."""
    contents = {content.sha2: content for one in statements for content in one.attached}
    kept = {}
    for sha2, content in sorted(contents.items()):
        file = keep_file(ctx, data_dir, name=sha2, chunks=[content.content])
        kept[sha2] = KeptAttachment(sha2, content.media_type, file.id)
    return kept


def _check_known(ctx: Context, known: Mapping[str, Incoming]) -> None:
    for row in known_statements(ctx, sorted(known)):
        if not row.raw or not is_same(known[row.statement_id].parts, row.raw):
            raise OtherContent(f"id: {row.statement_id} is known with another content")


def _check_voiding(ctx: Context, client: Client, statements: Sequence[Incoming]) -> None:
    targets = sorted({one.voids for one in statements if one.voids is not None})
    for row in known_statements(ctx, targets):
        if not may_void(client.source, row.source):
            raise NotYours(f"object.id: {row.statement_id} was said by another; only staff void it")
    own = {one.id for one in statements if one.voids is not None}
    if own & set(targets):
        raise Unacceptable("object.id: a voiding statement does not void another voiding one")
