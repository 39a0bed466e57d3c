"""Schedules that are executed: when each is due next, and a row for every slot that was decided."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade(op: Operations) -> None:
    """From version 2 to version 3."""
    op.add_column("pipelines", sa.Column("kind", sa.String(16), nullable=False, server_default="pipeline"))
    op.add_column("runs", sa.Column("scheduled_for", _moment()))
    schedules = op.create_table(
        "schedules",
        sa.Column("pipeline_id", sa.String(36), sa.ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("timezone", sa.String(100), nullable=False),
        sa.Column("catchup", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("cursor", _moment(), nullable=False),
        sa.Column("next_at", _moment()),
    )
    op.create_index("schedules_due", "schedules", ["active", "next_at"])
    op.create_table(
        "schedule_slots",
        sa.Column("pipeline_id", sa.String(36), sa.ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("slot", _moment(), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("run_id", sa.String(32)),
        sa.Column("reason", sa.Text),
        sa.Column("decided_at", _moment(), nullable=False),
    )
    # What was stored until now was never executed, so nothing is caught up: it counts from today.
    connection = op.get_bind()
    now = dt.datetime.now(dt.UTC)
    moment = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    for key, active, text in connection.execute(sa.text("SELECT id, is_active, definition FROM pipelines")).all():
        schedule = json.loads(text).get("schedule")
        if schedule:
            values = {
                "pipeline_id": key,
                "cron": schedule["cron"],
                "timezone": schedule.get("timezone") or "UTC",
                "catchup": schedule.get("catchup") or "skip",
                "active": bool(active) and bool(schedule.get("enabled", True)),
                "revision": 1,
                "cursor": moment,
                "next_at": None,
            }
            connection.execute(sa.insert(schedules).values(values))
