# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag runtimes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class RuntimeConfig(Model):
    """
    Limits of a runtime.
    """

    max_concurrency: int | None = None
    """
    How many run at once.
    """
    timeout: float | None = None
    """
    Seconds that one may take that says nothing about it.
    """


class RuntimeHealthDetails(Model):
    """
    What the verdict stands on.
    """

    response_time: float | None = None
    """
    Seconds that the try took.
    """
    availability: str | None = None
    """
    Share of tries that went well.
    """
    message: str | None = None
    """
    What it said, or what is wrong.
    """


class Runtime(Model):
    """
    What can carry out orchestrations.
    """

    type: str
    """
    Its name: singer, process, python, meltano, ray, kubernetes.
    """
    status: str | None = None
    """
    running when it can be used; else disabled, not_installed or not_implemented.
    """
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What it can do.
    """
    last_seen: AwareDatetime | None = None
    """
    When it carried out something last.
    """
    active: int | None = None
    """
    Orchestrations it is carrying out.
    """
    config: RuntimeConfig | None = None
    message: str | None = None
    """
    What to do to use it.
    """


class RuntimeAnswer(Model):
    """
    Answer that holds a runtime.
    """

    success: bool | None = None
    runtime: Runtime


class RuntimeHealth(Model):
    """
    Whether a runtime works.
    """

    success: bool | None = None
    runtime: str
    status: str
    """
    healthy or unhealthy.
    """
    checked_at: AwareDatetime | None = None
    details: RuntimeHealthDetails | None = None


class RuntimeList(Model):
    """
    The runtimes of a platform.
    """

    success: bool | None = None
    runtimes: Annotated[list[Runtime], NullAsEmpty]
    include_inactive: bool | None = None
