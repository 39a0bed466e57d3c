"""The first tables: pipelines, runs, logs, bookmarks, processes and idempotency keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade(op: Operations) -> None:
    """From nothing to version 1."""
    op.create_table(
        "pipelines",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("description", sa.Text),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("last_run_id", sa.String(32)),
        sa.Column("last_run_status", sa.String(16)),
        sa.Column("last_run_at", _moment()),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
    )
    pipeline = sa.Column(
        "pipeline_id", sa.String(36), sa.ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True
    )
    op.create_table("pipeline_tags", pipeline, sa.Column("tag", sa.String(100), primary_key=True))
    _runs(op)
    op.create_table(
        "bookmarks",
        sa.Column("pipeline_id", sa.String(36), sa.ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("step", sa.String(100), primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(32)),
        sa.Column("updated_at", _moment(), nullable=False),
    )
    op.create_table(
        "processes",
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("pid", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("started", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("step", sa.String(100), nullable=False),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("operation_id", sa.String(100), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("created_at", _moment(), nullable=False),
    )
    op.create_index("idempotency_by_age", "idempotency_keys", ["created_at"])


def _runs(op: Operations) -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("pipeline_id", sa.String(36), sa.ForeignKey("pipelines.id", ondelete="CASCADE"), nullable=False),
        sa.Column("pipeline", sa.String(100), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("retry_of", sa.String(32)),
        sa.Column("full_refresh", sa.Boolean, nullable=False),
        sa.Column("force_stop", sa.Boolean, nullable=False),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("started_at", _moment()),
        sa.Column("completed_at", _moment()),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("hint", sa.Text),
    )
    op.create_index("runs_by_pipeline", "runs", ["pipeline_id", "created_at"])
    op.create_index("runs_by_status", "runs", ["status"])
    op.create_table(
        "step_runs",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("started_at", _moment()),
        sa.Column("completed_at", _moment()),
        sa.Column("records", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("streams", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("hint", sa.Text),
        sa.Column("exit_code", sa.Integer),
    )
    op.create_table(
        "log_lines",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("timestamp", _moment(), nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("step", sa.String(100)),
        sa.Column("message", sa.Text, nullable=False),
    )
