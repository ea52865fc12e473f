"""Lists of large groups read an index instead of everyone."""

from alembic import op

revision = "20261122_2201_add_indexes"
down_revision = "20261122_2145_add_media"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_courses_enrolment_cohort_id_ended_at", "courses_enrolment", ["cohort_id", "ended_at"]),
    ("ix_courses_progress_activity_key_status_enrolment_id", "courses_progress", ["activity_key", "status", "enrolment_id"]),
)  # fmt: skip


def upgrade() -> None:
    """Go forward."""
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Go back."""
    for name, table, _columns in INDEXES:
        op.drop_index(name, table)
