"""Making, finding and removing environments."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.environments.environment import HELD, Environment, is_held
from flext_sdk.embedded.environments.failures import BusyError, EnvironmentFailedError
from flext_sdk.embedded.environments.uv import Uv
from flext_sdk.embedded.files import is_path, try_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flext_sdk.embedded.environments.uv import Stop

_CURRENT: Final = "current"


class Environments:
    """The environments under one folder.

    Each has a folder of its own, in it the finished environments and ``current``, a link to the one in use. A new one
    is made beside the old one and the link is moved in one step, so whatever goes wrong, the old one is still there.

    Args:
        folder: Where they are kept; ``home/environments``.
        environ: Environment variables for uv: proxies, an index of one's own.

    Example:
        >>> environments = Environments(Path("/tmp/x"), environ=os.environ)
        >>> environments.create("cowsay", ["cowsay==6.1"]).program("cowsay")
        PosixPath('/tmp/x/cowsay/...')
    """

    def __init__(self, folder: Path, *, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = environ

    def names(self) -> list[str]:
        """Names of the environments that can be used, sorted."""
        if not self.folder.is_dir():
            return []
        return sorted(entry.name for entry in self.folder.iterdir() if self.find(entry.name) is not None)

    def find(self, name: str) -> Environment | None:
        """An environment by its name; None when it was never finished, or is gone."""
        link = self._place(name) / _CURRENT
        try:
            target = link.readlink()
        except OSError:
            return None
        return Environment.read(link.parent / target.name)

    @contextmanager
    def using(self, name: str) -> Iterator[Environment]:
        """An environment that stays on the disk while the block runs, whatever is installed or removed meanwhile.

        Raises:
            EnvironmentFailedError: There is none of that name.
        """
        for _ in range(10):
            found = self.find(name)
            if found is None:
                break
            with found.held():
                # It may have been replaced and removed between finding and holding it.
                if Environment.read(found.folder) is not None:
                    yield found
                    return
        raise EnvironmentFailedError(f"{name} is not installed")

    def create(
        self,
        name: str,
        requirements: Sequence[str],
        *,
        lock: str | None = None,
        python: str | None = None,
        check: Callable[[Environment], None] | None = None,
        heard: Callable[[str], None] = lambda _line: None,
        stop: Stop | None = None,
    ) -> Environment:
        """Makes an environment, or another one in place of it.

        Args:
            name: What it is for.
            requirements: What goes into it, as pip would take it.
            lock: Exact versions to use instead of asking what the requirements mean today.
            python: Version or path of an interpreter; the one that runs this by default.
            check: Tries the finished environment; what it raises prevents that it comes into use.
            heard: Called with each line that uv says.
            stop: Set to give up.

        Raises:
            EnvironmentFailedError: It cannot be made; an earlier one is as it was.
            BusyError: Another process is just changing it.
        """
        with self._changing(name) as (place, handle):
            self._clear(place)
            folder = place / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            what = f"cannot install {name}"
            try:
                uv = Uv(self._environ, keep_open=[handle], heard=heard, stop=stop)
                uv.venv(str(folder), python)
                interpreter = str(folder / "bin" / "python")
                lock = lock or uv.compile(what, requirements, interpreter)
                uv.install(what, lock, interpreter)
                made = Environment(
                    name=name,
                    folder=folder,
                    requirements=tuple(requirements),
                    lock=lock,
                    packages=uv.freeze(interpreter),
                    python=_version(folder),
                    size=_size(folder),
                    created_at=datetime.now(UTC),
                )
                if check is not None:
                    check(made)
                made.write()
                self._switch(place, folder)
            except BaseException as error:
                _remove(folder)
                if isinstance(error, OSError):
                    raise _of_system(what, error) from error
                raise
            self._clear(place)
            return made

    def remove(self, name: str) -> bool:
        """Removes an environment; one that is in use stays on the disk until it no longer is.

        Returns:
            Whether there was one.

        Raises:
            BusyError: Another process is just changing it.
            EnvironmentFailedError: It cannot be removed.
        """
        if not self._place(name).is_dir():
            return False
        with self._changing(name) as (place, _handle):
            found = self.find(name) is not None
            try:
                (place / _CURRENT).unlink(missing_ok=True)
            except OSError as error:
                raise _of_system(f"cannot remove {name}", error) from error
            self._clear(place)
        return found

    def prune(self) -> None:
        """Removes what killed processes left behind, and earlier environments that nobody works with any more."""
        if not self.folder.is_dir():
            return
        for place in self.folder.iterdir():
            with suppress(EnvironmentFailedError), self._changing(place.name, patience=0) as (_place, _handle):
                self._clear(place)

    def _place(self, name: str) -> Path:
        if not name or Path(name).name != name or name.startswith(".") or not is_path(name):
            raise EnvironmentFailedError(f"{name!r} cannot be the name of an environment")
        return self.folder / name

    @contextmanager
    def _changing(self, name: str, *, patience: float = 10.0) -> Iterator[tuple[Path, int]]:
        """Holds the lock of a name; uv inherits it, so that an orphaned uv keeps others away until it has ended."""
        place = self._place(name)
        deadline = time.monotonic() + patience
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                with try_lock(place / "lock") as handle:
                    if handle is not None:
                        yield place, handle
                        return
                if time.monotonic() >= deadline:
                    break
                time.sleep(0.1)
        except OSError as error:
            raise _of_system(f"cannot change {name}", error) from error
        raise BusyError(f"{name} is just being installed or removed", "Wait until that is done, then try again.")

    def _switch(self, place: Path, folder: Path) -> None:
        new = place / f".{_CURRENT}-{secrets.token_hex(3)}"
        new.symlink_to(folder.name)
        new.replace(place / _CURRENT)

    def _clear(self, place: Path) -> None:
        """Removes everything but the environment in use and those that somebody works with."""
        current = place / _CURRENT
        kept = current.readlink().name if current.is_symlink() else None
        for entry in list(place.iterdir()):
            if entry.is_dir() and not entry.is_symlink() and entry.name != kept and not is_held(entry):
                _remove(entry)
            elif entry.name.startswith(f".{_CURRENT}-") or (
                entry.suffix == HELD and not entry.with_suffix("").exists()
            ):
                entry.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}{HELD}").unlink(missing_ok=True)


def _version(folder: Path) -> str:
    lines = (folder / "pyvenv.cfg").read_text().splitlines()
    values = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    return values.get("version_info", "")


def _size(folder: Path) -> int:
    """Bytes of the files that are its own; those it shares with uv's cache count too."""
    total = 0
    for path, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(path) / name).lstat().st_size
    return total


def _of_system(what: str, error: OSError) -> EnvironmentFailedError:
    hints = {
        errno.ENOSPC: "Make room on the disk, then try again; nothing was changed.",
        errno.EROFS: "Choose another FLEXT_HOME: this one cannot be written.",
        errno.EACCES: "Check who owns FLEXT_HOME and that it can be written.",
    }
    return EnvironmentFailedError(f"{what}: {error.strerror or error}", hints.get(error.errno or 0))
