"""A plugin that can be started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

type Kind = Literal["tap", "target", "dbt", "utility"]
type Origin = Literal["product", "index", "requirement", "lock"]


@dataclass(frozen=True, slots=True)
class Plugin:
    """A tap, a target, or another program.

    Attributes:
        name: What it is called here.
        kind: ``tap``, ``target``, ``dbt`` or ``utility``.
        settings_schema: JSON Schema of its settings.
        argv: What starts it; its own options follow.
        version: Version of its package.
        description: One sentence.
        capabilities: Words of the Singer vocabulary; without ``about`` it does not know ``--about`` and ``--test``.
        origin: Where it comes from; ``product`` for those that come along.
        enabled: Whether pipelines may use it.
        usable: Whether what it runs on is there.
        licence: Its licence, an SPDX expression where one is known.
        publisher: Who made it.
        requirements: What was asked for when it was installed.
        packages: Versions of everything in its environment.
        python: Version of its interpreter.
        size: Bytes on the disk.
        installed_at: When it was installed.
    """

    name: str
    kind: Kind
    settings_schema: Mapping[str, Any]
    argv: Sequence[str]
    version: str = ""
    description: str = ""
    capabilities: tuple[str, ...] = ("about", "test", "discover")
    origin: Origin = "product"
    enabled: bool = True
    usable: bool = True
    licence: str | None = None
    publisher: str | None = None
    requirements: tuple[str, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    size: int | None = None
    installed_at: datetime | None = None

    @property
    def describes_itself(self) -> bool:
        """Whether it knows ``--about`` and ``--test``, which plugins made with singer-python do not."""
        return "about" in self.capabilities
