"""Environments of others, to measure ourselves against; made by uv under `.cache/bench`, never dependencies of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "bench"
CLIENTS = ("openai==3.54.0", "databricks-sdk==0.156.0", "openapi-python-client==0.29.1", "python-dateutil>=2.9")
# setuptools: older ones of them still look for pkg_resources.
PLUGINS = {
    "tap-csv-folder": ("tap-csv-folder==0.0.1a1", "setuptools<81"),
    "tap-jsonl": ("tap-jsonl==0.3.1", "setuptools<81"),
    "target-csv": ("meltanolabs-target-csv==0.5.0", "setuptools<81"),
    "target-jsonl": ("target-jsonl==0.1.4", "setuptools<81"),
}


class NotInstalledError(Exception):
    """An environment cannot be made here."""


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """The `bin` folder of an environment with these packages.

    Raises:
        NotInstalledError: If it cannot be made.
    """
    home = CACHE / name
    wanted = "\n".join((sys.version, *packages))
    mark = home / "packages.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        uv = shutil.which("uv", path=os.pathsep.join((str(ROOT / ".uv" / "bin"), os.environ.get("PATH", ""))))
        if uv is None:
            raise NotInstalledError("uv is not there to install it")
        shutil.rmtree(home, ignore_errors=True)
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(home)])
        compiled = {**os.environ, "UV_COMPILE_BYTECODE": "1"}
        _run([uv, "pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *packages], compiled)
        mark.write_text(wanted, encoding="utf-8")
    return home / "bin"


def clients() -> Path:
    """The Python that has the clients of others, with one made from our contract beside them.

    Raises:
        NotInstalledError: If they cannot be installed.
    """
    bin_folder = environment("clients", CLIENTS)
    found = list((bin_folder.parent / "lib").glob("python*/site-packages"))
    made = found[0] / "flext_generated"
    contract = ROOT / "openapi" / "flext.yaml"
    if not made.exists() or made.stat().st_mtime < contract.stat().st_mtime:
        command = [str(bin_folder / "openapi-python-client"), "generate", "--path", str(contract), "--meta", "none"]
        _run([*command, "--output-path", str(made), "--overwrite"])
        made.touch()
    return bin_folder / "python"


def plugin(name: str) -> Path:
    """A Singer program of others.

    Raises:
        NotInstalledError: If it cannot be installed.
    """
    return environment(name, PLUGINS[name]) / name


def version(package: str, bin_folder: Path) -> str:
    """The version of a package of an environment."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.check_output([bin_folder / "python", "-c", code], text=True).strip()


def _run(command: list[str], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalledError(f"not installed: {last[-1] if last else command[0]}")
