"""Type names used all over the client."""

from __future__ import annotations

from typing import Any, Literal

__all__ = ["MASK", "Json", "Service"]

MASK = "***"
"""What is shown in place of a secret."""

type Json = Any
"""A value that JSON can hold: None, bool, int, float, str, list or dict."""

Service = Literal["flexcore", "flext"]
"""The two services: ``flexcore`` runs plugins, ``flext`` holds pipelines and runs."""
