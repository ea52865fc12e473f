"""Pauses, last days and ends as people say them; contacts after a path, their answers, and what counts as a positive end."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2227_add_outcomes"
down_revision = "20261122_2225_add_legal_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "outcomes_rule",
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("situations", sa.JSON(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_outcomes_rule_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes_rule")),
    )
    op.create_table(
        "outcomes_contact",
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_to", sa.String(length=254), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["courses_cohort.id"], name=op.f("fk_outcomes_contact_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_outcomes_contact_course_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["courses_enrolment.id"], name=op.f("fk_outcomes_contact_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_outcomes_contact_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_outcomes_contact_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes_contact")),
        sa.UniqueConstraint(
            "enrolment_id", "ended_at", "month", name=op.f("uq_outcomes_contact_enrolment_id_ended_at_month")
        ),
    )
    with op.batch_alter_table("outcomes_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_contact_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_outcomes_contact_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_outcomes_contact_organisation_id_due_on"), ["organisation_id", "due_on"], unique=False
        )
    op.create_table(
        "outcomes_answer",
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("situation", sa.String(length=20), nullable=False),
        sa.Column("needs_help", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("intent", sa.String(length=36), nullable=False),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("helped_by_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["outcomes_contact.id"], name=op.f("fk_outcomes_answer_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_outcomes_answer_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_outcomes_answer_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes_answer")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_outcomes_answer_contact_id")),
    )
    with op.batch_alter_table("outcomes_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_answer_membership_id"), ["membership_id"], unique=False)
    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("pauses", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("said_reason", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("courses_enrolment_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("courses_enrolment_change", schema=None) as batch_op:
        batch_op.drop_column("words")
    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.drop_column("said_reason")
        batch_op.drop_column("said_at")
        batch_op.drop_column("until")
        batch_op.drop_column("returned_at")
        batch_op.drop_column("pauses")
        batch_op.drop_column("paused_at")
    with op.batch_alter_table("outcomes_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_answer_membership_id"))
    op.drop_table("outcomes_answer")
    with op.batch_alter_table("outcomes_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_contact_organisation_id_due_on"))
        batch_op.drop_index(batch_op.f("ix_outcomes_contact_membership_id"))
        batch_op.drop_index(batch_op.f("ix_outcomes_contact_key"))
    op.drop_table("outcomes_contact")
    op.drop_table("outcomes_rule")
