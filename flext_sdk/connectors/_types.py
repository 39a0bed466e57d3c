"""Names for values whose types their libraries do not give (Arrow, DuckDB), or that can be anything (JSON)."""

from __future__ import annotations

from typing import Any

Array = Any
Table = Any
Scalar = Any
Connection = Any
Json = Any
