"""Whether somebody stands between httpx and the wire: mocks such as respx, tracers such as OpenTelemetry's."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Patches"]


class Patches:
    """Looks at the methods that are usually replaced. A library that is not imported cannot have been patched.

    Args:
        points: Module, class and method of each.
    """

    def __init__(self, points: Sequence[tuple[str, str, str]]) -> None:
        self._points = points
        self._known: dict[str, list[tuple[type, str, Callable[..., object]]]] = {}

    def found(self) -> bool:
        """Whether one is replaced now; some hundred nanoseconds."""
        for module in ("httpcore", "httpx"):
            if module not in sys.modules:
                continue
            known = self._known.get(module)
            if known is None:
                known = self._originals(module)
                if known is None:
                    return True
                self._known[module] = known
            for owner, name, original in known:
                if getattr(owner, name) is not original:
                    return True
        return False

    def _originals(self, module: str) -> list[tuple[type, str, Callable[..., object]]] | None:
        # Told by where the code was written: a wrapper may bear the name and module of what it wraps.
        library = sys.modules[module]
        home = str(getattr(library, "__file__", "")).removesuffix("__init__.py")
        found: list[tuple[type, str, Callable[..., object]]] = []
        for where, owner_name, name in self._points:
            if where != module:
                continue
            owner = getattr(library, owner_name, None)
            method = getattr(owner, name, None)
            if (
                owner is None
                or not isinstance(method, FunctionType)
                or not method.__code__.co_filename.startswith(home)
            ):
                return None
            found.append((owner, name, method))
        return found
