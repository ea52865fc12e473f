"""add messages."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2214_add_messages"
down_revision = "20261122_2210_add_put_off"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "messages_thread",
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("intent", sa.String(length=36), nullable=False),
        sa.Column("registration", sa.String(length=36), nullable=False),
        sa.Column("course_key", sa.String(length=10), nullable=False),
        sa.Column("activity_key", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=420), nullable=False),
        sa.Column("question", sa.String(length=400), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_messages_thread_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_thread_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_thread")),
        sa.UniqueConstraint("organisation_id", "intent", name=op.f("uq_messages_thread_organisation_id_intent")),
    )
    with op.batch_alter_table("messages_thread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_thread_key"), ["key"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_messages_thread_membership_id_last_at"), ["membership_id", "last_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_messages_thread_organisation_id_last_at"), ["organisation_id", "last_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_messages_thread_organisation_id_waiting_since"),
            ["organisation_id", "waiting_since"],
            unique=False,
        )
    op.create_table(
        "messages_handover",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_handover_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["messages_thread.id"], name=op.f("fk_messages_handover_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_handover")),
    )
    with op.batch_alter_table("messages_handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_handover_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_messages_handover_thread_id"), ["thread_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_handover_to_id_state"), ["to_id", "state"], unique=False)
    op.create_table(
        "messages_later",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_later_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["messages_thread.id"], name=op.f("fk_messages_later_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_later")),
        sa.UniqueConstraint("organisation_id", "intent", name=op.f("uq_messages_later_organisation_id_intent")),
    )
    with op.batch_alter_table("messages_later", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_later_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_later_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_messages_later_thread_id"), ["thread_id"], unique=False)
    op.create_table(
        "messages_message",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=36), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waited_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_message_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["messages_thread.id"], name=op.f("fk_messages_message_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_message")),
        sa.UniqueConstraint("organisation_id", "intent", name=op.f("uq_messages_message_organisation_id_intent")),
    )
    with op.batch_alter_table("messages_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_message_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_messages_message_thread_id_id"), ["thread_id", "id"], unique=False)
    op.create_table(
        "messages_notice",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_notice_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["messages_thread.id"], name=op.f("fk_messages_notice_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_notice")),
        sa.UniqueConstraint(
            "thread_id", "membership_id", "kind", name=op.f("uq_messages_notice_thread_id_membership_id_kind")
        ),
    )
    with op.batch_alter_table("messages_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_notice_due_at"), ["due_at"], unique=False)
    op.create_table(
        "messages_reading",
        sa.Column("thread_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("read_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_reading_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["messages_thread.id"], name=op.f("fk_messages_reading_thread_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_reading")),
        sa.UniqueConstraint("thread_id", "membership_id", name=op.f("uq_messages_reading_thread_id_membership_id")),
    )
    with op.batch_alter_table("messages_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_reading_membership_id"), ["membership_id"], unique=False)
    op.create_table(
        "messages_attachment",
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("later_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["later_id"], ["messages_later.id"], name=op.f("fk_messages_attachment_later_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["kernel_media.id"], name=op.f("fk_messages_attachment_media_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages_message.id"], name=op.f("fk_messages_attachment_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_messages_attachment_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_attachment")),
    )
    with op.batch_alter_table("messages_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_attachment_later_id"), ["later_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_attachment_media_id"), ["media_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_attachment_message_id"), ["message_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("messages_attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_attachment_message_id"))
        batch_op.drop_index(batch_op.f("ix_messages_attachment_media_id"))
        batch_op.drop_index(batch_op.f("ix_messages_attachment_later_id"))
    op.drop_table("messages_attachment")
    with op.batch_alter_table("messages_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_reading_membership_id"))
    op.drop_table("messages_reading")
    with op.batch_alter_table("messages_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_notice_due_at"))
    op.drop_table("messages_notice")
    with op.batch_alter_table("messages_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_message_thread_id_id"))
        batch_op.drop_index(batch_op.f("ix_messages_message_key"))
    op.drop_table("messages_message")
    with op.batch_alter_table("messages_later", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_later_thread_id"))
        batch_op.drop_index(batch_op.f("ix_messages_later_key"))
        batch_op.drop_index(batch_op.f("ix_messages_later_due_at"))
    op.drop_table("messages_later")
    with op.batch_alter_table("messages_handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_handover_to_id_state"))
        batch_op.drop_index(batch_op.f("ix_messages_handover_thread_id"))
        batch_op.drop_index(batch_op.f("ix_messages_handover_key"))
    op.drop_table("messages_handover")
    with op.batch_alter_table("messages_thread", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_thread_organisation_id_waiting_since"))
        batch_op.drop_index(batch_op.f("ix_messages_thread_organisation_id_last_at"))
        batch_op.drop_index(batch_op.f("ix_messages_thread_membership_id_last_at"))
        batch_op.drop_index(batch_op.f("ix_messages_thread_key"))
    op.drop_table("messages_thread")
