# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag bus."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime

from flext_sdk._core.model import Model


class BusRequest(Model):
    """
    A command or query; what stands beside type are the parameters of the operation.
    """

    type: str
    """
    Name of the operation, such as pipelines.start.
    """


class BusCommandResult(Model):
    """
    What became of a command.
    """

    status: str
    """
    executed.
    """
    command_id: str
    type: str | None = None
    """
    The operation.
    """
    result: Any | None = None
    """
    What the operation answered.
    """
    timestamp: AwareDatetime | None = None


class BusQueryResult(Model):
    """
    The answer to a query.
    """

    status: str
    """
    executed.
    """
    query_id: str
    type: str | None = None
    """
    The operation.
    """
    result: Any | None = None
    """
    What the operation answered.
    """
    timestamp: AwareDatetime | None = None
