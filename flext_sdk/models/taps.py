# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag taps."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from flext_sdk._core.model import Model, NullAsEmpty

from . import pipelines


class DataPlugin(Model):
    """
    A tap or target.
    """

    name: str
    type: str | None = None
    """
    tap or target.
    """
    version: str | None = None
    variant: str | None = None
    """
    Who made it.
    """
    status: str | None = None
    """
    loaded, disabled or unavailable.
    """
    description: str | None = None
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    configured: bool | None = None
    """
    Whether settings of it are stored.
    """
    config: dict[str, Any] | None = None
    """
    Stored settings, secrets masked.
    """
    settings: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    JSON Schema of its settings.
    """


class PluginSetting(Model):
    """
    One setting.
    """

    name: str
    value: Any | None = None
    """
    Its value; masked where it is a secret.
    """
    origin: str | None = None
    """
    stored, default or not set.
    """
    required: bool | None = None
    secret: bool | None = None
    type: str | None = None
    choices: Annotated[list[Any], NullAsEmpty] = Field(default_factory=list)
    description: str | None = None


class SettingsChange(Model):
    """
    Settings to store and to forget.
    """

    values: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Settings to store.
    """
    unset: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Settings to forget.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class TrialRequest(Model):
    """
    What to try.
    """

    config: dict[str, Any] | None = None
    """
    Settings above those that are stored.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class SelectRequest(Model):
    """
    What to choose.
    """

    patterns: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    orders.*, orders.id, !orders.note; nothing: forget what was chosen.
    """
    config: dict[str, Any] | None = None
    """
    Settings above those that are stored.
    """
    base_path: str | None = None
    """
    Folder that relative paths start from.
    """


class TrialVerdict(Model):
    """
    How a trial went.
    """

    name: str
    verdict: str
    """
    ok, ok_no_records or failed.
    """
    message: str | None = None
    """
    Why.
    """
    hint: str | None = None
    """
    What to do.
    """
    streams: Annotated[dict[str, int], NullAsEmpty] = Field(default_factory=dict)
    """
    Records that were read by stream.
    """
    seconds: float | None = None


class DiscoveredStream(Model):
    """
    A stream of a tap.
    """

    stream: str
    keys: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Fields that identify a row.
    """
    replication: str | None = None
    """
    INCREMENTAL, FULL_TABLE or LOG_BASED, where the tap says so.
    """
    replication_key: str | None = None
    fields: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    selected: bool | None = None


class TapList(Model):
    """
    The taps of a platform.
    """

    taps: Annotated[list[DataPlugin], NullAsEmpty]
    count: int | None = None
    source: str | None = None
    """
    Where the list comes from.
    """
    message: str | None = None


class TargetList(Model):
    """
    The targets of a platform.
    """

    targets: Annotated[list[DataPlugin], NullAsEmpty]
    count: int | None = None
    source: str | None = None
    """
    Where the list comes from.
    """
    message: str | None = None


class PluginSettings(Model):
    """
    The settings of a tap or target.
    """

    name: str
    valid: bool | None = None
    """
    Whether everything that is needed has a value that fits.
    """
    settings: Annotated[list[PluginSetting], NullAsEmpty]
    problems: Annotated[list[pipelines.Problem], NullAsEmpty] = Field(default_factory=list)


class Discovery(Model):
    """
    What a tap discovered.
    """

    name: str | None = None
    count: int | None = None
    streams: Annotated[list[DiscoveredStream], NullAsEmpty]
    catalog: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    The Singer catalog as the tap wrote it, with what was chosen.
    """
    patterns: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What was chosen.
    """
    unused: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Patterns that match nothing.
    """
