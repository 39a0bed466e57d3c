"""One environment on the disk."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.environments.failures import EnvironmentFailedError
from flext_sdk.embedded.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION = "environment.json"
#: Ending of the file beside an environment that is locked by whoever works with it.
HELD = ".held"


@dataclass(frozen=True, slots=True)
class Environment:
    """A finished environment. It never changes: an update makes another one.

    Attributes:
        name: What it is for: ``tap-csv``, ``meltano``.
        folder: The virtual environment.
        requirements: What was asked for.
        lock: Exact versions, in the form of a requirements file: with hashes, where everything came from an index.
        packages: Versions of what is in it, by normalised name.
        python: Version of its interpreter.
        size: Bytes on the disk.
        created_at: When it was made.
    """

    name: str
    folder: Path
    requirements: tuple[str, ...]
    lock: str = field(repr=False)
    packages: dict[str, str] = field(repr=False, hash=False)
    python: str
    size: int
    created_at: datetime

    @property
    def bin(self) -> Path:
        """Folder of its programs."""
        return self.folder / "bin"

    def program(self, name: str) -> Path:
        """A program in it.

        Raises:
            EnvironmentFailedError: There is none of that name.
        """
        path = self.bin / name
        if not name or Path(name).name != name or not os.access(path, os.X_OK):
            raise EnvironmentFailedError(
                f"the environment {self.name} has no program {name}", f"It has: {', '.join(self.programs()) or 'none'}."
            )
        return path

    def programs(self) -> list[str]:
        """Names of the programs that packages brought along, sorted."""
        own = {"activate", "python", "pip", "uv", "deactivate"}
        names = (entry.name for entry in self.bin.iterdir() if os.access(entry, os.X_OK) and entry.is_file())
        return sorted(name for name in names if name.partition(".")[0].rstrip("0123456789") not in own)

    @contextmanager
    def held(self) -> Iterator[Environment]:
        """Keeps it on the disk while the block runs, though an update or removal may happen meanwhile."""
        handle = os.open(_hold_file(self.folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield self
        finally:
            os.close(handle)

    def write(self) -> None:
        """Writes the description; with it the environment counts as finished."""
        described = {**asdict(self), "created_at": self.created_at.isoformat()}
        del described["folder"]
        write_atomically(self.folder / DESCRIPTION, json.dumps(described).encode())

    @classmethod
    def read(cls, folder: Path) -> Environment | None:
        """The environment in a folder; None when there is none, or only a part of one."""
        try:
            found: dict[str, Any] = json.loads((folder / DESCRIPTION).read_bytes())
            return cls(
                name=found["name"],
                folder=folder,
                requirements=tuple(found["requirements"]),
                lock=found["lock"],
                packages=found["packages"],
                python=found["python"],
                size=found["size"],
                created_at=datetime.fromisoformat(found["created_at"]).astimezone(UTC),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def is_held(folder: Path) -> bool:
    """Whether somebody works with the environment in a folder."""
    try:
        handle = os.open(_hold_file(folder), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def _hold_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}{HELD}")
