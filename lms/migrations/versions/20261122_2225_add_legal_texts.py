"""Legal texts of several kinds, by whom they were published; the logo of an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_2225_add_legal_texts"
down_revision = "20261122_2218_add_devices"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = "uq_accounts_terms_organisation_id_version"
NEW = "uq_accounts_terms_organisation_id_kind_version"


def upgrade() -> None:
    """Go forward."""
    op.add_column("accounts_organisation", sa.Column("logo", sa.String(length=10), nullable=False, server_default=""))
    op.create_table(
        "accounts_logo",
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_accounts_logo_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_logo")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_accounts_logo_organisation_id")),
    )
    with op.batch_alter_table("accounts_logo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_logo_key"), ["key"], unique=True)
    with op.batch_alter_table("accounts_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="terms"))
        batch_op.add_column(sa.Column("published_by_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f(OLD), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(NEW), ["organisation_id", "kind", "version"])


def downgrade() -> None:
    """Go back: texts of other kinds than the terms are lost."""
    op.execute(sa.text("DELETE FROM accounts_terms WHERE kind <> 'terms'"))
    with op.batch_alter_table("accounts_terms", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(NEW), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(OLD), ["organisation_id", "version"])
        batch_op.drop_column("published_by_id")
        batch_op.drop_column("kind")
    op.drop_table("accounts_logo")
    op.drop_column("accounts_organisation", "logo")
