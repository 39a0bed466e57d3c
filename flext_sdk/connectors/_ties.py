"""Reading by a replication key without losing or doubling rows that share its last value.

Rows are asked for from the last value on, that value included, for more rows may have got it since. Those that were
sent are known by their hashes, which stand in the bookmark: ``ties``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.connectors._stream import Mark

# Rows with keys beyond this number come again, which does no harm; without keys it must never come to that.
KEYED = 1_000
KEYLESS = 100_000


def digest(row: bytes) -> str:
    """What a row is known by."""
    return hashlib.blake2b(row, digest_size=12).hexdigest()


def replication_key_of(setting: str | dict[str, str] | None, streams: Sequence[str]) -> dict[str, str]:
    """The replication key of each stream that has one, as the setting says.

    Raises:
        ConnectorError: If it names a stream that does not exist.
    """
    if isinstance(setting, dict):
        for name in setting:
            if name not in streams:
                raise ConnectorError(
                    f"replication_key names the stream {name}, but there are only: {', '.join(sorted(streams))}"
                )
        return dict(setting)
    return dict.fromkeys(streams, setting) if setting else {}


def bookmark(stream: str, key: str, value: Any, ties: list[str], *, keyed: bool) -> Mark:  # noqa: ANN401 - JSON
    """The part of a bookmark that says how far a stream was read.

    Raises:
        ConnectorError: If too many rows without keys share the last value.
    """
    if len(ties) > (KEYED if keyed else KEYLESS):
        if not keyed:
            raise ConnectorError(
                f"{stream}: more than {KEYLESS} rows share one value of {key}; give the stream keys, or another "
                "replication key"
            )
        ties = []
    return {"replication_key": key, "replication_key_value": value, "ties": ties}


def start_of(mark: Mark, key: str) -> tuple[Any, list[str]]:
    """The value to read on from, None for the beginning, and what is known of the rows that have it."""
    if mark.get("replication_key") != key:
        return None, []
    ties = mark.get("ties")
    return mark.get("replication_key_value"), list(ties) if isinstance(ties, list) else []
