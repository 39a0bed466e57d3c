"""Commands of other packages: read off their functions once, kept in a file, and put into the table when needed.

Help of the program reads that file where there is one; nobody without such packages pays for it.
"""

import os
import sys

from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _home() -> str:
    return os.path.abspath(os.path.expanduser(os.environ.get("FLEXT_HOME") or "~/.flx"))


def _file() -> str:
    return os.path.join(_home(), "state", "commands.json")


def _key() -> "list[Any]":
    seen: list[Any] = [sys.prefix]
    for path in sys.path:
        if path.endswith(("site-packages", "dist-packages")):
            try:
                seen.append([path, os.stat(path).st_mtime_ns])
            except OSError:
                continue
    return seen


def merge(*, scan: bool) -> bool:
    """Put the commands of other packages into the table; gives whether there are any.

    Args:
        scan: Look for them where it is not known which there are.
    """
    if not scan and not os.path.exists(_file()):
        return False
    import json

    try:
        with open(_file(), encoding="utf-8") as file:
            kept = json.load(file)
        commands = kept["commands"] if kept["key"] == _key() else None
    except (OSError, ValueError, KeyError, TypeError):
        commands = None
    if commands is None:
        commands = _scanned()
        _keep(json.dumps({"key": _key(), "commands": commands}), any_of=bool(commands))
    for words, entry in commands.items():
        if words not in table.COMMANDS:  # nobody replaces one of ours
            table.COMMANDS.add(words, entry)
    return bool(commands)


def _keep(text: str, *, any_of: bool) -> None:
    try:
        if not any_of and not os.path.exists(_file()):
            return
        beside = f"{_file()}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, _file())
    except OSError:
        pass  # it is looked for again next time


def _scanned() -> "dict[str, Any]":
    from flext_cli.describing import entry_of
    from flext_cli.output import errors
    from flext_sdk import extensions

    out = {}
    for name, value in extensions.found(extensions.COMMANDS):
        try:
            entry = entry_of(extensions.load(value))
        except Exception as error:  # noqa: BLE001 - somebody else's code
            errors.say(f"warning: the command {name} of another package cannot be loaded: {error!r}\n")
            continue
        out[entry.pop("words")] = entry
    return out
