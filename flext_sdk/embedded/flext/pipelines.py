"""Use-cases about pipelines: their definitions, schedules and bookmarks."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.flext.definition import Checked, DefinitionChecker, schedule_problems
from flext_sdk.embedded.flext.views import pipeline_view, schedule_view, state_view
from flext_sdk.embedded.store.pipelines import (
    PIPELINE,
    BusyError,
    NameTakenError,
    PipelineFilter,
    PipelineStore,
    StoredPipeline,
)
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.store.bookmarks import BookmarkStore
    from flext_sdk.embedded.store.clock import Now
    from flext_sdk.embedded.store.schedules import ScheduleStore

_WHAT = "pipeline definition"


class PipelineService:
    """What can be done with pipelines, apart from running them.

    Every method takes the name or the id of a pipeline and raises :class:`ApiError` where something cannot be done.

    Args:
        pipelines: Where they are stored.
        bookmarks: Where their bookmarks are stored.
        checker: Checks definitions.
        schedules: Where it is kept what became of schedules.
        forgotten: Told about the runs of a pipeline that was deleted.
        now: The clock.
    """

    def __init__(
        self,
        pipelines: PipelineStore,
        bookmarks: BookmarkStore,
        checker: DefinitionChecker,
        schedules: ScheduleStore,
        *,
        forgotten: Callable[[Sequence[str]], None],
        now: Now,
    ) -> None:
        self._pipelines = pipelines
        self._bookmarks = bookmarks
        self._checker = checker
        self._schedules = schedules
        self._forgotten = forgotten
        self._now = now

    def require(self, name: str) -> StoredPipeline:
        """A pipeline as stored."""
        found = self._pipelines.find(name)
        if found is None:
            near = get_close_matches(name, self._pipelines.all_names(), n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]}?" if near else "See what there is: flext pipeline list"
            raise ApiError(404, "PIPELINE_NOT_FOUND", f"there is no pipeline {name!r}", hint=hint)
        return found

    def _own(self, name: str) -> StoredPipeline:
        """A pipeline that people may change; others belong to a tool that keeps its runs here."""
        found = self.require(name)
        if found.kind != PIPELINE:
            message = f"{found.name} belongs to flext {found.kind}, and is not changed as a pipeline"
            raise ApiError(409, "NOT_A_PIPELINE", message, hint=f"See flext {found.kind} --help")
        return found

    def page(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """A page of pipelines."""
        wanted = PipelineFilter(query.get("active"), query.get("tags") or (), query.get("q"), query.get("status"))
        found, total = self._pipelines.page(wanted, sort=query["sort"], limit=query["limit"], offset=query["offset"])
        now = self._now()
        return {"pipelines": [pipeline_view(stored, now) for stored in found], "total": total}

    def create(self, document: object) -> dict[str, Any]:
        """Stores a new pipeline."""
        definition = self._checked(document)
        try:
            return self._view(self._pipelines.create(definition))
        except NameTakenError:
            raise _name_taken(definition["name"]) from None

    def update(self, name: str, document: object) -> dict[str, Any]:
        """Stores another definition of a pipeline."""
        before = self._own(name)
        definition = self._checked(document)
        try:
            return self._view(self._present(self._pipelines.replace(before.id, definition), name))
        except NameTakenError:
            raise _name_taken(definition["name"]) from None

    def validate(self, document: object) -> dict[str, Any]:
        """The verdict on a definition: whether it may be stored, and could be run."""
        checked = self._checker.check(document)
        found = list(checked.problems)
        if isinstance(document, dict) and document.get("steps") in (None, []):
            # It may be stored, as a beginning; a run of it would be refused.
            hint = "Give it one: steps: [{name: load, extract: {plugin: ...}, load: {plugin: ...}}]"
            found.append(problem("/steps", "the pipeline has no steps, so there is nothing to run", hint=hint))
        name = document.get("name") if isinstance(document, dict) else None
        valid = all(each["severity"] != "error" for each in found)
        return {"valid": valid, "name": name if isinstance(name, str) else None, "problems": found}

    def show(self, name: str) -> dict[str, Any]:
        """A pipeline."""
        return self._view(self.require(name))

    def delete(self, name: str) -> None:
        """Deletes a pipeline with everything that belongs to it."""
        found = self._own(name)
        try:
            deleted = self._pipelines.delete(found.id)
        except BusyError as busy:
            raise in_progress(found.name, busy.run_id, "Stop it first") from None
        if deleted is None:
            self.require(name)
        else:
            self._forgotten(deleted)

    def export(self, name: str, form: str) -> str:
        """A definition as text that ``create`` accepts."""
        definition = self.require(name).definition
        if form == "json":
            return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"
        import yaml

        return str(yaml.safe_dump(definition, sort_keys=False, allow_unicode=True, width=100))

    def set_active(self, name: str, active: bool) -> dict[str, Any]:
        """Pauses a pipeline, or lets it run again."""
        return self._view(self._present(self._pipelines.set_active(self.require(name).id, active), name))

    def schedule(self, name: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Shows or changes a schedule."""
        found = self.require(name) if not any(value is not None for value in change.values()) else self._own(name)
        before = found.definition.get("schedule")
        change = {key: value for key, value in change.items() if value is not None}
        removed = change.pop("remove", False)
        if removed and change:
            raise _invalid("/remove", "a schedule is either changed or removed", "Leave the other settings out.")
        if removed:
            definition = {key: value for key, value in found.definition.items() if key != "schedule"}
            self._present(self._pipelines.replace(found.id, definition), name)
            return schedule_view(None, self._now(), found.is_active)
        if not change:
            return schedule_view(before, self._now(), found.is_active, self._schedules.last(found.id))
        schedule = {**(before or {}), **change}
        if "cron" not in schedule:
            raise _invalid(
                "/cron",
                f"{found.name} has no schedule yet; it needs a cron expression",
                'Give one: --cron "15 * * * *"',
            )
        problems = list(schedule_problems(schedule, ""))
        if problems:
            raise validation_failed(problems, what="schedule")
        # At the place where it stands, or before the steps, so that an export reads well.
        definition = {key: value for key, value in found.definition.items() if key != "steps"} | {"schedule": schedule}
        if "steps" in found.definition:
            definition["steps"] = found.definition["steps"]
        self._present(self._pipelines.replace(found.id, definition), name)
        return schedule_view(schedule, self._now(), found.is_active, self._schedules.last(found.id))

    def state(self, name: str) -> dict[str, Any]:
        """The bookmarks of a pipeline."""
        return self._states(self.require(name))

    def set_state(self, name: str, state: Mapping[str, Any], step: str | None) -> dict[str, Any]:
        """Sets the bookmark of a step."""
        found = self.require(name)
        names = [entry["name"] for entry in found.definition.get("steps", ())]
        if step is None and len(names) != 1:
            there = f"its steps are {', '.join(names)}" if names else "it has no steps"
            raise _invalid("/step", f"say which step of {found.name} the bookmark is for; {there}", "Use --step STEP.")
        self._require_step(found, step, "/step")
        try:
            self._bookmarks.set_by_hand(found.id, step or names[0], state)
        except BusyError as busy:
            raise in_progress(
                found.name, busy.run_id, "Bookmarks are not changed while it runs; stop it first"
            ) from None
        return self._states(found)

    def clear_state(self, name: str, step: str | None, stream: str | None) -> dict[str, Any]:
        """Forgets bookmarks."""
        found = self.require(name)
        if step is not None and step not in {mark.step for mark in self._bookmarks.all(found.id)}:
            # A bookmark may be left of a step that the definition no longer has; only where there is neither is it a
            # slip.
            self._require_step(found, step, "/step")
        try:
            changed = self._bookmarks.clear(found.id, step=step, stream=stream)
        except BusyError as busy:
            raise in_progress(
                found.name, busy.run_id, "Bookmarks are not changed while it runs; stop it first"
            ) from None
        if stream is not None and not changed:
            raise ApiError(
                404,
                "STREAM_NOT_FOUND",
                f"{found.name} has no bookmark of a stream {stream!r}",
                hint=f"See which there are: flext pipeline state show {found.name}",
            )
        return self._states(found)

    def _require_step(self, found: StoredPipeline, step: str | None, where: str) -> None:
        names = [entry["name"] for entry in found.definition.get("steps", ())]
        if step is not None and step not in names:
            near = get_close_matches(step, names, n=1, cutoff=0.6)
            raise _invalid(
                where,
                f"{found.name} has no step {step!r}",
                f"Did you mean {near[0]}?" if near else f"Steps: {', '.join(names)}.",
            )

    def _states(self, found: StoredPipeline) -> dict[str, Any]:
        marks = self._bookmarks.all(found.id)
        return {"pipeline_id": found.id, "name": found.name, "states": [state_view(mark) for mark in marks]}

    def _checked(self, document: object) -> dict[str, Any]:
        checked: Checked = self._checker.check(document)
        if not checked.valid:
            raise validation_failed(checked.errors, what=_WHAT)
        return checked.definition

    def _present(self, found: StoredPipeline | None, name: str) -> StoredPipeline:
        """What an update gave; another request may have deleted it in between."""
        return found if found is not None else self.require(name)

    def _view(self, stored: StoredPipeline) -> dict[str, Any]:
        return pipeline_view(stored, self._now())


def in_progress(name: str, run_id: str, advice: str) -> ApiError:
    """409: a run is going on."""
    return ApiError(
        409,
        "RUN_IN_PROGRESS",
        f"{name} is running: {run_id}",
        hint=f"{advice}: flext pipeline stop {name}",
        details={"execution_id": run_id},
    )


def _name_taken(name: str) -> ApiError:
    hint = f"Choose another name, or replace it: flext pipeline update {name} FILE"
    return ApiError(409, "PIPELINE_EXISTS", f"there is a pipeline {name!r} already", hint=hint)


def _invalid(where: str, message: str, hint: str) -> ApiError:
    return validation_failed([problem(where, message, hint=hint)])
