"""The command line that all connectors have, as plugins made with Meltano's SDK have it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from flext_sdk.connectors import _settings
from flext_sdk.connectors._errors import ConnectorError, Terminated, UsageError
from flext_sdk.connectors._io import say, write_all
from flext_sdk.connectors._settings import Settings
from flext_sdk.connectors.registry import CONNECTORS, Connector

if TYPE_CHECKING:
    from types import FrameType

Body = Callable[[argparse.Namespace, Settings], None]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def run(name: str, argv: Sequence[str] | None, body: Body) -> int:
    """Runs a connector: command line, settings, signals, errors.

    Args:
        name: Key of ``CONNECTORS``.
        argv: Arguments without the program; None for those of the process.
        body: Does the work.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    try:
        with _signals():
            _dispatch(CONNECTORS[name], argv, body)
        return 0
    except (ConnectorError, OSError, MemoryError) as error:
        say("ERROR", f"{name}: {_explain(error)}")
        return error.exit_code if isinstance(error, ConnectorError) else 1
    except ModuleNotFoundError as error:
        # None of ours is ever missing: it is a library that the connector needs.
        say("ERROR", f'{name}: {error.name} is not installed; run: pip install "flext-sdk[connectors]"')
        return 1
    except KeyboardInterrupt:
        return 130
    except Terminated:
        return 143
    except SystemExit as stop:  # argparse, behind --help
        return int(stop.code or 0)


def _dispatch(connector: Connector, argv: Sequence[str] | None, body: Body) -> None:
    options = _parser(connector).parse_args(argv)
    if options.version:
        write_all(1, f"{connector.name} v{connector.version}, flext-sdk\n".encode())
    elif options.about:
        write_all(1, about(connector, options.format or "text").encode())
    else:
        body(options, _settings.load(connector, options.config or [], os.environ))


def _explain(error: ConnectorError | OSError | MemoryError) -> str:
    if isinstance(error, BrokenPipeError):
        return "the program that read the output has gone"
    if isinstance(error, OSError):
        return (error.strerror or str(error)) + (f": {error.filename}" if error.filename else "")
    return str(error) or "out of memory"


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and SIGINT end the program through its ``finally`` blocks, and only once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _parser(connector: Connector) -> argparse.ArgumentParser:
    parser = _Parser(prog=connector.name, description=connector.description, allow_abbrev=False)
    add = parser.add_argument
    add("--version", action="store_true", help="print the version")
    add("--about", action="store_true", help="print what this program is and which settings it takes")
    add("--format", choices=("json", "markdown", "text"), help="form of --about")
    add(
        "--config",
        action="append",
        metavar="FILE",
        help="settings as JSON; ENV reads " + connector.environment_prefix + "*; repeatable",
    )
    if connector.kind == "tap":
        add("--discover", action="store_true", help="print the catalog")
        add("--catalog", "--properties", metavar="FILE", help="what to read of which streams")
        add("--state", metavar="FILE", help="bookmarks of an earlier run")
        choices = ("schema", "records", "all")
        add(
            "--test",
            nargs="?",
            const="records",
            choices=choices,
            help="print the schemas, one record of each stream, or everything",
        )
    else:
        add("--input", metavar="FILE", help="read messages from a file instead of standard input")
        add("--test", action="store_true", help="check the settings and that the destination can be written to")
    return parser


def about(connector: Connector, form: str) -> str:
    """What ``--about`` prints.

    Args:
        connector: The program.
        form: ``json``, ``markdown`` or ``text``.
    """
    properties: dict[str, dict[str, Any]] = connector.settings_schema["properties"]
    required = connector.settings_schema["required"]
    facts: dict[str, Any] = {
        "name": connector.name,
        "description": connector.description,
        "version": connector.version,
        "supported_python_versions": ["3.12", "3.13"],
        "capabilities": list(connector.capabilities),
        "settings": connector.settings_schema,
        "env_var_prefix": connector.environment_prefix,
    }
    if form == "json":
        return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    rows = [
        (
            name,
            "yes" if name in required else "no",
            json.dumps(schema["default"]) if "default" in schema else "",
            schema["description"],
        )
        for name, schema in properties.items()
    ]
    if form == "markdown":
        lines = [f"# {connector.name}", "", connector.description, "", "## Capabilities", ""]
        lines += [f"* `{word}`" for word in connector.capabilities]
        lines += ["", "## Settings", "", "| Setting | Required | Default | Description |", "|:--|:--|:--|:--|"]
        lines += [f"| {name} | {need} | {default} | {text} |" for name, need, default, text in rows]
    else:
        lines = [
            f"{connector.name} {connector.version}",
            connector.description,
            "",
            f"Capabilities: {', '.join(connector.capabilities)}",
            "",
        ]
        lines += ["Settings:"]
        for name, need, default, text in rows:
            notes = [
                note for note in ("required" if need == "yes" else "", f"default {default}" if default else "") if note
            ]
            lines.append(f"  {name}{' (' + ', '.join(notes) + ')' if notes else ''}: {text}")
    return "\n".join(lines) + "\n"
