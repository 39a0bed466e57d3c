"""Kills at random moments while a plugin is installed or updated; afterwards there is a whole one, and nothing else.

`python -m tests.faults.plugin_storm 50` does fifty kills for each victim: the installer, the uv that it calls, FlexCore, and all at once
as when the machine loses power; every other time of an installation and of an update. The plugins are wheels made without a build.
"""

from __future__ import annotations

import itertools
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from flext_sdk import Flext, FlextError, NotFoundError
from tests.plugins import toys

from .kills import Storm, blow

OLD, NEW = "tap-toy", "tap-fresh"


class PluginStorm(Storm):
    """A platform with a plugin that has a newer version each time, and without another one."""

    victims: ClassVar = {
        "uv": ("/uv\0",),
        "installer": ("embedded.plugins.work\0",),
        "flexcore": ("embedded.host\0flexcore\0",),
        "everything": (),
    }

    def __init__(self, folder: Path, *, seed: int = 1) -> None:
        self.index = folder / "wheels"
        super().__init__(folder, seed=seed, UV_FIND_LINKS=str(self.index), UV_NO_INDEX="1", UV_OFFLINE="1")
        self.turn = itertools.count(1)
        self.ended = 0
        self.installed = "1.0"
        toys.wheel(self.index, OLD, self.installed)
        with self.client() as client, self.measured():
            client.plugins.install(OLD, requirement=[OLD], yes=True)

    def strike(self, victim: str) -> bool:
        turn = next(self.turn)
        name, new = (OLD if turn % 2 else NEW), f"1.{turn}"
        before = self.installed if name == OLD else None
        toys.wheel(self.index, name, new)
        with self.client() as client:
            begun = self.begin(client, name, wait=False)
            struck = self.kill(victim)
        with self.client() as client:
            with suppress(FlextError):  # what was killed has failed, as it should
                client.orchestrations.wait(begun.id, timeout=60)
            there = self.whole(client, name, before, new)
            # Whoever cleans up has not been asked to: neither by another installation nor by a removal.
            eventually(lambda: self.litter(name, there=there is not None))
            self.begin(client, name, wait=True)
            self.whole(client, name, new, new)
            eventually(lambda: self.litter(name, there=True))
            if name == NEW:
                client.plugins.uninstall(NEW)
                self.whole(client, NEW, None, None)
                eventually(lambda: self.litter(NEW, there=False))
            else:
                self.installed = new
            going = [found.id for found in client.orchestrations.list(runtime="plugins") if found.end_time is None]
            assert not going
        assert not self.pids("installer")
        self.ended += 1
        return struck

    def begin(self, client: Flext, name: str, *, wait: bool) -> Any:
        """Install or update it."""
        if any(plugin.name == name for plugin in client.plugins.list()):
            return client.plugins.update(name, wait=wait, timeout=60)
        return client.plugins.install(name, requirement=[name], yes=True, wait=wait, timeout=60)

    def whole(self, client: Flext, name: str, before: str | None, now: str | None) -> str | None:
        """The version that is there: one of the two, and everything says and is the same; or none, where there was none."""
        found = {plugin.name: plugin.version for plugin in client.plugins.list()}.get(name)
        assert found in {before, now}
        if found is None:
            for ask in (client.plugins.info, client.plugins.health):
                with suppress(NotFoundError):
                    raise AssertionError(f"{name} is not listed, but there: {ask(name)}")
            return None
        info, health = client.plugins.info(name), client.plugins.health(name)
        assert (info.version, health.health["status"], health.health["version"]) == (found, "healthy", found)
        assert client.plugins.execute(name, "version").result["version"] == found
        (locked,) = client.plugins.lock([name]).plugins
        lock = locked if isinstance(locked, dict) else locked.model_dump()
        assert (lock["version"], lock["packages"][0].split(" ")[0]) == (found, f"{name}=={found}")
        return str(found)

    def litter(self, name: str, *, there: bool) -> list[Path]:
        """Whatever should not be on the disk."""
        place = self.home / "environments" / name
        current = (place / "current").resolve().name if there else None
        known = {"lock", "current", current, f"{current}.held"} if there else {"lock"}
        left = [entry for entry in place.iterdir() if entry.name not in known] if place.is_dir() else []
        private = self.home / "state" / "orchestrations"
        return [*left, *(self.home / "plugins").glob(".*"), *(private.iterdir() if private.is_dir() else ())]

    def told(self) -> str:
        return f"{self.ended} times whole"


def eventually(wrong: Any, seconds: float = 30.0) -> None:
    """Wait until nothing is wrong any more."""
    until = time.monotonic() + seconds
    while found := wrong():
        assert time.monotonic() < until, f"left behind: {found}"
        time.sleep(0.05)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    blow(lambda folder: PluginStorm(folder, seed=count), count, PluginStorm.victims)
