"""The tables. A change here needs a new module in :mod:`flext_sdk.embedded.store.versions`."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, kept in UTC and given back with its time zone; SQLite has no type that keeps one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Python to database."""
        if value is None:
            return None
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Database to Python."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class JsonText(TypeDecorator[Any]):
    """JSON kept as text, in the order it was written in; PostgreSQL's own types do not keep it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        """Python to database."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Database to Python."""
        return None if value is None else json.loads(value)


metadata = MetaData()

schema_version = Table(
    "flext_schema_version",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
)

pipelines = Table(
    "pipelines",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("description", Text),
    Column("search_text", Text, nullable=False),
    Column("definition", JsonText, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("kind", String(16), nullable=False, server_default="pipeline"),
    Column("version", Integer, nullable=False),
    Column("last_run_id", String(32)),
    Column("last_run_status", String(16)),
    Column("last_run_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

pipeline_tags = Table(
    "pipeline_tags",
    metadata,
    Column("pipeline_id", String(36), ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(100), primary_key=True),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("pipeline_id", String(36), ForeignKey("pipelines.id", ondelete="CASCADE"), nullable=False),
    Column("pipeline", String(100), nullable=False),
    Column("status", String(16), nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("scheduled_for", UtcDateTime),
    Column("retry_of", String(32)),
    Column("full_refresh", Boolean, nullable=False),
    Column("force_stop", Boolean, nullable=False),
    Column("variables", JsonText, nullable=False),
    Column("definition", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("restarts", Integer, nullable=False),
    Column("error", Text),
    Column("hint", Text),
    Index("runs_by_pipeline", "pipeline_id", "created_at"),
    Index("runs_by_status", "status"),
)

step_runs = Table(
    "step_runs",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("records", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("streams", JsonText, nullable=False),
    Column("error", Text),
    Column("hint", Text),
    Column("exit_code", Integer),
    Column("details", JsonText),
)

log_lines = Table(
    "log_lines",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("timestamp", UtcDateTime, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("source", String(100), nullable=False),
    Column("step", String(100)),
    Column("message", Text, nullable=False),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("pipeline_id", String(36), ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
    Column("step", String(100), primary_key=True),
    Column("state", JsonText, nullable=False),
    Column("run_id", String(32)),
    Column("updated_at", UtcDateTime, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("pipeline_id", String(36), ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
    Column("cron", String(100), nullable=False),
    Column("timezone", String(100), nullable=False),
    Column("catchup", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("cursor", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Index("schedules_due", "active", "next_at"),
)

schedule_slots = Table(
    "schedule_slots",
    metadata,
    Column("pipeline_id", String(36), ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True),
    Column("slot", UtcDateTime, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("run_id", String(32)),
    Column("reason", Text),
    Column("decided_at", UtcDateTime, nullable=False),
)

processes = Table(
    "processes",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("pid", Integer, primary_key=True),
    Column("started", String(64), nullable=False),
    Column("run_id", String(32), nullable=False),
    Column("step", String(100), nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("operation_id", String(100), nullable=False),
    Column("fingerprint", String(128), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("answer", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Index("idempotency_by_age", "created_at"),
)

auth_users = Table(
    "auth_users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(100), nullable=False, unique=True),
    Column("email", String(200)),
    Column("role", String(16), nullable=False),
    Column("password", String(255), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("last_login_at", UtcDateTime),
)

auth_sessions = Table(
    "auth_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", String(32), ForeignKey("auth_users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("auth_sessions_by_user", "user_id"),
)

auth_tokens = Table(
    "auth_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("session_id", String(32), ForeignKey("auth_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("access_hash", String(64), nullable=False, unique=True),
    Column("refresh_hash", String(64), nullable=False, unique=True),
    Column("access_expires_at", UtcDateTime, nullable=False),
    Column("refresh_expires_at", UtcDateTime, nullable=False),
    Column("used", Boolean, nullable=False),
    Column("rotated_to", String(32)),
    Column("rotation_key", String(64)),
    Column("replaced", Boolean, nullable=False),
    Index("auth_tokens_by_session", "session_id"),
)

auth_attempts = Table(
    "auth_attempts",
    metadata,
    Column("subject", String(200), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

auth_audit = Table(
    "auth_audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(32), nullable=False),
    Column("username", String(100)),
    Column("actor", String(100)),
    Column("address", String(64)),
    Column("session", String(32)),
    Column("request_id", String(128)),
    Column("detail", Text),
    Index("auth_audit_by_user", "username"),
    Index("auth_audit_by_age", "at"),
)
