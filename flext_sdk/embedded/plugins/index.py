"""The index: what can be installed. It comes with the product, and can be brought up to date."""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.files import write_atomically
from flext_sdk.embedded.plugins.entry import BadEntryError, Entry, entry_of, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHIPPED: Final = Path(__file__).with_name("index")
_FORMAT: Final = 1


class Index:
    """What can be installed.

    Args:
        file: Where entries of a later index are kept; they stand above those that came with the product.

    Example:
        >>> Index(Path("/tmp/none.json")).find("meltanolabs-target-csv").program
        'target-csv'
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._entries: dict[str, Entry] = {}
        self._latest: dict[str, str] = {}
        self._updated_at: str | None = None

    def all(self) -> list[Entry]:
        """All entries, by name."""
        return sorted(self._current().values(), key=lambda entry: entry.name)

    def find(self, name: str) -> Entry | None:
        """An entry by its name."""
        return self._current().get(name)

    def of_package(self, package: str) -> list[Entry]:
        """Entries that are made of a package: those that somebody may mean who gives its name."""
        wanted = normalised(package)
        return [entry for entry in self.all() if entry.package == wanted]

    def names(self) -> list[str]:
        """All names."""
        return [entry.name for entry in self.all()]

    def latest(self, name: str) -> str | None:
        """The newest version that an update of the index has seen."""
        self._current()
        return self._latest.get(name)

    @property
    def updated_at(self) -> str | None:
        """When the index was last brought up to date; None when it is as it came."""
        self._current()
        return self._updated_at

    def search(self, text: str) -> list[Entry]:
        """Entries in which all words of a text appear; those with a word in the name come first."""
        words = text.lower().split()

        def weight(entry: Entry) -> tuple[bool, str]:
            return not all(word in entry.name for word in words), entry.name

        return sorted((entry for entry in self.all() if all(word in _words(entry) for word in words)), key=weight)

    def _current(self) -> dict[str, Entry]:
        try:
            found = self._file.stat()
            seen = (found.st_mtime_ns, found.st_size)
        except OSError:
            seen = (0, 0)
        with self._lock:
            if self._seen != seen:
                self._entries = {**_shipped()}
                self._latest, self._updated_at = {}, None
                if seen != (0, 0):
                    self._take(self._file)
                self._seen = seen
            return self._entries

    def _take(self, file: Path) -> None:
        try:
            document = json.loads(file.read_bytes())
            more = entries_of(document)
        except (OSError, ValueError):
            return  # the shipped one is there, and the next update writes a new file
        self._entries |= {entry.name: entry for entry in more}
        self._latest = {key: str(value) for key, value in dict(document.get("latest") or {}).items()}
        self._updated_at = document.get("updated_at")


def _words(entry: Entry) -> str:
    return " ".join((entry.name, entry.kind, entry.package, entry.description, entry.publisher or "")).lower()


@cache
def _shipped() -> Mapping[str, Entry]:
    found = (entry_of(json.loads(file.read_bytes())) for file in sorted(_SHIPPED.glob("*.json")))
    return {entry.name: entry for entry in found}


def entries_of(document: object) -> list[Entry]:
    """The entries of an index file.

    Args:
        document: ``{"format": 1, "plugins": [entry, ...]}``.

    Raises:
        BadEntryError: It is no such file; the message says where.
    """
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise BadEntryError('an index is a mapping with "format": 1 and "plugins"')
    plugins = document.get("plugins")
    if not isinstance(plugins, list):
        raise BadEntryError("plugins must be a list")
    found = [entry_of(each) for each in plugins]
    names = [entry.name for entry in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadEntryError(f"{twice} stands in it twice")
    return found


def write(file: Path, entries: Iterable[Entry], latest: Mapping[str, str], updated_at: str) -> None:
    """Writes what an update has found.

    Args:
        file: Where to.
        entries: Those of a later index.
        latest: Newest versions by plugin.
        updated_at: When this was.

    Raises:
        OSError: It cannot be written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    document: dict[str, Any] = {
        "format": _FORMAT,
        "updated_at": updated_at,
        "plugins": [entry.document() for entry in entries],
        "latest": dict(latest),
    }
    write_atomically(file, json.dumps(document, indent=1).encode())
