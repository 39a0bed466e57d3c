# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag dbt."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty

from . import pipelines


class DbtRunRequest(Model):
    """
    A command of dbt to be run.
    """

    project: str
    """
    Name of a registered project, or its folder.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """
    command: pipelines.DbtCommand
    select: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What to work on.
    """
    exclude: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What to leave out.
    """
    vars: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Variables of the project.
    """
    env: Annotated[dict[str, str | float | bool], NullAsEmpty] = Field(default_factory=dict)
    """
    Environment variables for env_var().
    """
    full_refresh: bool = False
    """
    Build incremental models anew.
    """
    profiles: str | None = None
    """
    A profiles.yml, or its folder.
    """
    profile: str | None = None
    """
    Another profile than the project's.
    """
    target: str | None = None
    """
    Another output than the profile's default.
    """
    threads: int | None = None
    """
    How many models at once.
    """


class DbtRegistration(Model):
    """
    A dbt project to be registered.
    """

    folder: str
    """
    Where it is.
    """
    name: str | None = None
    """
    What to call it; its own name when left out.
    """
    profiles: str | None = None
    """
    A profiles.yml, or its folder, that all its commands take.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class DbtInit(Model):
    """
    A dbt project to be made.
    """

    name: str
    """
    What it is called: letters, digits and _.
    """
    folder: str | None = None
    """
    Where; a folder of its name when left out.
    """
    database: str | None = None
    """
    A DuckDB file whose tables it works on.
    """
    pipeline: str | None = None
    """
    A pipeline that loads into a DuckDB file; the project works on its tables.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class DbtProject(Model):
    """
    A dbt project.
    """

    name: str
    """
    What commands call it.
    """
    folder: str
    """
    Where it is.
    """
    profiles: str | None = None
    """
    The profiles.yml that it was registered with.
    """
    registered: bool | None = None
    """
    Whether it was given a name; a folder that a command was run in has one made up.
    """
    pipeline: str | None = None
    """
    The name under which its runs are found.
    """
    profile: str | None = None
    target: str | None = None
    adapter: str | None = None
    """
    duckdb or postgres.
    """
    manifest: str | None = None
    """
    fresh, stale, or null where there is none.
    """
    problem: str | None = None
    """
    Why it cannot be used just now.
    """
    last_run_status: str | None = None
    last_run_at: AwareDatetime | None = None
    files: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Files that were written.
    """


class DbtModel(Model):
    """
    A model, seed, snapshot or source.
    """

    id: str
    """
    dbt's id: model.shop.orders.
    """
    name: str
    type: str
    """
    model, seed, snapshot, source, test, exposure or function.
    """
    materialized: str | None = None
    """
    view, table, incremental ...
    """
    relation: str | None = None
    """
    Its name in the database.
    """
    file: str | None = None
    """
    Where it is defined.
    """
    package: str | None = None
    description: str | None = None
    tags: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    columns: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Columns that are described.
    """
    tests: int | None = None
    """
    How many tests look at it.
    """
    depends_on: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Ids of what it stands on.
    """


class DbtEdge(Model):
    """
    One thing that stands upon another.
    """

    from_: Annotated[str, Field(alias="from")]
    """
    Id of what it stands on.
    """
    to: str
    """
    Id of what stands upon it.
    """


class DbtBranch(Model):
    """
    A line of the drawing.
    """

    graph: str
    """
    Name with its branch.
    """
    type: str | None = None
    materialized: str | None = None
    tests: int | None = None


class DbtProjectList(Model):
    """
    Registered dbt projects.
    """

    projects: Annotated[list[DbtProject], NullAsEmpty]
    total: int


class DbtModelList(Model):
    """
    What a dbt project consists of.
    """

    models: Annotated[list[DbtModel], NullAsEmpty]
    total: int


class DbtLineage(Model):
    """
    What stands upon what.
    """

    project: str | None = None
    """
    dbt's name of the project.
    """
    nodes: Annotated[list[DbtModel], NullAsEmpty]
    edges: Annotated[list[DbtEdge], NullAsEmpty]
    drawing: Annotated[list[DbtBranch], NullAsEmpty] = Field(default_factory=list)
    """
    The graph as a tree, a line each.
    """
