"""Small packages of our own, so that tests of environments need no index."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_wheel(
    folder: Path,
    name: str = "hello",
    version: str = "1.0",
    *,
    code: str = "print('hello')",
    start: str | None = None,
    **more: str,
) -> Path:
    """A wheel with one module and one program, both of that name.

    Where the program starts elsewhere, there is no module. ``more`` are files, by name.
    """
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        **({f"{name}.py": f"def main():\n    {code}\n"} if start is None else {}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {start or f'{name}:main'}\n",
        **more,
    }
    record = []
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{file},sha256={digest},{len(text)}")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path
