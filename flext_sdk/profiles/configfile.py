"""``config.yaml``, and the settings in force. Everything here blocks; the clients' methods call it."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

from flext_sdk._ask import on_terminal
from flext_sdk._core.documents import locate
from flext_sdk._core.settings import ALL_SETTINGS, Setting, Source, environment, resolve
from flext_sdk._core.types import MASK
from flext_sdk.errors import ConfigurationError, FlextError, NotFoundError, Problem, UsageError
from flext_sdk.profiles import _edit
from flext_sdk.profiles._active import config_of, merged_profile, profile_path
from flext_sdk.profiles._document import SettingsFileError, check, parse, pointer, problem_error, read_words, setting_of
from flext_sdk.profiles._files import failed, locked, read_text, write
from flext_sdk.profiles._find import find
from flext_sdk.profiles._types import SettingInfo, SettingValue
from flext_sdk.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from flext_sdk._core.documents import Document
    from flext_sdk._core.types import Json

__all__ = ["Aliases", "ConfigFile"]

type Aliases = Callable[[Mapping[str, str]], Iterable[tuple[str, str, str]]]
"""Looks at the aliases of a file: name, what is wrong, and what to do of each that is wrong."""

_OLD_DRAFT = "config.draft.old.yaml"


class ConfigFile:
    """``config.yaml`` of a home folder.

    Args:
        home: The folder; ``FLEXT_HOME`` or ``~/.flx`` when left out.
        environ: The environment.
        aliases: Looks at the aliases of a file that is edited or checked: only a program that has commands can tell
            whether they lead to one.

    Raises:
        ConfigurationError: If there is no home folder.
    """

    def __init__(
        self,
        home: str | os.PathLike[str] | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        aliases: Aliases = lambda _: (),
    ) -> None:
        self._aliases = aliases
        self._store = ProfileStore(home, environ=environ)
        self.home = self._store.home
        self.path = self.home / "config.yaml"
        self._environ: Mapping[str, str] = {**environ, "FLEXT_HOME": str(self.home)}

    def values(
        self,
        *,
        profile: str | None = None,
        arguments: Mapping[str, Json] | None = None,
        labels: Mapping[str, str] | None = None,
        notify: Callable[[str], object] = lambda _: None,
    ) -> list[SettingValue]:
        """All settings in force, each with where it comes from; secrets masked.

        Args:
            profile: The profile that was chosen for this call.
            arguments: Values that were given for this call.
            labels: What the arguments are called, for their origin.
            notify: Told when a profile that nobody named is broken and left out.

        Raises:
            ConfigurationError: If a file or a value is wrong.
        """
        active, files = find(profile, self._environ, notify)
        if active is not None and self._store.vault.names(active.name):
            # That there is a token can be told without the key.
            source = files[0]
            kept = {"token": "kept"} if any(n.startswith("token") for n in self._store.vault.names(active.name)) else {}
            files = [Source(source.origin, {**source.values, **kept}, source.label, source.origins), *files[1:]]
        env = environment(self._environ, ALL_SETTINGS)
        given = Source(
            "argument", dict(arguments or {}), lambda setting: (labels or {}).get(setting.name, setting.name)
        )
        found = resolve([given, env, *files], ALL_SETTINGS)
        rows = []
        for setting in ALL_SETTINGS:
            item = found[setting.name]
            value, origin = item.value, item.origin
            if setting.name == "profile":
                value, origin = (active.name, active.origin) if active is not None else (None, "default")
            elif origin == "environment":
                origin = setting.env
            elif origin == "argument":
                origin = (labels or {}).get(setting.name, "argument")
            rows.append(SettingValue(key=setting.key, value=_shown(setting, value), origin=origin))
        return rows

    def get(self, key: str, **chosen: Any) -> SettingValue:  # noqa: ANN401 - as of `values`
        """One setting in force, or an alias.

        Raises:
            ConfigurationError: If there is no such setting, or a file is wrong.
        """
        if key.startswith("alias."):
            found = _below(config_of(self.home), key.split(".", 1))
            if found is None:
                raise NotFoundError(f"{key} is not set", code="NOT_SET")
            return SettingValue(key=key, value=found, origin="config.yaml")
        setting_of(key)
        return next(row for row in self.values(**chosen) if row["key"] == key)

    def set(self, key: str, value: Json) -> SettingValue:
        """Set a value in ``config.yaml``; everything else in it stays as it is.

        Raises:
            ConfigurationError: If there is no such setting, or the value makes no sense; then nothing was changed.
        """
        if not key.startswith("alias.") or len(key) == len("alias."):
            value = read_words(setting_of(key), value)
        if key == "profile":
            merged_profile(self.home, str(value))
        with locked(self.home):
            text = self._text()
            new = _edit.assign(text, key.split(".", 1), value, name=str(self.path))
            self._checked(new)
            write(self.path, new)
        return SettingValue(key=key, value=value, origin="config.yaml")

    def unset(self, key: str) -> None:
        """Take a value out of ``config.yaml``.

        Raises:
            NotFoundError: If it is not set there.
            ConfigurationError: If the file cannot be read or changed.
        """
        with locked(self.home):
            new = _edit.drop(self._text(), key.split(".", 1), name=str(self.path))
            if new is None:
                if not key.startswith("alias."):
                    setting_of(key)
                raise NotFoundError(f"{key} is not set in {self.path}", code="NOT_SET", hint="See: flext config show")
            write(self.path, new)

    def table(self) -> list[SettingInfo]:
        """The table of settings."""
        return [
            SettingInfo(
                key=one.key, type=one.type, default=_shown(one, one.default), env=one.env, secret=one.sensitive,
                help=one.help,
            )
            for one in ALL_SETTINGS
        ]  # fmt: skip

    def problems(self) -> tuple[list[str], list[Problem]]:
        """The files that there are, and everything that is wrong with them."""
        files: list[str] = []
        found: list[Problem] = []
        text = read_text(self.path)
        if text is not None:
            files.append(str(self.path))
            found += _problems_of(text, str(self.path), profile=False)
            found += [] if found else self._lost(parse(text, str(self.path)))
        if text is not None and not found:
            chosen = config_of(self.home).get("profile")
            if chosen and not self._store.exists(str(chosen)):
                found.append(Problem("/profile", f"there is no profile {chosen!r}", file=str(self.path)))
        for name in self._store.names()[1:]:
            path = profile_path(self.home, name)
            files.append(str(path))
            own = _problems_of(read_text(path) or "", str(path), profile=True)
            if not own:
                try:
                    merged_profile(self.home, name)
                except FlextError as error:
                    # What is wrong further up is told with the file that it is wrong in.
                    if not isinstance(error, SettingsFileError):
                        own = [Problem("/extends", error.message, error.hint, file=str(path))]
            found += own
        return files, found

    def edit(self, *, editor: str | None = None) -> bool:
        """Open a copy of ``config.yaml`` in an editor, and put it in place when it is right.

        Args:
            editor: Command of the editor; ``$VISUAL``, ``$EDITOR`` or vi when left out.

        Returns:
            Whether anything was changed.

        Raises:
            ConfigurationError: If what was written is wrong; ``config.yaml`` is as it was, and the draft is kept, also
                over the next edit, as ``config.draft.old.yaml``.
            UsageError: If no editor is named, and there is no terminal for the usual one.
        """
        command = editor or self._environ.get("VISUAL") or self._environ.get("EDITOR")
        if not command and not on_terminal():
            raise UsageError(
                "There is no terminal for an editor", hint="Set EDITOR, or change one value: flext config set KEY VALUE"
            )
        command = command or "vi"
        before = read_text(self.path)
        draft = self.home / "config.draft.yaml"
        try:
            draft.replace(self.home / _OLD_DRAFT)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise failed("keep", draft, error) from error
        write(draft, before if before is not None else "# Settings of flext; see: flext config list\n")
        try:
            words = shlex.split(command)
            code = subprocess.run([*words, str(draft)], check=False).returncode
        except ValueError:
            draft.unlink(missing_ok=True)
            raise ConfigurationError(f"EDITOR cannot be understood: {command}") from None
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ConfigurationError(
                f"The editor {words[0] if words else ''} cannot be started: {error.strerror}", hint="Set EDITOR."
            ) from error
        if code:
            draft.unlink(missing_ok=True)
            raise ConfigurationError(f"The editor ended with exit code {code}; config.yaml is as it was")
        return self._take(draft, before)

    def _take(self, draft: Path, before: str | None) -> bool:
        try:
            text = read_text(draft)
        except ConfigurationError as error:
            raise _kept(error, draft) from None
        if text is None:
            raise ConfigurationError("The editor removed the file; config.yaml is as it was")
        if text == before:
            draft.unlink(missing_ok=True)
            return False
        try:
            if lost := self._lost(self._checked(text, str(draft))):
                raise problem_error(lost, str(draft))
        except ConfigurationError as error:
            raise _kept(error, draft) from None
        with locked(self.home):
            if read_text(self.path) != before:
                raise _kept(ConfigurationError("config.yaml was changed by somebody else in the meantime"), draft)
            write(self.path, text)
        try:
            draft.unlink(missing_ok=True)
            (self.home / _OLD_DRAFT).unlink(missing_ok=True)
        except OSError as error:
            raise failed("remove", draft, error) from error
        return True

    def _text(self) -> str:
        return read_text(self.path) or ""

    def _checked(self, text: str, name: str | None = None) -> Document:
        document = parse(text, name or str(self.path))
        if problems := check(document, profile=False):
            raise problem_error(problems, document.name)
        return document

    def _lost(self, document: Document) -> list[Problem]:
        """What is wrong with the aliases of a file that is right otherwise."""
        found = self._aliases(document.data.get("alias") or {})
        return [locate(Problem(pointer("alias", name), told, hint), document) for name, told, hint in found]


def _kept(error: ConfigurationError, draft: Path) -> ConfigurationError:
    told = f"config.yaml is as it was; what you wrote is in {draft}"
    error.hint = f"{error.hint.rstrip('.')}. {told}" if error.hint else told
    return error


def _problems_of(text: str, name: str, *, profile: bool) -> Sequence[Problem]:
    try:
        return check(parse(text, name), profile=profile)
    except ConfigurationError as error:
        return [Problem("", error.message.removeprefix(f"{name}:"), error.hint, file=name)]


def _shown(setting: Setting, value: Json) -> Json:
    if value is None:
        return None
    return MASK if setting.sensitive else setting.shown(value)


def _below(data: Mapping[str, Any], path: Sequence[str]) -> Json:
    value: Any = data
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
