"""Use-cases about dbt: projects, commands as runs, and what a project consists of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.dbt import manifest, scaffold
from flext_sdk.embedded.dbt.commands import COMMANDS
from flext_sdk.embedded.dbt.projects import Project, open_project, read_settings
from flext_sdk.embedded.engine.process import child_environment
from flext_sdk.embedded.engine.references import has_reference
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.flext.dbt_projects import PREFIX, DbtProjects, absolute_path, kept, refused, taken
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.store.clock import rfc3339
from flext_sdk.embedded.store.pipelines import BusyError, PipelineStore, StoredPipeline
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.flext.runs import RunService

_OPTIONS: Final = ("select", "exclude", "vars", "env", "target", "profile", "threads")


class DbtService:
    """What can be done with dbt.

    Args:
        pipelines: Where projects are kept.
        projects: The projects.
        runs: Starts runs.
        environ: The service's environment.
        forgotten: Told about the runs of a project that was forgotten.
    """

    def __init__(
        self,
        pipelines: PipelineStore,
        projects: DbtProjects,
        runs: RunService,
        environ: Mapping[str, str],
        *,
        forgotten: Callable[[Sequence[str]], None],
    ) -> None:
        self._pipelines = pipelines
        self._projects = projects
        self._runs = runs
        self._environ = environ
        self._forgotten = forgotten

    # -- projects --------------------------------------------------------------------------------------------

    def projects(self) -> dict[str, Any]:
        """The registered projects."""
        found = self._projects.registered()
        return {"projects": [self._view(stored) for stored in found], "total": len(found)}

    def register(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Gives a project a name."""
        folder = absolute_path(body.get("folder") or ".", body.get("base_path"), "/folder")
        profiles = absolute_path(body["profiles"], body.get("base_path"), "/profiles") if body.get("profiles") else None
        try:
            settings = read_settings(Path(folder))
        except ProjectError as error:
            raise refused(error) from None
        name = body.get("name") or str(settings["name"])
        return self._view(self._projects.keep(name, folder, profiles, registered=True))

    def forget(self, name: str) -> None:
        """Takes the name of a project away, and its runs; the folder stays as it is."""
        found = self._projects.named(name)
        try:
            self._forgotten(self._pipelines.delete(found.id) or [])
        except BusyError as busy:
            raise ApiError(
                409,
                "RUN_IN_PROGRESS",
                f"{found.name} is running: {busy.run_id}",
                hint=f"Stop it first: flext data dbt stop {name}",
            ) from None

    def show(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """A project."""
        return self._view(self._projects.find(query))

    def init(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Makes a new project and registers it."""
        name = body["name"]
        base = body.get("base_path")
        if not scaffold.NAME.fullmatch(name):
            hint = "Letters, digits and _, no digit first."
            raise validation_failed([problem("/name", f"{name!r} cannot be the name of a dbt project", hint=hint)])
        known = self._projects.folder_of(name)
        folder = absolute_path(body.get("folder") or name, base, "/folder")
        if known is not None and known != folder:
            raise taken(name, known)
        try:
            database = self._database(body, base)
            tables = scaffold.tables_of(Path(database)) if database is not None else []
            files = scaffold.make_project(Path(folder), name, Path(database) if database is not None else None, tables)
        except ProjectError as error:
            raise refused(error) from None
        return {**self._view(self._projects.keep(name, folder, None, registered=True)), "files": files}

    def _database(self, body: Mapping[str, Any], base: object) -> str | None:
        """The DuckDB file that a new project works on: given, or the one that a pipeline loads into."""
        given, pipeline = body.get("database"), body.get("pipeline")
        if given and pipeline:
            raise validation_failed([problem("/pipeline", "give either a database or a pipeline, not both")])
        if given:
            return absolute_path(given, base, "/database")
        if not pipeline:
            return None
        if not is_path(pipeline):
            raise validation_failed([problem("/pipeline", f"{pipeline!r} cannot be the name of a pipeline")])
        found = self._runs.pipeline(pipeline)
        for step in found.definition.get("steps", ()):
            load = step.get("load") or {}
            path = (load.get("config") or {}).get("path")
            if load.get("plugin") == "target-duckdb" and isinstance(path, str) and "${" not in path:
                return path
        raise ApiError(
            409,
            "NO_DUCKDB_TARGET",
            f"{found.name} has no step that loads into a DuckDB file",
            hint="Give the file with --database.",
        )

    # -- runs ------------------------------------------------------------------------------------------------

    def run(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a command as a run."""
        stored = self._projects.find(body)
        stored_as = kept(stored)
        step = {name: body[name] for name in _OPTIONS if body.get(name) not in (None, [], {})}
        profiles = absolute_path(body["profiles"], body.get("base_path"), "/profiles") if body.get("profiles") else None
        step |= {"project": stored_as["folder"], "command": body["command"]}
        if profiles or stored_as.get("profiles"):
            step["profiles"] = profiles or stored_as["profiles"]
        secret = next((key for key, value in (body.get("vars") or {}).items() if "${secret:" in str(value)), None)
        if secret is not None:
            hint = "Give it as env: DBT_ENV_SECRET_NAME, and use env_var() in the project."
            message = "dbt writes variables into its logs and artefacts; a secret must not be one"
            raise validation_failed([problem(f"/vars/{secret}", message, hint=hint)])
        if not any(map(has_reference, (step.get("env") or {}).values())):
            # What is wrong is told at once; where references are to be filled in, when it runs.
            self._opened(stored, step)
        definition = {"name": stored.name, "steps": [{"name": body["command"], "dbt": step}]}
        refresh = bool(body.get("full_refresh")) and COMMANDS[body["command"]].refreshes
        return self._runs.begin(stored, definition, full_refresh=refresh)

    # -- what a project consists of --------------------------------------------------------------------------

    def models(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Models, seeds, snapshots and sources."""
        _, found = self._manifest(query)
        types = query.get("types") or ()
        models = manifest.models(found, types)
        return {"models": models, "total": len(models)}

    def lineage(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The graph."""
        project, found = self._manifest(query)
        try:
            return {"project": project.name, **manifest.lineage(found, query.get("model"))}
        except ProjectError as error:
            raise refused(error) from None

    def site(self, query: Mapping[str, Any]) -> str:
        """The documentation as one page that needs no other file."""
        project = self._opened(self._projects.find(query), query)
        page = project.target_path / "static_index.html"
        try:
            return page.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ApiError(
                409, "DOCS_MISSING", f"{project.name} has no documentation yet", hint="Make it: flext data dbt docs"
            ) from None

    def _manifest(self, query: Mapping[str, Any]) -> tuple[Project, dict[str, Any]]:
        stored = self._projects.find(query)
        project = self._opened(stored, query)
        if not manifest.is_fresh(project) and not query.get("stale"):
            raise ApiError(
                409,
                "MANIFEST_STALE",
                f"the manifest of {project.name} is older than its files, or not there yet",
                hint="Make it: flext data dbt compile PROJECT",
                details={"pipeline": stored.name},
            )
        try:
            return project, manifest.read(project)
        except ProjectError as error:
            raise refused(error) from None

    def _opened(self, stored: StoredPipeline, given: Mapping[str, Any]) -> Project:
        """The project with its profile, looked at now."""
        stored_as = kept(stored)
        extra = {key: str(value) for key, value in (given.get("env") or {}).items()}
        profiles = given.get("profiles") or stored_as.get("profiles")
        try:
            return open_project(
                Path(stored_as["folder"]),
                environ=child_environment(self._environ) | extra,
                profiles=Path(profiles) if profiles else None,
                profile=given.get("profile"),
                target=given.get("target"),
            )
        except ProjectError as error:
            raise refused(error) from None

    def _view(self, stored: StoredPipeline) -> dict[str, Any]:
        stored_as = kept(stored)
        view: dict[str, Any] = {
            "name": stored.name.removeprefix(PREFIX),
            "folder": stored_as["folder"],
            "profiles": stored_as.get("profiles"),
            "registered": stored_as["registered"],
            "pipeline": stored.name,
            "profile": None,
            "target": None,
            "adapter": None,
            "problem": None,
            "manifest": None,
            "last_run_status": stored.last_run_status,
            "last_run_at": rfc3339(stored.last_run_at),
        }
        try:
            project = self._opened(stored, {})
        except ApiError as error:
            return {**view, "problem": error.message}
        fresh = "fresh" if manifest.is_fresh(project) else "stale" if project.manifest.exists() else None
        return {
            **view,
            "profile": project.profile,
            "target": project.target,
            "adapter": project.adapter,
            "manifest": fresh,
        }
