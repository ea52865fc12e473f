"""The Learning Record Store: documents, what activities are, what statements name; clients of machines move to it."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "20261123_0049_add_lrs"
down_revision = "20261123_0034_take_turns"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_MOVE_FORTH = """
    INSERT INTO lrs_client (organisation_id, id, name, key, secret_hash, created_at, revoked_at)
    SELECT organisation_id, id, name, key, secret_hash, created_at, revoked_at FROM xapi_client"""
_MOVE_BACK = """
    INSERT INTO xapi_client (organisation_id, id, name, key, secret_hash, created_at, revoked_at)
    SELECT organisation_id, id, name, key, secret_hash, created_at, revoked_at FROM lrs_client"""
RELATED = ("parent", "grouping", "category", "other")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "lrs_activity",
        sa.Column("iri", sa.String(length=500), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_lrs_activity_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lrs_activity")),
        sa.UniqueConstraint("organisation_id", "iri", name=op.f("uq_lrs_activity_organisation_id_iri")),
    )
    op.create_table(
        "lrs_client",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("scopes", sa.JSON(), server_default='["all"]', nullable=False),
        sa.Column("dropped_verbs", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_lrs_client_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lrs_client")),
    )
    with op.batch_alter_table("lrs_client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lrs_client_key"), ["key"], unique=True)

    op.create_table(
        "lrs_document",
        sa.Column("owner", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("agent", sa.String(length=600), nullable=False),
        sa.Column("activity", sa.String(length=500), nullable=False),
        sa.Column("registration", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("membership_id", ID, nullable=True),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_lrs_document_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_lrs_document_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lrs_document")),
        sa.UniqueConstraint(
            "organisation_id",
            "owner",
            "registration",
            "name",
            name=op.f("uq_lrs_document_organisation_id_owner_registration_name"),
        ),
    )
    with op.batch_alter_table("lrs_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lrs_document_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "xapi_attachment",
        sa.Column("statement", ID, nullable=False),
        sa.Column("sha2", sa.String(length=128), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("file_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["kernel_file.id"], name=op.f("fk_xapi_attachment_file_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_xapi_attachment_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["statement"], ["xapi_statement.id"], name=op.f("fk_xapi_attachment_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_attachment")),
        sa.UniqueConstraint("statement", "sha2", name=op.f("uq_xapi_attachment_statement_sha2")),
    )
    with op.batch_alter_table("xapi_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_xapi_attachment_file_id"), ["file_id"], unique=False)

    op.create_table(
        "xapi_mention",
        sa.Column("thing", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stored", MOMENT, nullable=False),
        sa.Column("statement", ID, nullable=False),
        sa.Column("is_direct", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_xapi_mention_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["statement"], ["xapi_statement.id"], name=op.f("fk_xapi_mention_statement")),
        sa.PrimaryKeyConstraint("organisation_id", "thing", "stored", "statement", name=op.f("pk_xapi_mention")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("xapi_mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_xapi_mention_statement"), ["statement"], unique=False)

    op.create_table(
        "xapi_reference",
        sa.Column("statement", ID, nullable=False),
        sa.Column("stored", MOMENT, nullable=False),
        sa.Column("target", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_xapi_reference_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["statement"], ["xapi_statement.id"], name=op.f("fk_xapi_reference_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_reference")),
        sa.UniqueConstraint("statement", "target", name=op.f("uq_xapi_reference_statement_target")),
    )
    with op.batch_alter_table("xapi_reference", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_xapi_reference_organisation_id_stored"), ["organisation_id", "stored"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_xapi_reference_organisation_id_target"), ["organisation_id", "target"], unique=False
        )

    op.execute(_MOVE_FORTH)
    _rename_events("xapi.client_", "lrs.client_")
    op.drop_table("xapi_client")
    with op.batch_alter_table("xapi_statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authority", sa.String(length=40), server_default="platform", nullable=False))
        batch_op.create_index(
            "ix_xapi_statement_authority",
            ["organisation_id", "authority", "stored"],
            unique=False,
            sqlite_where=sa.text("authority != 'platform'"),
            postgresql_where=sa.text("authority != 'platform'"),
        )
    _fill(op.get_bind())


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("xapi_statement", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_xapi_statement_authority",
            sqlite_where=sa.text("authority != 'platform'"),
            postgresql_where=sa.text("authority != 'platform'"),
        )
        batch_op.drop_column("authority")

    op.create_table(
        "xapi_client",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_xapi_client_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xapi_client")),
    )
    with op.batch_alter_table("xapi_client", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_xapi_client_key"), ["key"], unique=True)

    op.execute(_MOVE_BACK)
    _rename_events("lrs.client_", "xapi.client_")
    for table in ("xapi_reference", "xapi_mention", "xapi_attachment", "lrs_document", "lrs_client", "lrs_activity"):
        op.drop_table(table)


def _rename_events(before: str, after: str) -> None:
    for name in ("added", "revoked"):
        statement = sa.text("UPDATE kernel_event SET type = :after WHERE type = :before")
        op.get_bind().execute(statement, {"before": before + name, "after": after + name})


def _fill(connection: sa.Connection) -> None:
    """What the statements there are name, read from their bytes some hundreds at a time; who asserts them."""
    page = sa.text(
        "SELECT id, organisation_id, stored, raw FROM xapi_statement WHERE id > :last AND raw <> '' ORDER BY id LIMIT 500"
    )
    page = page.columns(id=ID, organisation_id=ID, stored=MOMENT, raw=sa.Text)
    mention = sa.table(
        "xapi_mention",
        *(
            sa.column(name, kind)
            for name, kind in (
                ("organisation_id", ID),
                ("thing", sa.LargeBinary),
                ("stored", MOMENT),
                ("statement", ID),
                ("is_direct", sa.Boolean),
            )
        ),
    )
    reference = sa.table(
        "xapi_reference",
        *(
            sa.column(name, kind)
            for name, kind in (("organisation_id", ID), ("statement", ID), ("stored", MOMENT), ("target", sa.String))
        ),
    )
    authority = sa.text("UPDATE xapi_statement SET authority = :authority WHERE id = :id")
    last = 0
    while rows := connection.execute(page, {"last": last}).all():
        last = rows[-1].id
        said = [(row, json.loads(row.raw)) for row in rows]
        named = [
            {
                "organisation_id": row.organisation_id,
                "thing": thing,
                "stored": row.stored,
                "statement": row.id,
                "is_direct": direct,
            }
            for row, statement in said
            for thing, direct in _named(statement).items()
        ]
        if named:
            connection.execute(mention.insert(), named)
        references = [
            {
                "organisation_id": row.organisation_id,
                "statement": row.id,
                "stored": row.stored,
                "target": statement["object"]["id"].lower(),
            }
            for row, statement in said
            if statement["object"].get("objectType") == "StatementRef"
        ]
        if references:
            connection.execute(reference.insert(), references)
        keys = [
            {"id": row.id, "authority": statement["authority"].get("account", {}).get("name", "platform")}
            for row, statement in said
        ]
        keys = [one for one in keys if one["authority"] != "platform"]
        if keys:
            connection.execute(authority, keys)


def _named(statement: dict) -> dict:
    """Thing → whether it is named directly: the people and activities of a statement beside its actor and its activity."""
    found: dict = {}
    thing, context = statement["object"], statement.get("context", {})
    people = [(one, True) for one in statement["actor"].get("member", ())]
    if thing.get("objectType") in ("Agent", "Group"):
        people += [(one, True) for one in (thing, *thing.get("member", ()))]
    if thing.get("objectType") == "SubStatement":
        for inner in _named(thing):
            found.setdefault(inner, False)
        people += [(one, False) for one in (thing["actor"], *thing["actor"].get("member", ()))]
        if thing["object"].get("objectType", "Activity") == "Activity":
            found[_thing("activity", thing["object"]["id"])] = False
    for who in (context.get("instructor"), context.get("team")):
        people += [(one, False) for one in (who, *who.get("member", ()))] if who else []
    for agent, direct in people:
        identifier = _identifier(agent)
        if identifier:
            key = _thing("agent", identifier)
            found[key] = found.get(key, False) or direct
    related = context.get("contextActivities", {})
    for name in RELATED:
        value = related.get(name, [])
        for activity in value if isinstance(value, list) else [value]:
            found.setdefault(_thing("activity", activity["id"]), False)
    return found


def _identifier(agent: dict) -> str:
    if "account" in agent:
        return f"account:{agent['account']['homePage']}|{agent['account']['name']}"
    if "mbox" in agent:
        return str(agent["mbox"])
    return next((f"{name}:{agent[name]}" for name in ("mbox_sha1sum", "openid") if name in agent), "")


def _thing(kind: str, name: str) -> bytes:
    return hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest()
