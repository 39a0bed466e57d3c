"""The folder of one try: settings, catalog and state as files, readable by the owner alone, and gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class RunFolder:
    """A new empty folder that is removed on leaving.

    Example:
        ``with RunFolder(home / "state" / "runs", run_id, "load") as folder: path = folder.write("config.json",
        settings)``
    """

    def __init__(self, root: Path, run_id: str, step: str) -> None:
        self.path = root / run_id / step

    def __enter__(self) -> Self:
        # What a try that was cut off left here belongs to nobody any more.
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.mkdir(mode=0o700)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self.path.parent.rmdir()
        except OSError:
            return  # another step of the run still has its folder here

    def write(self, name: str, data: Any) -> str:  # noqa: ANN401
        """Writes JSON into a file that only the owner can read.

        Returns:
            Its path.
        """
        path = self.path / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(data, file)
        return str(path)


def remove_left_overs(root: Path) -> None:
    """Removes the folders of runs that were cut off; they hold settings with their secrets."""
    shutil.rmtree(root, ignore_errors=True)
