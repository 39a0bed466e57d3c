"""Which files a tap reads, and what their streams are called."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.connectors._settings import Settings


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file. ``key`` is its path below the folder or glob it was found by: a moved folder keeps its bookmarks."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class Source:
    """One stream: its name, its files in a fixed order, its key fields."""

    stream: str
    files: tuple[SourceFile, ...]
    keys: tuple[str, ...]


def find(settings: Settings, suffixes: Sequence[str]) -> list[Source]:
    """The streams that the settings name, sorted by name.

    Args:
        settings: With ``path``, ``keys``, ``stream`` and ``stream_names``.
        suffixes: Endings of the files that count in a folder.

    Raises:
        ConnectorError: If there is nothing to read, or two files claim one stream.
    """
    files = _files(str(settings["path"]), suffixes)
    streams: dict[str, list[SourceFile]] = {}
    for file in files:
        streams.setdefault(settings.get("stream") or _name(file, settings["stream_names"]), []).append(file)
    if not settings.get("stream") and settings["stream_names"] != "folder":
        for name, same in streams.items():
            if len(same) > 1:
                raise ConnectorError(
                    f"the files {same[0].key} and {same[1].key} would both be the stream {name}; "
                    "set stream_names to path to tell them apart, or stream to read them as one"
                )
    keys = keys_of(settings.get("keys"), list(streams))
    return [Source(name, tuple(streams[name]), keys.get(name, ())) for name in sorted(streams)]


def keys_of(setting: list[str] | dict[str, list[str]] | None, streams: list[str]) -> dict[str, tuple[str, ...]]:
    """The key fields of each stream, as ``keys`` says.

    Raises:
        ConnectorError: If it names a stream that does not exist.
    """
    if isinstance(setting, dict):
        for name in setting:
            if name not in streams:
                raise ConnectorError(f"keys names the stream {name}, but there are only: {', '.join(sorted(streams))}")
        return {name: tuple(dict.fromkeys(fields)) for name, fields in setting.items()}
    return dict.fromkeys(streams, tuple(dict.fromkeys(setting or ())))


def _files(setting: str, suffixes: Sequence[str]) -> list[SourceFile]:
    path = Path(setting).expanduser()
    endings = ", ".join(suffixes)
    if path.is_dir():
        names = [
            found for found in path.iterdir() if found.suffix.lower() in suffixes and not found.name.startswith(".")
        ]
        base, empty = path, f"path: the folder {setting} holds no file ending in {endings}"
    elif glob.has_magic(setting) and not path.exists():
        names = [Path(found) for found in glob.glob(str(path), recursive=True)]  # noqa: PTH207 - it may be absolute
        base, empty = _fixed_part(path), f"path: no file matches {setting}"
    elif path.exists():
        names, base, empty = [path], path.parent, f"path: {setting} is no regular file"
    else:
        raise ConnectorError(f"path: there is no file or folder {setting}")
    files = [SourceFile(found, found.relative_to(base).as_posix()) for found in names if found.is_file()]
    if not files:
        raise ConnectorError(empty)
    return sorted(files, key=lambda file: file.key)


def _fixed_part(pattern: Path) -> Path:
    """The folder in front of the first wildcard."""
    for parent in pattern.parents:
        if not glob.has_magic(str(parent)):
            return parent
    return Path()


def _name(file: SourceFile, how: str) -> str:
    path = Path(file.key)
    if how == "folder":
        stem = file.path.absolute().parent.name
    else:
        stem = (path.with_suffix("") if how == "path" else Path(path.stem)).as_posix()
    return re.sub(r"\W+", "_", stem).strip("_") or "file"
