"""The dbt projects that are known: by a name that somebody gave, or because a command was run in their folder.

Each is kept as a pipeline that lists do not show: its name has a colon, which no name of a pipeline has. So the runs of
its commands are runs like all others, with their logs, and can be stopped and waited for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.dbt.projects import read_settings
from flext_sdk.embedded.dbt.step import project_key
from flext_sdk.embedded.engine.references import absolute
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.projects import ProjectError
from flext_sdk.embedded.store.pipelines import NameTakenError, PipelineStore, StoredPipeline
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "dbt:"
_STATUS: Final = {
    "PROJECT_NOT_FOUND": 404,
    "NOT_A_PROJECT": 404,
    "NODE_NOT_FOUND": 404,
    "DATABASE_NOT_FOUND": 404,
    "FOLDER_NOT_EMPTY": 409,
    "DATABASE_UNREADABLE": 409,
    "NO_TABLES": 409,
}


class DbtProjects:
    """Projects by name or folder.

    Args:
        pipelines: Where they are kept.
    """

    def __init__(self, pipelines: PipelineStore) -> None:
        self._pipelines = pipelines

    def registered(self) -> list[StoredPipeline]:
        """Those that have a name, sorted by it."""
        return [stored for stored in self._pipelines.beginning(PREFIX) if kept(stored)["registered"]]

    def folder_of(self, name: str) -> str | None:
        """Folder of a registered project; None when there is none of that name."""
        found = self._pipelines.find(PREFIX + name.removeprefix(PREFIX))
        return str(kept(found)["folder"]) if found is not None and kept(found)["registered"] else None

    def find(self, given: Mapping[str, Any]) -> StoredPipeline:
        """The project that a request means: by name, or else by its folder."""
        word = str(given.get("project") or ".")
        if is_path(word):
            found = self._pipelines.find(PREFIX + word.removeprefix(PREFIX))
            if found is not None:
                return found
        folder = absolute_path(word, given.get("base_path"), "/project")
        for stored in self._pipelines.beginning(PREFIX):
            if kept(stored)["folder"] == folder:
                return stored
        try:
            read_settings(Path(folder))
        except ProjectError as error:
            names = [stored.name.removeprefix(PREFIX) for stored in self._pipelines.beginning(PREFIX)]
            if error.code == "PROJECT_NOT_FOUND":
                error = ProjectError(
                    error.code, f"there is no dbt project {word!r}{did_you_mean(word, names)}", error.hint
                )
            raise refused(error) from None
        return self.keep(_implicit(folder), folder, None, registered=False)

    def named(self, name: str) -> StoredPipeline:
        """The project that was registered under a name."""
        found = self._pipelines.find(PREFIX + name.removeprefix(PREFIX))
        if found is None or not kept(found)["registered"]:
            names = [stored.name.removeprefix(PREFIX) for stored in self._pipelines.beginning(PREFIX)]
            raise ApiError(
                404,
                "PROJECT_NOT_FOUND",
                f"no dbt project is registered as {name!r}{did_you_mean(name, names)}",
                hint="See what there is: flext data dbt projects",
            )
        return found

    def keep(self, name: str, folder: str, profiles: str | None, *, registered: bool) -> StoredPipeline:
        """Remembers a project."""
        what = {"folder": folder, "profiles": profiles, "registered": registered}
        definition = {"name": PREFIX + name, "description": f"dbt project in {folder}", "configuration": {"dbt": what}}
        try:
            return self._pipelines.create(definition)
        except NameTakenError:
            before = self._pipelines.find(PREFIX + name)
            if before is None or kept(before)["folder"] != folder:
                raise taken(name, kept(before)["folder"] if before else "another folder") from None
            return self._pipelines.replace(before.id, definition) or before


def kept(stored: StoredPipeline) -> dict[str, Any]:
    """What is kept of a project: folder, profiles, registered."""
    found: dict[str, Any] = stored.definition["configuration"]["dbt"]
    return found


def _implicit(folder: str) -> str:
    """The name under which a folder that nobody registered is kept."""
    path = Path(folder)
    word = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in path.name)[:40] or "project"
    return f"{word}-{project_key(path)[:8]}"


def absolute_path(path: str, base: object, where: str) -> str:
    """A path that a request gives, from the folder that it gives, too."""
    if not is_path(path) or not is_path(str(base or "/")):
        raise validation_failed([problem(where, f"{path!r} cannot be a path", hint="Give the path of a folder.")])
    if isinstance(base, str) and Path(base).is_absolute():
        return absolute(path, Path(base))
    if Path(path).expanduser().is_absolute():
        return absolute(path, Path("/"))
    hint = "Give an absolute path, or the folder that it starts from as base_path."
    raise validation_failed(
        [problem(where, f"the path {path!r} is relative, and there is no folder that it starts from", hint=hint)]
    )


def refused(error: ProjectError) -> ApiError:
    """The answer for a project that cannot be used."""
    return ApiError(_STATUS.get(error.code, 422), error.code, str(error), hint=error.hint)


def taken(name: str, folder: str) -> ApiError:
    """409: the name means another folder."""
    hint = f"Choose another name, or forget that one: flext data dbt forget {name}"
    return ApiError(409, "PROJECT_EXISTS", f"a dbt project {name!r} is registered already: {folder}", hint=hint)
