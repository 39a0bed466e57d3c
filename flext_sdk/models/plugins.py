# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag plugins."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum

from . import orchestrations


class Plugin(Model):
    """
    One plugin in short.
    """

    name: str
    type: str | None = None
    """
    tap, target, dbt or utility.
    """
    version: str | None = None
    status: str | None = None
    """
    loaded when it can be used, disabled when it was switched off, unavailable when something of it is missing.
    """
    description: str | None = None
    active: bool | None = None


class PluginMetadata(Model):
    """
    One plugin in full.
    """

    id: str | None = None
    name: str
    type: str | None = None
    """
    tap, target, dbt or utility.
    """
    version: str | None = None
    """
    The installed version, or the one that was tested.
    """
    latest: str | None = None
    """
    The newest one that the last update of the index has seen.
    """
    status: str | None = None
    """
    loaded, disabled or unavailable where it is installed, else available, or broken.
    """
    description: str | None = None
    author: str | None = None
    licence: str | None = None
    """
    An SPDX expression, where one is known.
    """
    origin: str | None = None
    """
    product, index, requirement or lock; null when it is not installed.
    """
    program: str | None = None
    """
    Its program.
    """
    python: str | None = None
    """
    Version of its interpreter.
    """
    size: float | None = None
    """
    Bytes on the disk.
    """
    installed_at: AwareDatetime | None = None
    """
    When it was installed.
    """
    packages: Annotated[dict[str, str], NullAsEmpty] = Field(default_factory=dict)
    """
    Versions of everything in its environment.
    """
    needs: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What it needs besides: a server, an account.
    """
    problems: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What is known to be wrong with it.
    """
    instead: str | None = None
    """
    Another one that does the same and works.
    """
    tested: dict[str, Any] | None = None
    """
    When it was last installed and run: python, date, version, how.
    """
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    dependencies: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Python packages it needs.
    """
    settings: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    JSON Schema of its settings.
    """
    config: dict[str, Any] | None = None
    """
    Settings in force.
    """


class PluginInfo(Model):
    """
    Answer that holds a plugin.
    """

    success: bool | None = None
    plugin_id: str | None = None
    metadata: PluginMetadata


class PluginType(OpenEnum):
    """
    Kind of a plugin.
    """

    tap = "tap"
    target = "target"
    dbt = "dbt"
    utility = "utility"


class FoundPlugin(Model):
    """
    One plugin of the index.
    """

    name: str
    type: str | None = None
    """
    tap, target, dbt or utility.
    """
    status: str | None = None
    """
    loaded or disabled where it is installed, else available, or broken.
    """
    description: str | None = None
    package: str | None = None
    """
    The Python package.
    """
    publisher: str | None = None
    licence: str | None = None
    version: str | None = None
    """
    The installed version, or the one that was tested.
    """
    latest: str | None = None
    """
    The newest one that the last update of the index has seen.
    """
    tested: str | None = None
    """
    With which Python it was installed and run, and when; null when it never was.
    """
    problems: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    instead: str | None = None
    """
    Another one that does the same and works.
    """


class InstallRequest(Model):
    """
    What to install.
    """

    plugin_id: str | None = None
    """
    Name of a plugin of the index, or a requirement, folder, file or address.
    """
    plugin_type: str | None = None
    """
    Its kind, where it is not of the index.
    """
    source_node_id: str | None = None
    """
    Of public servers; not looked at.
    """
    requirements: list[str] | None = None
    """
    Packages, folders, files or addresses that it is made of.
    """
    version: str | None = None
    """
    Exact version instead of the newest that fits.
    """
    python: str | None = None
    """
    Version or path of its interpreter.
    """
    program: str | None = None
    """
    Its program, where that cannot be found out.
    """
    lock: dict[str, Any] | None = None
    """
    A lock to install from.
    """
    confirmed: bool | None = None
    """
    Whether a person has agreed to run what is not in the index.
    """


class UpdateRequest(Model):
    """
    Which version to install.
    """

    version: str | None = None
    """
    Exact version instead of the newest that fits.
    """
    python: str | None = None
    """
    Version or path of its interpreter.
    """


class IndexUpdate(Model):
    """
    Where a later index is.
    """

    source: str | None = None
    """
    A file or an address; FLEXT_PLUGIN_INDEX when left out.
    """


class PluginLock(Model):
    """
    Exact versions of plugins.
    """

    format: int
    plugins: Annotated[list[dict[str, Any]], NullAsEmpty]


class PluginGone(Model):
    """
    A plugin that was removed.
    """

    success: bool | None = None
    plugin_id: str
    unloaded_at: AwareDatetime | None = None
    message: str | None = None


class PluginCondition(Model):
    """
    How a plugin is.
    """

    success: bool | None = None
    plugin_id: str
    health: Annotated[dict[str, Any], NullAsEmpty]
    """
    status (healthy, unhealthy or disabled), message, version and seconds.
    """
    checked_at: AwareDatetime | None = None


class PluginLine(Model):
    """
    One line of a plugin's log.
    """

    timestamp: AwareDatetime | None = None
    level: str | None = None
    """
    debug, info, warning or error.
    """
    operation: str | None = None
    """
    install, update, or the operation that was executed.
    """
    message: str


class ExecuteRequest(Model):
    """
    What to execute.
    """

    operation: str
    """
    about, discover, test or version.
    """
    config: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Values for the plugin's settings; relative paths start from base_path.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class Execution(Model):
    """
    What a plugin answered.
    """

    plugin_name: str
    operation: str | None = None
    status: str
    """
    executed.
    """
    result: Any | None = None
    """
    What the operation gave; its shape depends on the operation.
    """
    duration: float | None = None
    """
    Seconds.
    """
    timestamp: AwareDatetime | None = None


class PluginList(Model):
    """
    The plugins of a platform.
    """

    plugins: Annotated[list[Plugin], NullAsEmpty]
    count: int | None = None


class FoundPluginList(Model):
    """
    What a search found.
    """

    plugins: Annotated[list[FoundPlugin], NullAsEmpty]
    count: int | None = None
    updated_at: AwareDatetime | None = None
    """
    When the index was brought up to date; null when it is as it came.
    """


class PluginWork(Model):
    """
    Work on plugins that was taken on.
    """

    success: bool | None = None
    id: str
    name: str | None = None
    """
    What is done.
    """
    runtime_type: str | None = None
    status: orchestrations.OrchestrationStatus
    start_time: AwareDatetime | None = None
    message: str | None = None


class PluginLines(Model):
    """
    Lines of a plugin's log.
    """

    lines: Annotated[list[PluginLine], NullAsEmpty]
    count: int | None = None
