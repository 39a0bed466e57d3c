"""Schedules of Meltano projects: Meltano keeps them in meltano.yml and executes none; this platform does.

A schedule that is executed has a pipeline of its own in the store, so the scheduler needs to know nothing of Meltano.
What is in meltano.yml counts: a change there by hand is noticed within half a minute.
"""

from __future__ import annotations

import logging
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flext.definition import schedule_problems
from flext_sdk.embedded.flext.schedules import cron_problem
from flext_sdk.embedded.flext.views import schedule_view
from flext_sdk.embedded.meltano.projects import PROJECT_FILE, open_project
from flext_sdk.embedded.meltano.runs import KIND, pipeline_name
from flext_sdk.embedded.meltano.service import unknown_plugin
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.store.pipelines import BusyError
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.meltano.runs import MeltanoRuns
    from flext_sdk.embedded.meltano.service import MeltanoService
    from flext_sdk.embedded.store.clock import Now
    from flext_sdk.embedded.store.pipelines import PipelineStore, StoredPipeline
    from flext_sdk.embedded.store.schedules import ScheduleStore

_OURS: Final = ("timezone", "enabled", "catchup")
_MELTANOS: Final = ("interval", "extractor", "loader", "job")

_log = logging.getLogger("flext.meltano")


class MeltanoSchedules:
    """What can be done with schedules of projects.

    Args:
        service: The other use-cases.
        runs: Keeps a pipeline for each schedule that is executed.
        pipelines: Where pipelines are stored.
        schedules: Where it is kept what became of schedules.
        forgotten: Told about the runs of a schedule that was removed.
        now: The clock.
    """

    def __init__(
        self,
        service: MeltanoService,
        runs: MeltanoRuns,
        pipelines: PipelineStore,
        schedules: ScheduleStore,
        *,
        forgotten: Callable[[Sequence[str]], None],
        now: Now,
    ) -> None:
        self._service = service
        self._runs = runs
        self._pipelines = pipelines
        self._schedules = schedules
        self._forgotten = forgotten
        self._now = now
        self._seen: dict[Path, int] = {}

    def page(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The schedules of a project."""
        folder = self._service.folder(query)
        found = [self._view(folder, entry) for entry in self._service.ask("schedules", folder)]
        return {"schedules": found, "total": len(found)}

    def schedule(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Shows, makes, changes or removes a schedule."""
        folder = self._service.folder(request)
        change = {key: value for key, value in request.items() if value is not None and key != "project"}
        removed = change.pop("remove", False)
        entries: list[dict[str, Any]] = self._service.ask("schedules", folder)
        found = next((entry for entry in entries if entry["name"] == name), None)
        if removed and change:
            raise _wrong("/remove", "a schedule is either changed or removed", "Leave the other settings out.")
        if found is None and not any(key in change for key in _MELTANOS):
            raise _unknown(name, [entry["name"] for entry in entries])
        if removed:
            return self._remove(folder, name)
        if not change:
            return self._view(folder, found or {})
        new = found is None
        self._check(folder, name, found, change)
        found = self._write(folder, name, found, change)
        before = self._stored(folder, name)
        wanted = {**(before.definition["schedule"] if before is not None else {}), **_only(change, _OURS)}
        if new or before is not None or change.get("enabled"):
            wanted.setdefault("enabled", True)
            self._execute(folder, name, found["interval"], wanted)
        return self._view(folder, found)

    def follow(self) -> None:
        """Brings what is executed in line with the projects' files, where they were changed by hand."""
        for stored in self._pipelines.of_kind(KIND):
            schedule = stored.definition.get("schedule")
            if not schedule or not schedule.get("enabled"):
                continue
            given = stored.definition["steps"][0]["meltano"]
            folder, name = Path(given["project"]), given["schedule"]
            try:
                changed = (folder / PROJECT_FILE).stat().st_mtime_ns
            except OSError:
                changed = 0
            if self._seen.get(folder / name) != changed:
                self._seen[folder / name] = changed
                self._follow(stored, folder, name)

    def _follow(self, stored: StoredPipeline, folder: Path, name: str) -> None:
        try:
            entries = open_project(folder).get("schedules") or []
            plain = next((entry for entry in entries if isinstance(entry, dict) and entry.get("name") == name), None)
            # It may stand in a file that meltano.yml includes; only Meltano knows.
            found = plain or next(
                (entry for entry in self._service.ask("schedules", folder) if entry["name"] == name), None
            )
        except (ProjectError, ApiError) as error:
            _log.warning("the schedule %s of %s cannot be looked at: %s", name, folder, error)
            return
        schedule = dict(stored.definition["schedule"])
        if found is None or cron_problem(str(found.get("interval"))):
            schedule["enabled"] = False
            _log.warning("%s no longer has a schedule %s with times; it is not executed any more", folder, name)
        elif found["interval"] != schedule["cron"]:
            schedule["cron"] = str(found["interval"])
            _log.info("the schedule %s of %s was changed to %s", name, folder, schedule["cron"])
        self._pipelines.replace(stored.id, {**stored.definition, "schedule": schedule})

    def _check(self, folder: Path, name: str, found: Mapping[str, Any] | None, change: Mapping[str, Any]) -> None:
        interval = change.get("interval") or (found or {}).get("interval")
        if interval is None:
            raise _wrong("/interval", f"the schedule {name!r} needs an interval", "Give one: --interval @daily")
        fields = {**_only(change, ("timezone",)), "cron": interval}
        problems = list(schedule_problems(fields, ""))
        will_run = change.get("enabled", True)
        if problems and (will_run or "interval" in change):
            raise validation_failed(problems, what="schedule")
        if found is None and not change.get("job") and not (change.get("extractor") and change.get("loader")):
            hint = "Give --extractor and --loader, or --job."
            raise _wrong("/extractor", f"the schedule {name!r} needs something to run", hint)
        if change.get("job") and (change.get("extractor") or change.get("loader")):
            raise _wrong("/job", "a schedule runs a job, or a tap and a target, not both", "Leave one of them out.")
        names = self._service.ask("names", folder) if any(key in change for key in _MELTANOS) else {}
        for key, known in (("extractor", "plugins"), ("loader", "plugins"), ("job", "jobs")):
            if change.get(key) and change[key] not in names[known]:
                raise unknown_plugin(folder, change[key], names[known], jobs=key == "job", where=f"/{key}")

    def _write(
        self, folder: Path, name: str, found: dict[str, Any] | None, change: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Changes meltano.yml, where anything of that is to be changed."""
        wanted = _only(change, _MELTANOS)
        if found is not None:
            wanted = {key: value for key, value in wanted.items() if found.get(key) != value}
        if wanted:
            options = [word for key, value in wanted.items() for word in (f"--{key}", value)]
            self._service.command(folder, "schedule", "add" if found is None else "set", name, *options)
        entries: list[dict[str, Any]] = self._service.ask("schedules", folder)
        return next(entry for entry in entries if entry["name"] == name)

    def _execute(self, folder: Path, name: str, interval: str, wanted: Mapping[str, Any]) -> None:
        schedule = {"cron": interval, **_only(wanted, _OURS)}
        step = {"name": "run", "meltano": {"project": str(folder), "schedule": name}}
        key = self._name(folder, name)
        definition = {"name": key, "schedule": schedule, "steps": [step]}
        stored = self._runs.pipeline(key, definition)
        self._pipelines.replace(stored.id, definition)

    def _remove(self, folder: Path, name: str) -> dict[str, Any]:
        stored = self._stored(folder, name)
        if stored is not None:
            try:
                self._forgotten(self._pipelines.delete(stored.id) or ())
            except BusyError as busy:
                message, hint = f"the schedule {name} is running: {busy.run_id}", "Stop it first: flext meltano stop"
                raise ApiError(409, "RUN_IN_PROGRESS", message, hint=hint) from None
        self._service.command(folder, "schedule", "remove", name)
        return {"name": name, "interval": None, "enabled": False, "next_runs": []}

    def _view(self, folder: Path, entry: Mapping[str, Any]) -> dict[str, Any]:
        stored = self._stored(folder, entry["name"])
        schedule = stored.definition["schedule"] if stored is not None else {}
        shown = schedule_view(
            {"enabled": False, **schedule, "cron": entry["interval"]},
            self._now(),
            stored is not None and stored.is_active,
            self._schedules.last(stored.id) if stored is not None else None,
        )
        runs = f"job {entry['job']}" if entry.get("job") else f"{entry.get('extractor')} {entry.get('loader')}"
        interval = {"name": entry["name"], "interval": entry["interval"], "runs": runs}
        return {**interval, **_only(shown, (*_OURS, "next_runs", "last"))}

    def _stored(self, folder: Path, name: str) -> StoredPipeline | None:
        return self._pipelines.find(self._name(folder, name))

    def _name(self, folder: Path, name: str) -> str:
        return f"{pipeline_name(folder)}:{name}"


def _only(given: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: given[key] for key in keys if key in given}


def _unknown(name: str, known: Sequence[str]) -> ApiError:
    likely = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = (
        f"Did you mean {likely[0]}?"
        if likely
        else f"Make it: flext meltano schedule {name} --extractor TAP --loader TARGET --interval @daily"
    )
    return ApiError(404, "SCHEDULE_NOT_FOUND", f"there is no schedule {name!r}", hint=hint)


def _wrong(where: str, message: str, hint: str) -> ApiError:
    return validation_failed([problem(where, message, hint=hint)])
