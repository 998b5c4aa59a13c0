"""Remember which prices wait for an employer's word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_provisional_prices"
down_revision = "0002_first_rows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and mark the prices that were given for want of a confirmation."""
    op.add_column(
        "registrations",
        sa.Column("price_is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(
        "ix_registrations_provisional",
        "registrations",
        ["employment_id"],
        sqlite_where=sa.text("price_is_provisional IS 1"),
        postgresql_where=sa.text("price_is_provisional IS TRUE"),
    )
    registrations = sa.table(
        "registrations",
        sa.column("price_is_provisional", sa.Boolean()),
        sa.column("price_reason", sa.String()),
    )
    op.execute(
        registrations.update()
        .where(registrations.c.price_reason.like("%has not confirmed that you work there yet"))
        .values(price_is_provisional=True)
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_registrations_provisional", "registrations")
    with op.batch_alter_table("registrations") as table:
        table.drop_column("price_is_provisional")
