"""Starting the process of a service, detached from everything of the one who starts it."""

from __future__ import annotations

import os
import re
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flext_sdk.errors import ConfigurationError, FlextError, MissingExtraError, ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.embedded.settings import Paths

NEEDED: Final = ("uvicorn", "starlette", "jsonschema_rs", "orjson", "sqlalchemy", "alembic", "dbos")
_ERROR: Final = re.compile(r"error\[(?P<code>[A-Z_]+)\]: (?P<message>.+)\Z")
_DEFAULT_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGCHLD)


def check_installed(has: Callable[[str], bool] = lambda name: find_spec(name) is not None) -> None:
    """Let a complete installation pass.

    Args:
        has: Whether a module can be imported.

    Raises:
        MissingExtraError: The extra ``embedded`` is not installed.
    """
    if not all(has(name) for name in NEEDED):
        raise MissingExtraError("The embedded platform", "embedded")


def spawn(name: str, paths: Paths, environ: Mapping[str, str]) -> int:
    """Start the process of a service: a session of its own, no terminal, no inherited files.

    Args:
        name: Which service.
        paths: Where things are; the folders exist.
        environ: Environment variables to start from.

    Returns:
        The process id.

    Raises:
        ServiceUnavailableError: The process cannot be started.
    """
    # -P: without it the current folder comes first on the module path, and a user's json.py would be imported.
    argv = [sys.executable, "-P", "-m", "flext_sdk.embedded.host", name]
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    actions: list[tuple[int, int] | tuple[int, int, int] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(paths.output_file(name)), writing, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        *((os.POSIX_SPAWN_CLOSE, handle) for handle in _inherited()),
    ]
    try:
        return os.posix_spawn(
            sys.executable,
            argv,
            environment(paths, environ),
            file_actions=actions,
            setsid=True,
            setsigmask=(),
            setsigdef=_DEFAULT_SIGNALS,
        )
    except OSError as error:
        raise ServiceUnavailableError(f"cannot start {name}: {error.strerror}") from error


def environment(paths: Paths, environ: Mapping[str, str]) -> dict[str, str]:
    """Environment variables of a service."""
    found = {key: value for key, value in environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    found["FLEXT_HOME"] = str(paths.home)
    root = Path(__file__).resolve().parents[3]
    if not {"site-packages", "dist-packages"} & set(root.parts):
        # A source tree that is on the module path only because somebody works in it.
        found["PYTHONPATH"] = os.pathsep.join(part for part in (str(root), environ.get("PYTHONPATH", "")) if part)
    return found


def _inherited() -> list[int]:
    """Open files beyond the standard three that a child would get, such as a pipe that a shell waits on."""
    folder = "/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd"
    found = []
    for entry in os.listdir(folder):  # noqa: PTH208 - the listing itself opens one more, which is closed when we ask
        handle = int(entry)
        try:
            if handle > 2 and os.get_inheritable(handle):
                found.append(handle)
        except OSError:
            continue
    return found


def failure(name: str, paths: Paths) -> FlextError:
    """Why a service did not start, from the last lines that it wrote."""
    try:
        lines = [line for line in paths.output_file(name).read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    hint = f"Its log: {paths.log_file(name)}"
    if lines and lines[-1].startswith("hint: "):
        hint = lines.pop().removeprefix("hint: ")
    found = _ERROR.match(lines[-1]) if lines else None
    if found is None:
        reason = lines[-1].strip() if lines else "it ended without a word"
        return ServiceUnavailableError(f"{name} did not start: {reason}", hint=hint, code="START_FAILED")
    kind = ServiceUnavailableError if found["code"] == "START_FAILED" else ConfigurationError
    return kind(f"{name} did not start: {found['message']}", hint=hint, code=found["code"])
