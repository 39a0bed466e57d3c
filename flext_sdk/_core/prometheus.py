"""Prometheus' text format, read into the shapes that the contract gives to counters."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from flext_sdk._core.messages import decode_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["is_prometheus", "metrics_of", "samples"]

_SAMPLE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)(\{.*\})?\s+(\S+)(?:\s+-?\d+)?")

#: Where a value goes, and the series it is taken from: the first one there is.
_PLACES: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "flext": (
        ("server.uptime", ("flext_uptime_seconds", "process_uptime_seconds")),
        ("server.memory", ("process_resident_memory_bytes", "go_memstats_sys_bytes", "go_memstats_alloc_bytes")),
        ("requests.total", ("flext_requests_total", "http_requests_total")),
        ("requests.errors", ("flext_errors_total",)),
    ),
    "flexcore": (
        ("metrics.uptime", ("flexcore_uptime_seconds", "process_uptime_seconds")),
        ("metrics.memory_usage", ("process_resident_memory_bytes", "go_memstats_sys_bytes", "go_memstats_alloc_bytes")),
        ("metrics.requests", ("flexcore_requests_total", "http_requests_total")),
        ("metrics.errors", ("flexcore_errors_total",)),
        ("metrics.executions", ("flexcore_executions_total",)),
    ),
}
_WHOLE = {
    "server.memory",
    "requests.total",
    "requests.errors",
    "metrics.requests",
    "metrics.errors",
    "metrics.executions",
}


def is_prometheus(content: bytes, content_type: str) -> bool:
    """Whether a body is in this format rather than JSON. Some servers name no type, or a wrong one."""
    return "json" not in content_type.lower() and content.lstrip()[:1] not in {b"{", b"["}


def samples(text: str) -> dict[str, float]:
    """The series and their values; those of one name with different labels are added up, quantiles are left out."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        match = _SAMPLE.fullmatch(line.strip())
        if match is None or "quantile=" in (match[2] or "") or match[1].endswith("_bucket"):
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        if math.isfinite(value):
            found[match[1]] = found.get(match[1], 0.0) + value
    return found


def metrics_of(name: str, content: bytes, content_type: str = "") -> dict[str, Any]:
    """The counters of a service in the shape of its contract; all series stand under ``series``.

    Args:
        name: The mapping: ``flext`` or ``flexcore``.
        content: The body.
        content_type: Its content type.

    Raises:
        ValueError: There is no sample in it.
    """
    series = samples(decode_text(content, content_type))
    if not series:
        raise ValueError("no sample of Prometheus' text format is in it")
    found: dict[str, Any] = {}
    for place, sources in _PLACES[name]:
        outer, _, inner = place.partition(".")
        holder = found.setdefault(outer, {})
        value = next((series[source] for source in sources if source in series), None)
        if value is not None:
            holder[inner] = int(value) if place in _WHOLE else value
    return {**found, "series": series}
