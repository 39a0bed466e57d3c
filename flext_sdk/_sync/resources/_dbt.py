# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Set up and try taps and targets; transform with dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.dbt import DbtLineage, DbtModelList, DbtProject
    from flext_sdk.models.runs import Run


class DbtBase(Resource):
    """Set up and try taps and targets; transform with dbt."""

    @command(
        "data dbt projects",
        operation="dbt.projects",
        columns=(
            "name",
            "adapter",
            "target",
            "manifest",
            "last_run_status:LAST RUN",
            "last_run_at:WHEN:ago",
            "folder",
            "problem",
        ),
    )
    def projects(self) -> Page[DbtProject]:
        """List the registered dbt projects.

        Returns:
            A page of `DbtProject`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for project in client.dbt.projects():
                print(project.name, project.folder)
            ```

        Command example:
            $ flext data dbt projects

        See also:
            flext data dbt register
            flext data dbt forget
        """
        return self._page(ops.DBT_PROJECTS)

    def _register(self, *, body: Any) -> DbtProject:
        """POST /api/v1/dbt/projects: give a dbt project a name."""
        return self._call(ops.DBT_REGISTER, body=body)

    @command(
        "data dbt forget",
        operation="dbt.forget",
        positional=("project",),
        confirm="Forget the dbt project {project} with its runs and logs? Its folder stays.",
        mutating=True,
    )
    def forget(self, project: str) -> None:
        """Take the name of a dbt project away, with its runs and their logs.

        The folder of the project stays as it is.

        Args:
            project: Name of the project.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.dbt.forget("shop")
            ```

        Command example:
            $ flext data dbt forget shop --yes

        See also:
            flext data dbt projects
        """
        self._call(ops.DBT_FORGET, path={"project": project})

    def _show(self, *, project: str = ".", base_path: str | None = None) -> DbtProject:
        """GET /api/v1/dbt/project: show a dbt project."""
        return self._call(ops.DBT_SHOW, query={"project": project, "base_path": base_path})

    def _init(self, *, body: Any) -> DbtProject:
        """POST /api/v1/dbt/init: make a new dbt project that runs at once."""
        return self._call(ops.DBT_INIT, body=body)

    def _run(self, *, body: Any) -> Run:
        """POST /api/v1/dbt/runs: start a command of dbt as a run."""
        return self._call(ops.DBT_RUN, body=body)

    def _models(
        self,
        *,
        project: str = ".",
        base_path: str | None = None,
        stale: bool = False,
        types: Sequence[Literal["model", "seed", "snapshot", "source", "test", "exposure", "function"]] | None = None,
    ) -> DbtModelList:
        """GET /api/v1/dbt/models: what a dbt project consists of, from its manifest."""
        return self._call(
            ops.DBT_MODELS, query={"project": project, "base_path": base_path, "stale": stale, "types": types}
        )

    def _lineage(
        self, *, project: str = ".", base_path: str | None = None, stale: bool = False, model: str | None = None
    ) -> DbtLineage:
        """GET /api/v1/dbt/lineage: what in a dbt project stands upon what, from its manifest."""
        return self._call(
            ops.DBT_LINEAGE, query={"project": project, "base_path": base_path, "stale": stale, "model": model}
        )

    def _docs(self, *, project: str = ".", base_path: str | None = None) -> str:
        """GET /api/v1/dbt/docs: the documentation of a dbt project as one HTML page."""
        return self._call(ops.DBT_DOCS, query={"project": project, "base_path": base_path})
