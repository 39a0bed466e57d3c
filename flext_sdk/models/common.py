# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty

from . import pipelines


class Error(Model):
    """
    The body of every answer that is not a success.
    """

    error: str
    """
    What went wrong.
    """
    message: str | None = None
    """
    The same text; some clients look here.
    """
    code: str | None = None
    """
    Name of the error, such as PIPELINE_NOT_FOUND.
    """
    hint: str | None = None
    """
    What to do about it.
    """
    details: Any | None = None
    """
    Anything more; its shape depends on the code.
    """
    problems: Annotated[list[pipelines.Problem], NullAsEmpty] = Field(default_factory=list)
    """
    Every problem of a rejected document.
    """
    request_id: str | None = None
    """
    Quote it when you ask for help.
    """
    timestamp: AwareDatetime | None = None
