"""What a few models can do beyond holding data; the contract names these as bases of its schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk._core.model import Model

__all__ = ["OrchestrationMixin", "RunMixin"]

_FINISHED = frozenset({"completed", "failed", "cancelled"})
_ENDED = frozenset({"completed", "failed", "canceled", "cancelled", "timeout"})


class RunMixin(Model):
    """Shorthands of a run."""

    if TYPE_CHECKING:
        execution_id: str
        status: str

    @property
    def id(self) -> str:
        """Id of the run; the same as ``execution_id``."""
        return self.execution_id

    @property
    def is_finished(self) -> bool:
        """Whether the run has ended, in whatever way."""
        return str(self.status) in _FINISHED

    @property
    def succeeded(self) -> bool:
        """Whether the run ended well."""
        return str(self.status) == "completed"


class OrchestrationMixin(Model):
    """Shorthands of an orchestration."""

    if TYPE_CHECKING:
        status: str

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, in whatever way."""
        return str(self.status) in _ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return str(self.status) == "completed"
