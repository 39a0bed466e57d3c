"""Names for the types of data that has no fixed shape."""

from collections.abc import Callable
from typing import Any

# Whatever an SDK method returns, and the plain JSON data it becomes.
type Data = Any
# A literal of the command table: a command, a group or a parameter.
type Entry = dict[str, Any]
# Takes text on its way out.
type Put = Callable[[str], object]
