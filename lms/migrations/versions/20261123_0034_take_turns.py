"""What two people do at once is done once; and the trail is searched by an index.

An e-mail names one person, a preference has one value. Where two came to be, the way in that was proved stays, else the
first one; and the value that was written last. What events are about is written beside them, for those of before too.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "20261123_0034_take_turns"
down_revision = "20261122_2242_add_offer"
branch_labels = None
depends_on = None
PIECE = 1000

IDENTIFIER = sa.table("accounts_identifier", *map(sa.column, ("id", "kind", "value", "verified_at")))
PREFERENCE = sa.table("kernel_preference", *map(sa.column, ("id", "organisation_id", "name", "membership_id")))
EVENT = sa.table("kernel_event", *map(sa.column, ("id", "organisation_id", "data")))
THING = sa.table("kernel_event_thing", *map(sa.column, ("organisation_id", "event_id", "field", "thing_id")))


def keep_one_of_each() -> None:
    """Two people of one e-mail, two values of one preference: one stays."""
    proved_first = (IDENTIFIER.c.verified_at.is_(None), IDENTIFIER.c.id)
    place = sa.func.row_number().over(partition_by=IDENTIFIER.c.value, order_by=proved_first).label("place")
    ranked = sa.select(IDENTIFIER.c.id, place).where(IDENTIFIER.c.kind == "email").subquery()
    op.execute(sa.delete(IDENTIFIER).where(IDENTIFIER.c.id.in_(sa.select(ranked.c.id).where(ranked.c.place > 1))))
    of_what = (PREFERENCE.c.organisation_id, PREFERENCE.c.name, PREFERENCE.c.membership_id)
    place = sa.func.row_number().over(partition_by=of_what, order_by=PREFERENCE.c.id.desc()).label("place")
    ranked = sa.select(PREFERENCE.c.id, place).subquery()
    op.execute(sa.delete(PREFERENCE).where(PREFERENCE.c.id.in_(sa.select(ranked.c.id).where(ranked.c.place > 1))))


def note_things() -> None:
    """What the events of before are about."""
    connection, last = op.get_bind(), 0
    query = sa.select(EVENT).where(EVENT.c.id > sa.bindparam("last")).order_by(EVENT.c.id).limit(PIECE)
    while rows := connection.execute(query, {"last": last}).all():
        last = rows[-1].id
        things = [
            {"organisation_id": row.organisation_id, "event_id": row.id, "field": name, "thing_id": value}
            for row in rows
            for name, value in (json.loads(row.data) if isinstance(row.data, str) else row.data).items()
            if name.endswith("_id") and isinstance(value, int)
        ]
        if things:
            connection.execute(sa.insert(THING), things)


def upgrade() -> None:
    """Go forward."""
    keep_one_of_each()
    op.create_table(
        "kernel_event_thing",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["kernel_event.id"], name=op.f("fk_kernel_event_thing_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_kernel_event_thing_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_event_thing")),
    )
    with op.batch_alter_table("kernel_event_thing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kernel_event_thing_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_kernel_event_thing_field_thing_id_event_id"),
            ["field", "thing_id", "event_id"],
            unique=False,
        )

    with op.batch_alter_table("accounts_erasure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("accounts_identifier", schema=None) as batch_op:
        batch_op.create_index(
            "ix_accounts_identifier_email",
            ["value"],
            unique=True,
            sqlite_where=sa.text("kind = 'email'"),
            postgresql_where=sa.text("kind = 'email'"),
        )

    with op.batch_alter_table("kernel_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kernel_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_kernel_event_on_behalf_of_id"),
            ["on_behalf_of_id"],
            unique=False,
        )

    with op.batch_alter_table("kernel_preference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kernel_preference_organisation_id_name_membership_id"))
        batch_op.create_index(
            batch_op.f("ix_kernel_preference_organisation_id_name_membership_id"),
            ["organisation_id", "name", "membership_id"],
            unique=True,
        )
        batch_op.create_index(
            "ix_kernel_preference_of_organisation",
            ["organisation_id", "name"],
            unique=True,
            sqlite_where=sa.text("membership_id IS NULL"),
            postgresql_where=sa.text("membership_id IS NULL"),
        )
    note_things()


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("kernel_preference", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_kernel_preference_of_organisation",
            sqlite_where=sa.text("membership_id IS NULL"),
            postgresql_where=sa.text("membership_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_kernel_preference_organisation_id_name_membership_id"))
        batch_op.create_index(
            batch_op.f("ix_kernel_preference_organisation_id_name_membership_id"),
            ["organisation_id", "name", "membership_id"],
            unique=False,
        )

    with op.batch_alter_table("kernel_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kernel_event_on_behalf_of_id"))
        batch_op.drop_index(batch_op.f("ix_kernel_event_actor_id"))

    with op.batch_alter_table("accounts_identifier", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_accounts_identifier_email",
            sqlite_where=sa.text("kind = 'email'"),
            postgresql_where=sa.text("kind = 'email'"),
        )

    with op.batch_alter_table("accounts_erasure", schema=None) as batch_op:
        batch_op.drop_column("started_at")

    with op.batch_alter_table("kernel_event_thing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kernel_event_thing_field_thing_id_event_id"))
        batch_op.drop_index(batch_op.f("ix_kernel_event_thing_event_id"))

    op.drop_table("kernel_event_thing")
