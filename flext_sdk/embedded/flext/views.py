"""What is stored, in the shapes of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.flext.schedules import next_times
from flext_sdk.embedded.store.clock import rfc3339
from flext_sdk.embedded.store.logs import LEVEL_NAMES, LogLine
from flext_sdk.embedded.store.runs import STEP_ENDED, StoredRun, StoredStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from flext_sdk.embedded.store.bookmarks import Bookmark
    from flext_sdk.embedded.store.pipelines import StoredPipeline
    from flext_sdk.embedded.store.schedules import StoredSlot


def pipeline_view(stored: StoredPipeline, now: dt.datetime) -> dict[str, Any]:
    """A ``Pipeline``."""
    definition = stored.definition
    steps = definition.get("steps", [])
    schedule = definition.get("schedule")
    return {
        "id": stored.id,
        "name": stored.name,
        "description": definition.get("description"),
        "is_active": stored.is_active,
        "status": "active" if stored.is_active else "paused",
        "tags": definition.get("tags", []),
        "steps": [_definition_step(order, step) for order, step in enumerate(steps)],
        "step_count": len(steps),
        "variables": definition.get("variables", {}),
        "configuration": definition.get("configuration", {}),
        "max_concurrent_runs": definition.get("max_concurrent_runs", 1),
        "schedule": schedule_view(schedule, now, stored.is_active) if schedule else None,
        "last_run_status": stored.last_run_status,
        "last_run_at": rfc3339(stored.last_run_at),
        "created_at": rfc3339(stored.created_at),
        "updated_at": rfc3339(stored.updated_at),
        "version": stored.version,
    }


def _definition_step(order: int, step: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": None,
        "name": step["name"],
        "order": order,
        "plugin_id": None,
        "configuration": None,
        "depends_on": step.get("depends_on", []),
        "extract": step.get("extract"),
        "load": step.get("load"),
        "dbt": step.get("dbt"),
        "meltano": step.get("meltano"),
        "retries": step.get("retries", 0),
        "timeout": step.get("timeout"),
        "state": step.get("state"),
    }


def schedule_view(
    schedule: Mapping[str, Any] | None, now: dt.datetime, is_active: bool, last: StoredSlot | None = None
) -> dict[str, Any]:
    """A ``Schedule``; ``cron`` is None where there is none.

    Args:
        schedule: As in the definition.
        now: The present moment.
        is_active: False while the pipeline is paused; then no run comes.
        last: The slot that was decided last.
    """
    if not schedule:
        return {"cron": None, "timezone": "UTC", "enabled": False, "catchup": "skip", "next_runs": [], "last": None}
    return {
        "cron": schedule["cron"],
        "timezone": schedule.get("timezone", "UTC"),
        "enabled": schedule.get("enabled", True),
        "catchup": schedule.get("catchup", "skip"),
        "next_runs": [rfc3339(moment) for moment in next_times(schedule, now)] if is_active else [],
        "last": _slot_view(last) if last is not None else None,
    }


def _slot_view(slot: StoredSlot) -> dict[str, Any]:
    return {
        "scheduled_for": rfc3339(slot.slot),
        "status": slot.status,
        "execution_id": slot.run_id,
        "reason": slot.reason,
    }


def run_view(run: StoredRun, now: dt.datetime) -> dict[str, Any]:
    """A ``Run``."""
    duration = _duration(run.started_at, run.completed_at, now)
    records = sum(step.records for step in run.steps)
    going_on = [step.name for step in run.steps if step.status == "running"]
    return {
        "execution_id": run.id,
        "pipeline_id": run.pipeline_id,
        "pipeline": run.pipeline,
        "status": run.status,
        "trigger": run.trigger,
        "scheduled_for": rfc3339(run.scheduled_for),
        "retry_of": run.retry_of,
        "full_refresh": run.full_refresh,
        "variables": run.variables,
        "created_at": rfc3339(run.created_at),
        "started_at": rfc3339(run.started_at),
        "completed_at": rfc3339(run.completed_at),
        "duration": duration,
        "steps_executed": sum(step.status in STEP_ENDED and step.status != "skipped" for step in run.steps),
        "steps_total": len(run.steps),
        "current_step": going_on[0] if going_on else None,
        "records": records,
        "bytes": sum(step.bytes for step in run.steps),
        "rate": _rate(records, duration),
        "restarts": run.restarts,
        "error": run.error,
        "hint": run.hint,
        "steps": [_step_view(step, now) for step in run.steps],
    }


def _step_view(step: StoredStep, now: dt.datetime) -> dict[str, Any]:
    duration = _duration(step.started_at, step.completed_at, now)
    details = step.details or {}
    return {
        "name": step.name,
        "status": step.status,
        "attempt": step.attempt,
        "started_at": rfc3339(step.started_at),
        "completed_at": rfc3339(step.completed_at),
        "duration": duration,
        "records": step.records,
        "bytes": step.bytes,
        "rate": _rate(step.records, duration),
        "streams": step.streams,
        "error": step.error,
        "exit_code": step.exit_code,
        "doing": details.get("doing"),
        "done": details.get("done"),
        "total": details.get("total"),
        "nodes": details.get("nodes") or [],
    }


def log_view(line: LogLine, run_id: str) -> dict[str, Any]:
    """A ``LogEntry``."""
    return {
        "id": line.id,
        "timestamp": rfc3339(line.timestamp),
        "level": LEVEL_NAMES.get(line.level, "info"),
        "message": line.message,
        "source": line.source,
        "step": line.step,
        "execution_id": run_id,
    }


def state_view(mark: Bookmark) -> dict[str, Any]:
    """A ``StepState``."""
    return {"step": mark.step, "state": mark.state, "execution_id": mark.run_id, "updated_at": rfc3339(mark.updated_at)}


def _duration(start: dt.datetime | None, end: dt.datetime | None, now: dt.datetime) -> float | None:
    # A wall clock may be set back; a length of time is never below zero.
    return None if start is None else round(max(0.0, ((end or now) - start).total_seconds()), 3)


def _rate(records: int, duration: float | None) -> float | None:
    return round(records / duration, 1) if duration and records else None
