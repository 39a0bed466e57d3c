"""Pipelines: what needs a file or more than one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async._documents import problems_of, read_definition
from flext_sdk._async.runs import AsyncPipelineRuns
from flext_sdk._core.annotations import command
from flext_sdk._core.request import plain_data
from flext_sdk._core.runs import field
from flext_sdk.errors import ConflictError, ValidationFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flext_sdk._async._documents import Given
    from flext_sdk._core.operations import Operation
    from flext_sdk.models.pipelines import Pipeline, PipelineDefinition, ValidationReport
    from flext_sdk.models.runs import Run

__all__ = ["AsyncPipelines"]

_PIPELINE_COLUMNS = ("name", "is_active:ACTIVE:bool", "step_count:STEPS", "last_run_status:LAST RUN", "version", "id")


class AsyncPipelines(AsyncPipelineRuns):
    """Create, run and watch pipelines."""

    @command(
        "pipeline create",
        operation="pipelines.create",
        positional=("config",),
        columns=_PIPELINE_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress",),
        metavars={"config": "CONFIG"},
        files=("config",),
    )
    async def create(
        self,
        config: str | Path | Mapping[str, Any] | PipelineDefinition,
        *,
        replace: bool = False,
        start: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
    ) -> Pipeline:
        """Create a pipeline.

        The whole definition is checked first. Where it has problems nothing is stored, and all of them are told at
        once, each with its line in the file. Relative paths in it start from the folder of the file.

        Args:
            config: A YAML or JSON file, - for standard input; in Python also a mapping or a PipelineDefinition.
            replace: Replace the definition of a pipeline that has the same name.
            start: Start a run at once.
            wait: Start a run and wait until it has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.

        Returns:
            The `Pipeline` as stored.

        Raises:
            ValidationFailedError: The definition has problems.
            ConflictError: There is a pipeline of that name already.
            RunFailedError: The run was waited for and failed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            pipeline = await client.pipelines.create("orders.yaml", replace=True)
            print(pipeline.name, pipeline.version)
            ```

        Command example:
            $ flext pipeline create orders.yaml
            $ flext pipeline create orders.yaml --replace --wait

        See also:
            flext pipeline validate
            flext pipeline start
        """
        given = await read_definition(config)
        try:
            pipeline = await self._submit(ops.PIPELINES_CREATE, given)
        except ConflictError:
            name = given.body.get("name")
            if not replace or not isinstance(name, str):
                raise
            pipeline = await self._submit(ops.PIPELINES_UPDATE, given, name=name)
        if not start and not wait:
            return pipeline
        name = str(field(pipeline, "name"))
        await self.start(name, wait=wait, timeout=timeout, on_progress=on_progress)
        return await self._call(ops.PIPELINES_SHOW, path={"name": name})

    async def _submit(self, op: Operation[Pipeline], given: Given, **path: str) -> Pipeline:
        try:
            return await self._call(op, path=path, body=given.body)
        except ValidationFailedError as error:
            raise given.explained(error) from None

    @command(
        "pipeline update",
        operation="pipelines.update",
        positional=("name", "config"),
        columns=_PIPELINE_COLUMNS,
        mutating=True,
        metavars={"name": "NAME", "config": "CONFIG"},
        files=("config",),
    )
    async def update(self, name: str, config: str | Path | Mapping[str, Any] | PipelineDefinition) -> Pipeline:
        """Replace the definition of a pipeline.

        Saved bookmarks and past runs are kept. A run that is going on keeps the definition it started with.

        Args:
            name: Name or id of the pipeline.
            config: A YAML or JSON file, - for standard input; in Python also a mapping or a PipelineDefinition.

        Returns:
            The `Pipeline` as stored.

        Raises:
            NotFoundError: There is no pipeline of that name.
            ValidationFailedError: The definition has problems.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.update("orders", "orders.yaml")
            ```

        Command example:
            $ flext pipeline update orders orders.yaml
            $ flext pipeline export orders | flext pipeline update orders -

        See also:
            flext pipeline export
            flext pipeline validate
        """
        return await self._submit(ops.PIPELINES_UPDATE, await read_definition(config), name=name)

    @command(
        "pipeline validate",
        operation="pipelines.validate",
        positional=("config",),
        columns=("valid:VALID:bool", "name", "problems"),
        hidden=("raise_on_failure",),
        metavars={"config": "CONFIG"},
        files=("config",),
    )
    async def validate(
        self, config: str | Path | Mapping[str, Any] | PipelineDefinition, *, raise_on_failure: bool = True
    ) -> ValidationReport:
        """Check a pipeline definition without storing it.

        Looks at the shape, the plugins and their settings, dependencies between steps, secrets and schedule, and
        tells every problem at once, each with its line in the file.

        Args:
            config: A YAML or JSON file, - for standard input; in Python also a mapping or a PipelineDefinition.
            raise_on_failure: Whether a definition with problems is an error; if not, the report says so.

        Returns:
            The `ValidationReport`; a definition that is good may have warnings.

        Raises:
            ValidationFailedError: The definition has problems.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            report = await client.pipelines.validate("orders.yaml", raise_on_failure=False)
            for problem in report.problems:
                print(problem.line, problem.message)
            ```

        Command example:
            $ flext pipeline validate orders.yaml

        See also:
            flext pipeline create
        """
        given = await read_definition(config)
        report = await self._call(ops.PIPELINES_VALIDATE, body=given.body)
        problems = given.located(problems_of(report))
        if raise_on_failure and not field(report, "valid"):
            raise given.explained(ValidationFailedError("The definition is not valid", problems=problems))
        plain = {**plain_data(report), "problems": [problem.to_dict() for problem in problems]}
        return self._shaped(ops.PIPELINES_VALIDATE, plain)
