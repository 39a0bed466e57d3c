"""Trying a tap or target: do the settings work, and is there anything to read?

A tap is asked for its catalog, then for one record of each stream; how many it read is taken from its counters, for
what it prints may be cut when it ends itself. Its log level tells nothing: the Singer SDK ends a good trial with an
error. A target gets one record of a stream of its own, and what that left behind is removed.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import MASK, redact_text, secret_values
from flext_sdk.embedded.plugins.describe import environ_of
from flext_sdk.embedded.plugins.metrics import counted
from flext_sdk.embedded.plugins.settings import is_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.embedded.plugins.plugin import Plugin

PROBE: Final = "flext_probe"
_MOST: Final = 64 * 1024 * 1024
_SHORTEST_SECRET: Final = 4


@dataclass(slots=True)
class Verdict:
    """How a trial went.

    Attributes:
        verdict: ``ok``, ``ok_no_records`` or ``failed``.
        message: One line.
        hint: What to do.
        streams: Records read by stream.
        catalog: What a tap discovered.
        seconds: How long it took.
    """

    verdict: str
    message: str
    hint: str | None = None
    streams: dict[str, int] = field(default_factory=dict)
    catalog: dict[str, Any] | None = None
    seconds: float = 0.0


class TrialFailedError(Exception):
    """A program did not do what it was asked for. The message is one line.

    Attributes:
        hint: What to do.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Trial:
    """Tries one plugin with settings.

    Args:
        plugin: The tap or target.
        settings: Its settings.
        environ: Environment variables.
        timeout: Seconds that all of it may take.
    """

    def __init__(
        self, plugin: Plugin, settings: Mapping[str, Any], environ: Mapping[str, str], timeout: float = 50.0
    ) -> None:
        self._plugin = plugin
        self._settings = dict(settings)
        self._environ = environ_of(environ, own=plugin.origin == "product")
        self._until = time.monotonic() + timeout
        self._timeout = timeout
        own = [str(value) for key, value in settings.items() if is_secret(plugin, key) and isinstance(value, str)]
        self._secrets = sorted({*own, *secret_values(settings)}, key=len, reverse=True)

    def discover(self) -> dict[str, Any]:
        """The catalog of a tap.

        Raises:
            TrialFailedError: It has none to give.
        """
        output, _ = self._run("--discover")
        try:
            catalog = json.loads(output)
        except ValueError:
            catalog = None
        if not isinstance(catalog, dict) or not isinstance(catalog.get("streams"), list):
            raise TrialFailedError(f"{self._plugin.name} discovered no catalog: what it printed is not one")
        return catalog

    def of_tap(self) -> Verdict:
        """Whether a tap can read."""
        begun = time.monotonic()
        try:
            catalog = self.discover()
            streams = self._records() if "test" in self._plugin.capabilities else {}
        except TrialFailedError as error:
            return Verdict("failed", str(error), error.hint, seconds=time.monotonic() - begun)
        names = [str(each.get("stream") or each.get("tap_stream_id")) for each in catalog["streams"]]
        found = {name: streams.get(name, 0) for name in [*names, *streams]}
        verdict = self._judged(names, found)
        verdict.catalog, verdict.seconds = catalog, time.monotonic() - begun
        return verdict

    def _judged(self, names: Sequence[str], found: dict[str, int]) -> Verdict:
        if not names:
            hint = "Look at the settings that say what to read: a pattern may match no file, a schema hold no table."
            return Verdict("ok_no_records", "the settings work, and there is no stream to read", hint)
        told = f"{len(names)} stream{'s' * (len(names) != 1)}"
        if "test" not in self._plugin.capabilities:
            return Verdict("ok", f"the settings work: {told}; this tap cannot be asked for a record", None, found)
        readable = sum(1 for count in found.values() if count)
        if not readable:
            hint = "There may be nothing new since start_date, or nothing at all where it looks."
            return Verdict("ok_no_records", f"the settings work: {told}, and none has a record", hint, found)
        return Verdict("ok", f"the settings work: {told}, {readable} with records", None, found)

    def _records(self) -> dict[str, int]:
        output, errors = self._run("--test")
        lines: Counter[str] = Counter()
        for line in output.splitlines():
            with suppress(ValueError, AttributeError):
                message = json.loads(line)
                lines[str(message.get("stream"))] += message.get("type") == "RECORD"
        metrics = counted(errors)
        return {name: max(lines[name], metrics.get(name, 0)) for name in {*lines, *metrics} if name != "None"}

    def of_target(self) -> Verdict:
        """Whether a target can write."""
        begun = time.monotonic()
        try:
            if self._plugin.origin == "product":
                self._run("--test")
            else:
                self._probe()
        except TrialFailedError as error:
            return Verdict("failed", str(error), error.hint, seconds=time.monotonic() - begun)
        message = "the settings work, and the destination can be written to"
        return Verdict("ok", message, seconds=time.monotonic() - begun)

    def _probe(self) -> None:
        schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
        messages = (
            {"type": "SCHEMA", "stream": PROBE, "schema": schema, "key_properties": ["id"]},
            {"type": "RECORD", "stream": PROBE, "record": {"id": 1}},
            {"type": "STATE", "value": {PROBE: 1}},
        )
        given = "".join(json.dumps(message) + "\n" for message in messages)
        folders = self._folders()
        before = {path for folder in folders for path in _left_behind(folder)}
        try:
            output, _ = self._run(given=given)
        finally:
            for path in {path for folder in folders for path in _left_behind(folder)} - before:
                with suppress(OSError):
                    path.unlink()
            self._drop_table()
        if PROBE not in output:
            raise TrialFailedError(f"{self._plugin.name} ended well, and did not confirm what it was given")

    def _drop_table(self) -> None:
        """Removes the table of the probe, by the target's own means of reaching its database."""
        properties: Mapping[str, Any] = self._plugin.settings_schema.get("properties") or {}
        program = Path(self._plugin.argv[0])
        if "sqlalchemy_url" not in properties or not (program.parent / "python").exists():
            return
        argv = [str(program.parent / "python"), str(Path(__file__).with_name("_drop_probe.py"))]
        with suppress(TrialFailedError):
            self._run(argv=argv, behind=(program.name, PROBE))

    def _folders(self) -> list[Path]:
        """Where a target of files may write: folders among its settings, and the current one."""
        texts = [value for value in self._settings.values() if isinstance(value, str) and "/" in value]
        found = [Path(text).expanduser() for text in texts]
        return [path if path.is_dir() else path.parent for path in found if path.is_absolute()]

    def _run(
        self, *arguments: str, given: str = "", argv: Sequence[str] | None = None, behind: Sequence[str] = ()
    ) -> tuple[str, str]:
        """What a program printed to standard output and error."""
        name = self._plugin.name
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.json"
            # A file, for arguments can be read by everybody on this machine.
            with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                json.dump(self._settings, out)
            try:
                done = subprocess.run(
                    [*self._plugin.argv, "--config", str(config), *arguments]
                    if argv is None
                    else [*argv, str(config), *behind],
                    input=given,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    env=self._environ,
                    cwd=folder,
                    timeout=max(0.1, self._until - time.monotonic()),
                    check=False,
                )
            except subprocess.TimeoutExpired:
                hint = "Its source or destination may be out of reach, or there is too much to look at."
                raise TrialFailedError(f"{name} did not end within {self._timeout:g} seconds", hint) from None
            except OSError as error:
                raise TrialFailedError(f"{name} cannot be started: {error.strerror}") from error
        if done.returncode:
            reason = self._masked(_reason(done.stderr))
            told = reason if reason.startswith(name) else f"{name}: {reason}"
            raise TrialFailedError(told, _hint(reason))
        return done.stdout[:_MOST], done.stderr[-_MOST:]

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, MASK)
        return redact_text(text)


def _left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"*{PROBE}*") if path.is_file()]


def _reason(errors: str) -> str:
    from flext_sdk.embedded.plugins.reasons import reason

    return reason(errors)[:400]


_HINTS: Final = (
    (
        ("refused", "could not connect", "Name or service not known", "timed out", "unreachable"),
        "Check host and port, and whether the server runs.",
    ),
    (("password", "authentication", "permission denied for", "401", "403"), "Check user, password and rights."),
    (("No such file", "does not exist", "not found"), "Check the path or the name."),
    (("Permission denied", "Read-only"), "Check who may write there."),
)


def _hint(reason: str) -> str:
    for words, hint in _HINTS:
        if any(word.lower() in reason.lower() for word in words):
            return hint
    return "Look at its settings: flext data taps config, flext data targets config."
