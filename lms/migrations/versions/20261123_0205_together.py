"""The day on which anonymous answers were counted together."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0205_together"
down_revision = "20261123_0146_lock_kept_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("questionnaire_ballot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_on", sa.Date(), nullable=True))
    # What is counted already was counted on the day of its last answer, or after.
    op.execute(
        "UPDATE questionnaire_ballot SET counted_on = (SELECT max(other.day) FROM questionnaire_ballot AS other "
        "WHERE other.cohort_id = questionnaire_ballot.cohort_id "
        "AND other.activity_key = questionnaire_ballot.activity_key AND other.is_counted) WHERE is_counted"
    )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("questionnaire_ballot", schema=None) as batch_op:
        batch_op.drop_column("counted_on")
