"""Reading the counters that taps and targets write to standard error."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress


def counted(errors: str) -> dict[str, int]:
    """Records by stream, from lines such as ``METRIC: {"metric": "record_count", ...}``.

    A trial of the Singer SDK (0.54) ends at the first record, before it has counted it: the timer of that stream says
    ``failed`` though the program ends well, and where there is nothing to read it says ``succeeded``.

    Args:
        errors: What a program that ended well wrote to standard error.
    """
    found: Counter[str] = Counter()
    ended_early: set[str] = set()
    for line in errors.splitlines():
        at = line.find('{"')
        if at < 0 or ("record_count" not in line and "sync_duration" not in line):
            continue
        with suppress(ValueError):
            point = json.JSONDecoder().raw_decode(line, at)[0]
            value, tags = point.get("value"), point.get("tags")
            if not isinstance(tags, dict):
                continue
            stream = str(tags.get("stream") or tags.get("endpoint") or "")
            if point.get("metric") == "record_count" and isinstance(value, int | float):
                found[stream] += max(0, int(value))
            elif point.get("metric") == "sync_duration" and tags.get("status") == "failed":
                ended_early.add(stream)
    return {stream: found[stream] or int(stream in ended_early) for stream in {*found, *ended_early}}
