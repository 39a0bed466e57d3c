"""Users, their sessions and tokens, failed logins, and the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade(op: Operations) -> None:
    """From version 3 to version 4."""
    op.create_table(
        "auth_users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("username", sa.String(100), nullable=False, unique=True),
        sa.Column("email", sa.String(200)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
        sa.Column("last_login_at", _moment()),
    )
    op.create_table(
        "auth_sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("auth_users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("revoked_at", _moment()),
    )
    op.create_index("auth_sessions_by_user", "auth_sessions", ["user_id"])
    op.create_table(
        "auth_tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("session_id", sa.String(32), sa.ForeignKey("auth_sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("access_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("refresh_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("access_expires_at", _moment(), nullable=False),
        sa.Column("refresh_expires_at", _moment(), nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("rotated_to", sa.String(32)),
        sa.Column("rotation_key", sa.String(64)),
        sa.Column("replaced", sa.Boolean, nullable=False),
    )
    op.create_index("auth_tokens_by_session", "auth_tokens", ["session_id"])
    op.create_table(
        "auth_attempts",
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("blocked_until", _moment()),
        sa.Column("updated_at", _moment(), nullable=False),
    )
    op.create_table(
        "auth_audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("username", sa.String(100)),
        sa.Column("actor", sa.String(100)),
        sa.Column("address", sa.String(64)),
        sa.Column("session", sa.String(32)),
        sa.Column("request_id", sa.String(128)),
        sa.Column("detail", sa.Text),
    )
    op.create_index("auth_audit_by_user", "auth_audit", ["username"])
    op.create_index("auth_audit_by_age", "auth_audit", ["at"])
