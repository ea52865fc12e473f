"""Statements by actor in the order of a page."""

from alembic import op

revision = "20261123_0211_index_actors"
down_revision = "20261123_0210_add_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("xapi_statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_xapi_statement_organisation_id_actor_verb_stored"))
        batch_op.create_index(
            batch_op.f("ix_xapi_statement_organisation_id_actor_stored"),
            ["organisation_id", "actor", "stored"],
            unique=False,
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("xapi_statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_xapi_statement_organisation_id_actor_stored"))
        batch_op.create_index(
            batch_op.f("ix_xapi_statement_organisation_id_actor_verb_stored"),
            ["organisation_id", "actor", "verb", "stored"],
            unique=False,
        )
