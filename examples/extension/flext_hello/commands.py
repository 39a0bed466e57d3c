"""A command: flext hello greet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.extensions import command

if TYPE_CHECKING:
    from flext_sdk import Flext


@command("hello greet", positional=("name",), columns=("greeting", "taps:TAPS"))
def greet(client: Flext, name: str, *, loud: bool = False) -> dict[str, Any]:
    """Greet somebody, and count the taps of the platform.

    Args:
        name: Whom to greet.
        loud: Say it louder.

    Command example:
        $ flext hello greet world --loud
    """
    greeting = f"Hello, {name}"
    return {"greeting": greeting.upper() if loud else greeting, "taps": len(list(client.taps.list()))}
