"""Checking what stands under ``dbt`` in a pipeline definition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.dbt.projects import open_project
from flext_sdk.embedded.engine.references import absolute, has_reference, walk
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.web.problems import Problem, pointer, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PATHS: Final = ("project", "profiles")


class DbtChecker:
    """Checks steps of the kind dbt.

    Args:
        named: Folder of a project that was registered under a name; None when there is none.
        environ: The service's environment.
    """

    def __init__(self, named: Callable[[str], str | None], environ: Mapping[str, str]) -> None:
        self._named = named
        self._environ = environ

    def __call__(
        self, here: tuple[str | int, ...], given: dict[str, Any], base_path: object
    ) -> tuple[dict[str, Any], list[Problem], bool]:
        """As :class:`flext_sdk.embedded.flext.definition.KindChecker` has it."""
        found: list[Problem] = []
        stored, waits = dict(given), False
        base = Path(base_path) if isinstance(base_path, str) else None
        for name in _PATHS:
            value = given.get(name)
            if not isinstance(value, str) or not value:
                continue
            if not is_path(value):
                message = f"{value!r} cannot be a path"
                found.append(problem(pointer([*here, name]), message, hint="Give the path of a folder."))
                continue
            if has_reference(value):
                waits |= base is not None
                continue
            known = self._named(value) if name == "project" else None
            if known is not None:
                stored[name] = known
            elif base is not None or Path(value).expanduser().is_absolute():
                stored[name] = absolute(value, base or Path("/"))
            else:
                hint = "Give an absolute path, or the folder that it starts from as base_path."
                if name == "project":
                    hint = f"{hint} Registered projects: flext data dbt projects"
                message = f"there is no dbt project {value!r}, and no folder that a path starts from"
                found.append(problem(pointer([*here, name]), message, hint=hint))
        for path, text in walk(given.get("vars") or {}):
            if "${secret:" in text:
                message = "dbt writes variables into its logs and artefacts; a secret must not be one"
                hint = "Give it as env: {DBT_ENV_SECRET_NAME: ...} and use env_var() in the project."
                found.append(problem(pointer([*here, "vars"]) + path, message, hint=hint))
        # What references stand for is known only when it runs, and the profile may ask for any of them.
        places = (*(given.get(name) for name in (*_PATHS, "profile", "target")), *(given.get("env") or {}).values())
        if not found and not any(map(has_reference, places)):
            found += self._look(here, stored)
        return stored, found, waits

    def _look(self, here: tuple[str | int, ...], step: Mapping[str, Any]) -> list[Problem]:
        project, profiles = step.get("project"), step.get("profiles")
        if not isinstance(project, str):
            return []
        given = step.get("env")
        environ = {**self._environ, **{str(k): str(v) for k, v in given.items()}} if isinstance(given, dict) else None
        try:
            open_project(
                Path(project),
                environ=environ or self._environ,
                profiles=Path(profiles) if isinstance(profiles, str) else None,
                profile=step.get("profile"),
                target=step.get("target"),
            )
        except ProjectError as error:
            word = "target" if error.code == "TARGET_NOT_FOUND" and "target" in step else "project"
            return [problem(pointer([*here, word]), str(error), hint=error.hint)]
        return []
