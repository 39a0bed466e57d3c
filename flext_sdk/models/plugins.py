# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag plugins."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class Plugin(Model):
    """
    One plugin in short.
    """

    name: str
    type: str | None = None
    """
    tap or target.
    """
    version: str | None = None
    status: str | None = None
    """
    loaded when it can be used.
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
    tap or target.
    """
    version: str | None = None
    description: str | None = None
    author: str | None = None
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
