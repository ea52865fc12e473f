"""Works, questionnaires, what is expected of one person, and acts that name nobody."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2231_add_works"
down_revision = "20261122_2227_add_outcomes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "questionnaire_ballot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_key", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["courses_cohort.id"], name=op.f("fk_questionnaire_ballot_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_questionnaire_ballot_course_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_questionnaire_ballot_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["courses_version.id"], name=op.f("fk_questionnaire_ballot_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_ballot")),
    )
    with op.batch_alter_table("questionnaire_ballot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questionnaire_ballot_cohort_id_activity_key_is_counted"),
            ["cohort_id", "activity_key", "is_counted"],
            unique=False,
        )

    op.create_table(
        "assignment_work",
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_key", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("project", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_number", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["courses_cohort.id"], name=op.f("fk_assignment_work_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_assignment_work_course_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["courses_enrolment.id"], name=op.f("fk_assignment_work_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_assignment_work_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_assignment_work_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["version_id"], ["courses_version.id"], name=op.f("fk_assignment_work_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_work")),
        sa.UniqueConstraint("enrolment_id", "activity_key", name=op.f("uq_assignment_work_enrolment_id_activity_key")),
    )
    with op.batch_alter_table("assignment_work", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assignment_work_cohort_id_activity_key"), ["cohort_id", "activity_key"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_work_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_assignment_work_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignment_work_organisation_id_state_handed_at"),
            ["organisation_id", "state", "handed_at"],
            unique=False,
        )

    op.create_table(
        "questionnaire_reply",
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_key", sa.String(length=10), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["courses_cohort.id"], name=op.f("fk_questionnaire_reply_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_questionnaire_reply_course_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["courses_enrolment.id"], name=op.f("fk_questionnaire_reply_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_questionnaire_reply_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_questionnaire_reply_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["version_id"], ["courses_version.id"], name=op.f("fk_questionnaire_reply_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_reply")),
        sa.UniqueConstraint(
            "enrolment_id", "activity_key", name=op.f("uq_questionnaire_reply_enrolment_id_activity_key")
        ),
    )
    with op.batch_alter_table("questionnaire_reply", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questionnaire_reply_cohort_id_activity_key"), ["cohort_id", "activity_key"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questionnaire_reply_key"), ["key"], unique=True)
        batch_op.create_index(batch_op.f("ix_questionnaire_reply_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "assignment_version",
        sa.Column("work_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_assignment_version_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["assignment_work.id"], name=op.f("fk_assignment_version_work_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_version")),
        sa.UniqueConstraint("work_id", "number", name=op.f("uq_assignment_version_work_id_number")),
    )
    op.create_table(
        "assignment_grade",
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("graded_by_id", sa.Integer(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_assignment_grade_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["assignment_version.id"], name=op.f("fk_assignment_grade_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_grade")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_assignment_grade_version_id_number")),
    )
    op.create_table(
        "assignment_piece",
        sa.Column("membership_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("grade_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["grade_id"], ["assignment_grade.id"], name=op.f("fk_assignment_piece_grade_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["kernel_media.id"], name=op.f("fk_assignment_piece_media_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["accounts_membership.id"], name=op.f("fk_assignment_piece_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_assignment_piece_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["assignment_version.id"], name=op.f("fk_assignment_piece_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_piece")),
    )
    with op.batch_alter_table("assignment_piece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_piece_grade_id"), ["grade_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_piece_media_id"), ["media_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assignment_piece_membership_id_intent"), ["membership_id", "intent"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_piece_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("adjusted", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.alter_column("adjusted", existing_type=sa.JSON(), existing_nullable=False, server_default=None)

    with op.batch_alter_table("xapi_intent", schema=None) as batch_op:
        batch_op.alter_column(
            "uuid", existing_type=sa.VARCHAR(length=36), type_=sa.String(length=64), existing_nullable=False
        )
        batch_op.alter_column("membership_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("sent_by_id", existing_type=sa.INTEGER(), nullable=True)


def downgrade() -> None:
    """Go back; acts that name nobody go with what they said."""
    op.execute("DELETE FROM xapi_intent WHERE membership_id IS NULL")
    with op.batch_alter_table("xapi_intent", schema=None) as batch_op:
        batch_op.alter_column("sent_by_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column("membership_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column(
            "uuid", existing_type=sa.String(length=64), type_=sa.VARCHAR(length=36), existing_nullable=False
        )

    with op.batch_alter_table("courses_enrolment", schema=None) as batch_op:
        batch_op.drop_column("adjusted")

    with op.batch_alter_table("assignment_piece", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_piece_version_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_piece_membership_id_intent"))
        batch_op.drop_index(batch_op.f("ix_assignment_piece_media_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_piece_grade_id"))

    op.drop_table("assignment_piece")
    op.drop_table("assignment_grade")
    op.drop_table("assignment_version")
    with op.batch_alter_table("questionnaire_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_reply_membership_id"))
        batch_op.drop_index(batch_op.f("ix_questionnaire_reply_key"))
        batch_op.drop_index(batch_op.f("ix_questionnaire_reply_cohort_id_activity_key"))

    op.drop_table("questionnaire_reply")
    with op.batch_alter_table("assignment_work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_work_organisation_id_state_handed_at"))
        batch_op.drop_index(batch_op.f("ix_assignment_work_membership_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_work_key"))
        batch_op.drop_index(batch_op.f("ix_assignment_work_cohort_id_activity_key"))

    op.drop_table("assignment_work")
    with op.batch_alter_table("questionnaire_ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_ballot_cohort_id_activity_key_is_counted"))

    op.drop_table("questionnaire_ballot")
