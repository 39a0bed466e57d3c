"""Checking what stands under ``meltano`` in a pipeline definition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.engine.references import absolute, has_reference
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.meltano.projects import open_project
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.web.problems import Problem, pointer, problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_meltano(
    here: Sequence[str | int], given: dict[str, Any], base_path: object
) -> tuple[dict[str, Any], list[Problem], bool]:
    """As :class:`flext_sdk.embedded.flext.definition.KindChecker` has it."""
    project = given.get("project")
    if not isinstance(project, str) or not project:
        return dict(given), [], False
    base = Path(base_path) if isinstance(base_path, str) and is_path(base_path) else None
    if has_reference(project):
        return dict(given), [], base is not None
    place = pointer([*here, "project"])
    if not is_path(project):
        return dict(given), [problem(place, "no folder can have this path")], False
    if base is None and not Path(project).expanduser().is_absolute():
        hint = "Give an absolute path, or the folder that it starts from as base_path."
        message = "the path is relative, and there is no folder that it starts from"
        return dict(given), [problem(place, message, hint=hint)], False
    folder = absolute(project, base or Path("/"))
    try:
        open_project(Path(folder))
    except ProjectError as error:
        return dict(given), [problem(place, str(error), hint=error.hint)], False
    return {**given, "project": folder}, [], False
