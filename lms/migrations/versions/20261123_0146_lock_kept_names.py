"""The name of who was erased is locked away until the term of what the law keeps."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0146_lock_kept_names"
down_revision = "20261123_0049_add_lrs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("accounts_erasure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locked", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("accounts_erasure", schema=None) as batch_op:
        batch_op.drop_column("locked")
