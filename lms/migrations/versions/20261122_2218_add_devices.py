"""Devices in which people are signed in, contacts to confirm, erasures, easy reading, former names."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2218_add_devices"
down_revision = "20261122_2214_add_messages"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f(f"fk_{table}_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_member(table: str, *, ondelete: str | None = "CASCADE") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("membership_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f(f"fk_{table}_membership_id"), ondelete=ondelete
        ),
    ]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "accounts_device",
        *_of_member("accounts_device"),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.UniqueConstraint("membership_id", "key", name=op.f("uq_accounts_device_membership_id_key")),
        *_owned("accounts_device"),
    )
    op.create_table(
        "accounts_contact_change",
        *_of_member("accounts_contact_change"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("old_value", sa.String(length=254), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        *_owned("accounts_contact_change"),
    )
    op.create_index(op.f("ix_accounts_contact_change_membership_id"), "accounts_contact_change", ["membership_id"])
    op.create_table(
        "accounts_erasure",
        *_of_member("accounts_erasure", ondelete=None),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("kept_until", MOMENT, nullable=True),
        *_owned("accounts_erasure"),
    )
    op.create_index(op.f("ix_accounts_erasure_key"), "accounts_erasure", ["key"], unique=True)
    op.create_index(
        op.f("ix_accounts_erasure_organisation_id_done_at"), "accounts_erasure", ["organisation_id", "done_at"]
    )
    op.create_index(
        "ix_accounts_erasure_open",
        "accounts_erasure",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    with op.batch_alter_table("accounts_person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("easy_reading", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("accounts_person", schema=None) as batch_op:
        batch_op.alter_column("easy_reading", server_default=None)
    with op.batch_alter_table("accounts_membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_name", sa.String(length=220), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("renamed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("erased_at", MOMENT, nullable=True))
    with op.batch_alter_table("accounts_membership", schema=None) as batch_op:
        batch_op.alter_column("former_name", server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("accounts_membership", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("renamed_at")
        batch_op.drop_column("former_name")
    with op.batch_alter_table("accounts_person", schema=None) as batch_op:
        batch_op.drop_column("easy_reading")
    op.drop_table("accounts_erasure")
    op.drop_table("accounts_contact_change")
    op.drop_table("accounts_device")
