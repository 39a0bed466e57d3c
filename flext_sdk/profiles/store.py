"""Profiles as files: make, change, copy, export. Everything here blocks; the clients' methods call it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.types import MASK
from flext_sdk.errors import ConfigurationError, ConflictError, FlextError, NotFoundError
from flext_sdk.profiles import _edit
from flext_sdk.profiles._active import PIN, chosen, config_of, merged_profile, profile_path, read_profile
from flext_sdk.profiles._document import check, parents_of, parse, problem_error, read_words, setting_of, values_of
from flext_sdk.profiles._files import failed, locked, read_text, remove, write
from flext_sdk.profiles._find import LOCAL, home_of
from flext_sdk.profiles._merge import chain_of
from flext_sdk.profiles._transfer import Transfer, pack, plan, unpack
from flext_sdk.profiles._types import ProfileChange, ProfileInfo, SettingValue
from flext_sdk.profiles.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.types import Json

__all__ = ["ProfileStore"]

_OWN_WORDS = ("description", "environment", "extends", "protected")


class ProfileStore:
    """The profiles of a home folder.

    Args:
        home: The folder; ``FLEXT_HOME`` or ``~/.flx`` when left out.
        environ: The environment.
        ask: Gives the passphrase, where secrets are kept under one.

    Raises:
        ConfigurationError: If there is no home folder.
    """

    def __init__(
        self,
        home: str | os.PathLike[str] | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        ask: Callable[[], str] | None = None,
    ) -> None:
        found = home if home is not None else home_of(environ)
        if found is None:
            raise ConfigurationError("There is no home folder for profiles", hint="Set FLEXT_HOME.")
        self.home = Path(found)
        self.environ = environ
        self.vault = Vault(self.home, environ=environ, ask=ask)

    # -- looking ----------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Names of all profiles, ``local`` first."""
        found = sorted(path.stem for path in (self.home / "profiles").glob("*.yaml") if not path.name.startswith("."))
        return [LOCAL, *[name for name in found if name != LOCAL]]

    def exists(self, name: str) -> bool:
        """Whether there is a profile of this name."""
        return name == LOCAL or profile_path(self.home, name).exists()

    def must_exist(self, name: str) -> None:
        """Refuse the name of no profile.

        Raises:
            ConfigurationError: If there is none of this name.
        """
        if not self.exists(name):
            self._text(name)

    def current(self, name: str | None = None) -> tuple[str, str]:
        """The profile in force and who chose it; ``local`` where nobody did.

        Raises:
            ConfigurationError: If ``config.yaml`` is broken.
        """
        found = chosen(self.home, name, self.environ, config_of(self.home))
        return found[:2] if found is not None else (LOCAL, "default")

    def list(self, name: str | None = None) -> Sequence[ProfileInfo]:
        """All profiles; one that is broken is among them, with what is wrong.

        Args:
            name: The profile that was chosen for this call.
        """
        active = self.current(name)[0]
        return [self._info(each, active) for each in self.names()]

    def _info(self, name: str, active: str) -> ProfileInfo:
        info = ProfileInfo(
            name=name, active=name == active, environment=None, protected=False, url=None, extends=[],
            description=None, problem=None,
        )  # fmt: skip
        try:
            data, _, _ = merged_profile(self.home, name)
        except FlextError as error:
            info["problem"] = error.message
            return info
        values = values_of(data)
        info["url"] = values.get("base_url") or values.get("service_url") or values.get("flexcore_url")
        info["environment"], info["protected"] = data.get("environment"), bool(data.get("protected"))
        info["extends"], info["description"] = parents_of(data), data.get("description")
        if name == LOCAL and info["description"] is None:
            info["description"] = "The services of this machine; always there."
        return info

    def show(self, name: str, *, origins: bool = False) -> Sequence[SettingValue]:
        """What a profile holds with all that it extends, secrets masked.

        Args:
            name: The profile.
            origins: Say for each value which profile it comes from.

        Raises:
            ConfigurationError: If it is missing or broken.
        """
        data, told, _ = merged_profile(self.home, name)
        rows = [SettingValue(key=".".join(path), value=_at(data, path)) for path in told]
        if origins:
            for row, path in zip(rows, told, strict=True):
                row["origin"] = told[path]
        for secret in self.vault.names(name):
            row = SettingValue(key=f"secret {secret}", value=MASK)
            if origins:
                row["origin"] = name
            rows.append(row)
        return rows

    # -- changing ---------------------------------------------------------------------------------------------

    def create(
        self,
        name: str,
        *,
        url: str | None = None,
        description: str | None = None,
        extends: Sequence[str] = (),
        environment: str | None = None,
        protected: bool | None = None,
        settings: Mapping[str, Json] | None = None,
    ) -> ProfileInfo:
        """Make a profile.

        Raises:
            ConflictError: If there is one of this name.
            ConfigurationError: If a value makes no sense.
        """
        given: dict[str, Json] = {
            "description": description,
            "extends": (list(extends) if len(extends) > 1 else extends[0]) if extends else None,
            "environment": environment,
            "protected": protected,
            "services.url": url,
            **(settings or {}),
        }
        with locked(self.home):
            self._must_be_free(name)
            text = ""
            for key, value in given.items():
                if value is not None:
                    text = self._set_in(text, key, value, name)
            self._save(name, text)
            return self._info(name, self.current()[0])

    def set(self, name: str, key: str, value: Json = None) -> ProfileInfo:
        """Set one value in a profile's own file, or take it out.

        Args:
            name: The profile.
            key: Key of a setting, or description, environment, protected, extends, ``variables.NAME``.
            value: The value; None takes it out.

        Raises:
            ConfigurationError: If there is no such profile or setting, or the value makes no sense.
        """
        with locked(self.home):
            text = self._text(name)
            self._save(name, self._set_in(text, key, value, name))
            return self._info(name, self.current()[0])

    def _set_in(self, text: str, key: str, value: Json, name: str) -> str:
        where = str(profile_path(self.home, name))
        path = key.split(".", 1)
        if value is None:
            found = _edit.drop(text, path, name=where)
            if found is None:
                raise NotFoundError(f"{key} is not set in profile {name}", code="NOT_SET")
            return found
        if path[0] == "variables" and len(path) == 2:
            pass
        elif key == "protected":
            value = _switch(value)
        elif key == "extends" and isinstance(value, str) and "," in value:
            value = [one.strip() for one in value.split(",") if one.strip()]
        elif key not in _OWN_WORDS:
            value = read_words(setting_of(key, profile=True), value)
        return _edit.assign(text, path, value, name=where)

    def _save(self, name: str, text: str) -> None:
        """Write a profile if it, and all it extends, make sense."""
        path = profile_path(self.home, name)
        document = parse(text, str(path))
        if problems := check(document, profile=True):
            raise problem_error(problems, str(path))
        chain_of(name, lambda each: document.data if each == name else read_profile(self.home, each))
        write(path, text)

    def use(self, name: str, *, project: str | os.PathLike[str] | None = None) -> ProfileInfo:
        """Make a profile the active one, for this user or for a project's folder.

        Raises:
            ConfigurationError: If it is missing or broken; then the active one stays.
        """
        merged_profile(self.home, name)
        if project is not None:
            folder = Path(project)
            if not folder.is_dir():
                raise ConfigurationError(f"{folder} is not a folder")
            try:
                (folder / PIN).write_text(f"{name}\n", encoding="utf-8")
            except OSError as error:
                raise failed("write", folder / PIN, error) from error
        else:
            with locked(self.home):
                self._set_active(name)
        return self._info(name, name)

    def _set_active(self, name: str | None) -> None:
        path = self.home / "config.yaml"
        text = read_text(path) or ""
        new = (
            _edit.drop(text, ["profile"], name=str(path))
            if name is None
            else _edit.assign(text, ["profile"], name, name=str(path))
        )
        if new is not None and new != text:
            write(path, new)

    def delete(self, name: str) -> None:
        """Remove a profile with its secrets.

        Raises:
            ConflictError: If others extend it, or it is ``local``.
            ConfigurationError: If there is none of this name.
        """
        with locked(self.home):
            self._text(name)
            if others := self._built_on(name):
                raise ConflictError(
                    f"Profile {name} is extended by {', '.join(others)}",
                    code="PROFILE_IN_USE",
                    hint=f"Change them first: flext profile set {others[0]} extends OTHER",
                )
            if config_of(self.home).get("profile") == name:
                self._set_active(None)
            self.vault.drop(name)
            remove(profile_path(self.home, name))

    def rename(self, name: str, new: str) -> ProfileInfo:
        """Give a profile another name; what extends it, what is active and its secrets follow.

        Raises:
            ConflictError: If the new name is taken.
            ConfigurationError: If there is no such profile.
        """
        with locked(self.home):
            text = self._text(name)
            self._must_be_free(new)
            # Whatever ends this in between: every profile that is named somewhere is there.
            self.vault.copy(name, new)
            write(profile_path(self.home, new), text)
            for other in self._built_on(name):
                self._follow(other, name, new)
            if config_of(self.home).get("profile") == name:
                self._set_active(new)
            remove(profile_path(self.home, name))
            self.vault.drop(name)
            return self._info(new, self.current()[0])

    def copy(self, name: str, new: str, *, secrets: bool = False) -> ProfileInfo:
        """Make a profile like another one; its secrets are copied only when that is asked for.

        Raises:
            ConflictError: If the new name is taken.
            ConfigurationError: If there is no such profile.
        """
        with locked(self.home):
            text = self._text(name)
            self._must_be_free(new)
            if secrets:
                self.vault.update(new, self.vault.all(name))
            write(profile_path(self.home, new), text)
            return self._info(new, self.current()[0])

    # -- carrying over ----------------------------------------------------------------------------------------

    def export(self, name: str, *, passphrase: str | None = None) -> str:
        """A profile as text to take elsewhere: its file as it is, and its secrets only under a passphrase.

        Raises:
            ConfigurationError: If there is no such profile, or its secrets cannot be read.
        """
        text = self._text(name)
        return pack(Transfer(name, text, self.vault.all(name) if passphrase is not None else {}), passphrase)

    def preview(
        self, text: str, *, name: str | None = None, passphrase: Callable[[], str] | None = None
    ) -> tuple[Transfer, Sequence[ProfileChange]]:
        """What an import would bring, and what would change by it.

        Raises:
            ConfigurationError: If the text is no profile, or the passphrase does not open it.
        """
        found = unpack(text, name=name, passphrase=passphrase)
        path = profile_path(self.home, found.name)
        if found.name == LOCAL:
            raise ConflictError("The profile local is always there and holds nothing", hint="Give another name: --name")
        document = parse(found.text, f"{found.name} (imported)")
        if problems := check(document, profile=True):
            raise problem_error(problems, document.name)
        chain_of(found.name, lambda each: document.data if each == found.name else read_profile(self.home, each))
        old = read_text(path)
        before = parse(old, str(path)).data if old is not None else None
        kept = self.vault.names(found.name) if old is not None else []
        return found, plan(found, document.data, before, kept, same=old == found.text)

    def import_(self, transfer: Transfer) -> ProfileInfo:
        """Put an imported profile in its place; secrets that it does not bring stay."""
        with locked(self.home):
            if transfer.secrets:
                self.vault.update(transfer.name, transfer.secrets)
            self._save(transfer.name, transfer.text)
            return self._info(transfer.name, self.current()[0])

    # -- parts ------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        text = read_text(profile_path(self.home, name))
        if text is None:
            if name == LOCAL:
                raise ConflictError(
                    "The profile local is always there and holds nothing",
                    code="PROFILE_IS_LOCAL",
                    hint="Make one of your own: flext profile create NAME",
                )
            raise ConfigurationError(
                f"There is no profile {name!r}", code="NO_PROFILE", hint=self._near(name) or "See: flext profile list"
            )
        return text

    def _near(self, name: str) -> str | None:
        import difflib

        near = difflib.get_close_matches(name, self.names(), 1)
        return f"Did you mean {near[0]}?" if near else None

    def _must_be_free(self, name: str) -> None:
        if name in {LOCAL, "key"} or profile_path(self.home, name).exists():
            raise ConflictError(
                f"There is a profile {name!r} already" if name != "key" else "No profile can be named 'key'",
                code="PROFILE_EXISTS",
                hint="Choose another name, or see: flext profile list",
            )

    def _built_on(self, name: str) -> Sequence[str]:
        found = []
        for other in self.names():
            try:
                data = read_profile(self.home, other) or {}
            except FlextError:
                continue
            if name in parents_of(data):
                found.append(other)
        return found

    def _follow(self, other: str, name: str, new: str) -> None:
        path = profile_path(self.home, other)
        text = read_text(path) or ""
        given = parse(text, str(path)).data["extends"]
        changed: Any = [new if one == name else one for one in given] if isinstance(given, list) else new
        write(path, _edit.assign(text, ["extends"], changed, name=str(path)))


def _at(data: Mapping[str, Any], path: Sequence[str]) -> Json:
    value: Any = data
    for key in path:
        value = value[key]
    return value


def _switch(value: Json) -> Json:
    word = str(value).strip().lower()
    if isinstance(value, bool) or word not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
        return value
    return word in {"1", "true", "yes", "on"}
