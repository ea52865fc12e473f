"""The seal: its chain, its pieces, closings; what was erased before there was an event for it gets one."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0206_add_seal"
down_revision = "20261123_0205_together"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_STATEMENT = sa.table("xapi_statement", sa.column("id"), sa.column("organisation_id"), sa.column("erased_at", MOMENT))
_EVENT = sa.table(
    "kernel_event",
    sa.column("organisation_id"),
    sa.column("at", MOMENT),
    sa.column("type"),
    sa.column("data", sa.JSON()),
    sa.column("delivered_at", MOMENT),
    sa.column("tries"),
    sa.column("fault"),
)
_CHUNK = 500


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "seal_check",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("unsealed", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_seal_check_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_check")),
        sa.UniqueConstraint("job_id", name=op.f("uq_seal_check_job_id")),
    )
    with op.batch_alter_table("seal_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seal_check_organisation_id_checked_at"), ["organisation_id", "checked_at"], unique=False
        )

    op.create_table(
        "seal_link",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_row", ID, nullable=False),
        sa.Column("last_row", ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("merkle", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closing", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mailed_at", MOMENT, nullable=True),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_seal_link_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_link")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_seal_link_organisation_id_number")),
    )
    with op.batch_alter_table("seal_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seal_link_organisation_id_root"), ["organisation_id", "root"], unique=False
        )

    op.create_table(
        "seal_closing",
        sa.Column("link_id", ID, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["seal_link.id"], name=op.f("fk_seal_closing_link_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_seal_closing_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_closing")),
        sa.UniqueConstraint("link_id", name=op.f("uq_seal_closing_link_id")),
    )
    op.create_table(
        "seal_piece",
        sa.Column("link_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_row", ID, nullable=False),
        sa.Column("last_row", ID, nullable=False),
        sa.Column("node", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["seal_link.id"], name=op.f("fk_seal_piece_link_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_seal_piece_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_piece")),
        sa.UniqueConstraint("link_id", "position", name=op.f("uq_seal_piece_link_id_position")),
    )
    with op.batch_alter_table("seal_piece", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seal_piece_organisation_id_last_row"), ["organisation_id", "last_row"], unique=False
        )

    op.add_column("xapi_statement", sa.Column("closed_at", MOMENT, nullable=True))
    _tell_of_erasures()


def _tell_of_erasures() -> None:
    """An erased row without an event is an alarm; these were erased rightly, before events said so."""
    connection = op.get_bind()
    erased = sa.select(_STATEMENT.c.organisation_id, _STATEMENT.c.erased_at, _STATEMENT.c.id).where(
        _STATEMENT.c.erased_at.is_not(None)
    )
    together = {}
    for organisation, at, row_id in connection.execute(erased.order_by(_STATEMENT.c.id)):
        together.setdefault((organisation, at), []).append(row_id)
    for (organisation, at), rows in together.items():
        for start in range(0, len(rows), _CHUNK):
            some = rows[start : start + _CHUNK]
            data = {"count": len(some), "rows": ",".join(str(one) for one in some)}
            told = {
                "at": at,
                "delivered_at": at,
                "type": "xapi.statements_erased",
                "tries": 0,
                "fault": "",
                "data": data,
            }
            connection.execute(_EVENT.insert().values(organisation_id=organisation, **told))


def downgrade() -> None:
    """Go back."""
    op.drop_column("xapi_statement", "closed_at")

    with op.batch_alter_table("seal_piece", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_piece_organisation_id_last_row"))

    op.drop_table("seal_piece")
    op.drop_table("seal_closing")
    with op.batch_alter_table("seal_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_link_organisation_id_root"))

    op.drop_table("seal_link")
    with op.batch_alter_table("seal_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_check_organisation_id_checked_at"))

    op.drop_table("seal_check")
