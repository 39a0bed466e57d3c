"""From an example and what was changed to a model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flext_sdk._core.decode import load_model
from flext_sdk._core.request import plain_data
from flext_sdk._core.runs import FINISHED
from flext_sdk.testing._examples import EXAMPLES, FACTS

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = ["batch", "build", "example"]


def example(name: str) -> dict[str, Any]:
    """The example of a model as JSON data; yours to change.

    Args:
        name: Name of the model, ``"Run"``.

    Raises:
        KeyError: There is no such model.
    """
    return copy.deepcopy(EXAMPLES[name])


def build(name: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the model of that name
    """The example of a model with some fields changed.

    Raises:
        TypeError: The model has no such field.
    """
    model = load_model(FACTS[name][0])
    unknown = sorted(set(values) - set(model.model_fields))
    if unknown:
        from flext_sdk.embedded.web.problems import did_you_mean

        raise TypeError(f"{name} has no field {unknown[0]!r}{did_you_mean(unknown[0], model.model_fields)}")
    given = {key: _plain(value) for key, value in values.items()}
    data = {**_sensible(name, example(name), given), **given}
    return model.model_validate(data)


def batch[T](make: Callable[..., T], count: int, **values: object) -> list[T]:
    """Several of a kind, each with a name and an id of its own.

    Args:
        make: A factory: ``factory.Pipeline``.
        count: How many.
        values: Fields that all of them have.

    Example:
        >>> from flext_sdk.testing import factory
        >>> [run.execution_id for run in factory.batch(factory.Run, 2, status="failed")]
        ['run-1-1', 'run-1-2']
    """
    name = make.__name__
    own = [key for key in FACTS[name][2] if key not in values]
    return [make(**{**values, **{key: f"{EXAMPLES[name][key]}-{n}" for key in own}}) for n in range(1, count + 1)]


def _plain(value: object) -> Json:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return plain_data(value)


def _sensible(name: str, data: dict[str, Any], given: Mapping[str, Json]) -> dict[str, Any]:
    """The example as it would be beside what was given: a failed run has an error, a page counts its items."""
    adjust = {"Run": _run, "StepRun": _step_run, "Pipeline": _pipeline}.get(name)
    if adjust is not None:
        adjust(data, given)
    lists = [key for key, value in data.items() if isinstance(value, list)]
    counts = [key for key in ("total", "count") if key in data]
    if len(lists) == 1 and counts:
        data[counts[0]] = len(given.get(lists[0], data[lists[0]]))
    return data


def _run(data: dict[str, Any], given: Mapping[str, Json]) -> None:
    status = str(given.get("status", data["status"])).lower()
    steps = [build("StepRun", {"status": _STEP.get(status, "running")}).to_dict()]
    data["steps"] = steps
    rows = given.get("steps", steps)
    data["steps_total"] = len(rows)
    data["steps_executed"] = sum(1 for step in rows if str(step.get("status")) not in {"pending", "running"})
    data["records"] = sum(step.get("records") or 0 for step in rows)
    if status not in FINISHED:
        data.update(completed_at=None, current_step=rows[0]["name"] if rows and status != "pending" else None)
    if status == "pending":
        data.update(started_at=None, duration=None, rate=None)
    if status == "failed":
        data.update(error=_FAILED, hint="See its log: flext pipeline logs orders")


def _step_run(data: dict[str, Any], given: Mapping[str, Json]) -> None:
    status = str(given.get("status", data["status"])).lower()
    if status in {"pending", "skipped"}:
        data.update(
            started_at=None, completed_at=None, duration=None, rate=None, records=0, bytes=0, streams={}, attempt=0
        )
    if status == "running":
        data["completed_at"] = None
    if status == "failed":
        data.update(error=_FAILED, exit_code=1)


def _pipeline(data: dict[str, Any], given: Mapping[str, Json]) -> None:
    data["step_count"] = len(given.get("steps", data["steps"]))
    if given.get("is_active") is False:
        data["status"] = "paused"


_FAILED = "tap-csv ended with exit code 1"
_STEP = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "pending": "pending",
}
