"""Public pages of courses, and every state that they had."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2242_add_offer"
down_revision = "20261122_2231_add_works"
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


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "offer_page",
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_offer_page_course_id")),
        sa.UniqueConstraint("course_id", name=op.f("uq_offer_page_course_id")),
        *_owned("offer_page"),
    )
    op.create_index(op.f("ix_offer_page_key"), "offer_page", ["key"], unique=True)
    op.create_table(
        "offer_state",
        sa.Column("page_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["offer_page.id"], name=op.f("fk_offer_state_page_id")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_offer_state_page_id_number")),
        *_owned("offer_state"),
    )
    op.create_index(op.f("ix_offer_state_ended_at"), "offer_state", ["ended_at"])


def downgrade() -> None:
    """Go back: what the public could read is lost."""
    op.drop_table("offer_state")
    op.drop_table("offer_page")
