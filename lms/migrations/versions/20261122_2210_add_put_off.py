"""What someone has put off in "Ce soir"."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2210_add_put_off"
down_revision = "20261122_2203_add_written_drafts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "analytics_put_off",
        sa.Column("membership_id", BIG, nullable=False),
        sa.Column("wait", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_analytics_put_off_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_analytics_put_off_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_put_off")),
        sa.UniqueConstraint("membership_id", "wait", name=op.f("uq_analytics_put_off_membership_id_wait")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("analytics_put_off")
