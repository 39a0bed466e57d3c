"""Bringing the index up to date: later entries from a file or an address, and which newer versions there are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_url
from flext_sdk.embedded.environments import EnvironmentFailedError, Environments
from flext_sdk.embedded.environments.uv import Uv
from flext_sdk.embedded.plugins.entry import BadEntryError, Entry
from flext_sdk.embedded.plugins.index import Index, entries_of, write

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

_LARGEST: Final = 32 * 1024 * 1024
_PATIENCE: Final = 30.0


def update(
    home: Path,
    index: Index,
    environments: Environments,
    environ: Mapping[str, str],
    source: str | None,
    *,
    now: str,
    stop: threading.Event,
) -> dict[str, Any]:
    """Brings the index up to date.

    Args:
        home: The folder that holds everything.
        index: The index as it is.
        environments: What is installed.
        environ: Environment variables.
        source: A file or an address with a later index.
        now: The present, as it is noted.
        stop: Set to give up.

    Returns:
        ``plugins`` (how many the index has), ``new`` (names that were not in it), ``newer`` (installed plugins of
        which there is a newer version), ``updated_at``.

    Raises:
        EnvironmentFailedError: It cannot be read or makes no sense, or the package index cannot be reached.
    """
    known = set(index.names())
    entries = _entries(source) if source else []
    usable = {entry.name: entry for entry in [*index.all(), *entries] if not entry.broken}
    _say(f"Asking for the newest versions of {len(usable)} plugins")
    latest = _latest(list(usable.values()), environ, stop)
    write(home / "plugins" / "index.json", entries, latest, now)
    newer = []
    for name, version in sorted(latest.items()):
        found = environments.find(name)
        if found is not None and found.packages.get(usable[name].package) not in (None, version):
            newer.append({"name": name, "installed": found.packages[usable[name].package], "latest": version})
    return {
        "plugins": len(known | {entry.name for entry in entries}),
        "new": sorted({entry.name for entry in entries} - known),
        "newer": newer,
        "updated_at": now,
    }


def _latest(entries: list[Entry], environ: Mapping[str, str], stop: threading.Event) -> dict[str, str]:
    """The newest version of each that its requirements allow: one question for all, dependencies left out."""
    by_package: dict[str, list[Entry]] = {}
    for entry in entries:
        by_package.setdefault(entry.package, []).append(entry)
    wanted = [group[0].requirements[0] for group in by_package.values()]
    answer = Uv(environ, stop=stop, timeout=300).run(
        "cannot ask for newer versions",
        *(
            "pip",
            "compile",
            "--quiet",
            "--no-deps",
            "--no-header",
            "--no-annotate",
            "--prerelease",
            "if-necessary-or-explicit",
        ),
        *("--python", sys.executable, "-"),
        given="\n".join(wanted) + "\n",
    )
    found: dict[str, str] = {}
    for line in answer.splitlines():
        package, equals, version = line.partition("==")
        for entry in by_package.get(package.strip(), []) if equals else []:
            found[entry.name] = version.strip()
    return found


def _entries(source: str) -> list[Entry]:
    shown = redact_url(source)
    _say(f"Reading {shown}")
    try:
        content = _fetched(source) if source.startswith(("http://", "https://")) else Path(source).read_bytes()
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or error
        raise EnvironmentFailedError(f"cannot read {shown}: {reason}", "Check the address or the path.") from error
    try:
        return entries_of(json.loads(content))
    except BadEntryError as error:
        raise EnvironmentFailedError(f"{shown}: {error}") from error
    except ValueError:
        raise EnvironmentFailedError(f"{shown} is not JSON") from None


def _fetched(source: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(source, timeout=_PATIENCE) as answer:  # noqa: S310 - http and https alone, see above
        content: bytes = answer.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise EnvironmentFailedError(f"{redact_url(source)} is too large to be an index")
    return content


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
