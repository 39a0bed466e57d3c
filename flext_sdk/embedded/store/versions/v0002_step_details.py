"""What a step has to tell besides rows: the results of dbt's models and tests, for instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """From version 1 to version 2."""
    op.add_column("step_runs", sa.Column("details", sa.Text))
