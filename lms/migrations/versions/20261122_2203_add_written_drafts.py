"""add written drafts."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2203_add_written_drafts"
down_revision = "20261122_2201_add_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "courses_removed_part",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_courses_removed_part_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["courses_version.id"], name=op.f("fk_courses_removed_part_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_removed_part")),
    )
    with op.batch_alter_table("courses_removed_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_removed_part_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_courses_removed_part_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("courses_activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("edited_by_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("courses_activity", schema=None) as batch_op:
        batch_op.drop_column("edited_by_id")
        batch_op.drop_column("edited_at")

    with op.batch_alter_table("courses_removed_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_removed_part_version_id"))
        batch_op.drop_index(batch_op.f("ix_courses_removed_part_key"))

    op.drop_table("courses_removed_part")
