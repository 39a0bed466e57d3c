"""Reading the counters that taps and targets write to standard error."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress


def counted(errors: str) -> dict[str, int]:
    """Records by stream, from lines such as ``METRIC: {"metric": "record_count", ...}``.

    Args:
        errors: What a program wrote to standard error.
    """
    found: Counter[str] = Counter()
    for line in errors.splitlines():
        at = line.find('{"')
        if at < 0 or "record_count" not in line:
            continue
        with suppress(ValueError):
            point = json.JSONDecoder().raw_decode(line, at)[0]
            value, tags = point.get("value"), point.get("tags")
            if point.get("metric") == "record_count" and isinstance(value, int | float) and isinstance(tags, dict):
                found[str(tags.get("stream") or tags.get("endpoint") or "")] += max(0, int(value))
    return dict(found)
