# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag events."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class Event(Model):
    """
    Something that happened.
    """

    id: str
    type: str
    """
    What it is, such as orchestration.completed.
    """
    data: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    More about it; its shape depends on the type.
    """
    source: str | None = None
    """
    Who published it: flexcore, or client.
    """
    version: int | None = None
    """
    Version of the shape of data.
    """
    timestamp: AwareDatetime | None = None


class EventRequest(Model):
    """
    An event to publish.
    """

    type: str
    """
    What it is: words joined by dots, such as orders.loaded.
    """
    data: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    More about it.
    """


class EventPublished(Model):
    """
    An event that was stored.
    """

    status: str
    """
    published.
    """
    event_id: str
    timestamp: AwareDatetime | None = None


class EventCount(Model):
    """
    How many events there are.
    """

    count: int
    timestamp: AwareDatetime | None = None
    node_id: str | None = None


class EventList(Model):
    """
    A page of events.
    """

    events: Annotated[list[Event], NullAsEmpty]
    count: int | None = None
    """
    How many this answer holds.
    """
    total: int | None = None
    """
    How many fit in all; public servers do not tell.
    """
    limit: int | None = None
    last_id: str | None = None
    """
    Id up to which events were looked through; ask with it as after for what comes next.
    """
    missed: int | None = None
    """
    How many events behind the one in after are no longer kept; left out where there are none.
    """
    node_id: str | None = None
    timestamp: AwareDatetime | None = None
