"""An event handler: it runs in FlexCore, in a thread of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def note(event: Mapping[str, Any]) -> None:
    """Write down what was done with plugins."""
    file = Path(os.environ["FLEXT_HOME"]) / "logs" / "hello.log"
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{event['timestamp']} {event['type']} {event['data']['plugin']}\n")
