"""Events and jobs that failed wait before they are tried again; versions keep the digest of what was imported."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2126_add_retries"
down_revision = "20261122_2024_create_all"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("courses_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))

    with op.batch_alter_table("kernel_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("fault", sa.String(length=60), nullable=False, server_default=""))

    with op.batch_alter_table("kernel_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("kernel_job", schema=None) as batch_op:
        batch_op.drop_column("due_at")

    with op.batch_alter_table("kernel_event", schema=None) as batch_op:
        batch_op.drop_column("fault")
        batch_op.drop_column("due_at")
        batch_op.drop_column("tries")

    with op.batch_alter_table("courses_version", schema=None) as batch_op:
        batch_op.drop_column("digest")
