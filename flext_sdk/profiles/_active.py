"""Which profile is in force, and its values as sources of settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import ALL_SETTINGS, Source, read_name
from flext_sdk.errors import ConfigurationError, FlextError
from flext_sdk.profiles._document import check, parse, plain_section, problem_error, values_of
from flext_sdk.profiles._files import read_text
from flext_sdk.profiles._find import LOCAL, ActiveProfile
from flext_sdk.profiles._merge import chain_of, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk._core.documents import Document
    from flext_sdk._core.types import Json

__all__ = ["PIN", "chosen", "config_of", "load", "merged_profile", "pinned", "profile_path"]

PIN = ".flext-profile"
"""The file with which a project's folder pins a profile: its name on one line."""
_ADDRESSES = frozenset({"base_url", "flexcore_url", "service_url", "token"})
_told: set[str] = set()


def profile_path(home: str | Path, name: str) -> Path:
    """The file of a profile.

    Raises:
        ConfigurationError: If that is no name for one.
    """
    try:
        return Path(home) / "profiles" / f"{read_name(name)}.yaml"
    except ValueError as error:
        raise ConfigurationError(f"That is no name for a profile: {error}", code="BAD_NAME") from None


def _checked(path: Path, text: str, *, profile: bool) -> Document:
    document = parse(text, str(path))
    if problems := check(document, profile=profile):
        raise problem_error(problems, str(path))
    return document


def config_of(home: str | Path) -> Mapping[str, Json]:
    """The data of ``config.yaml``, empty where there is none.

    Raises:
        ConfigurationError: If it is broken.
    """
    path = Path(home) / "config.yaml"
    text = read_text(path)
    data: Mapping[str, Json] = _checked(path, text, profile=False).data if text else {}
    return data


def read_profile(home: str | Path, name: str) -> Mapping[str, Json] | None:
    """The data of one profile without what it extends; None where there is none.

    Raises:
        ConfigurationError: If it is broken.
    """
    path = profile_path(home, name)
    text = read_text(path)
    if text is None:
        return {} if name == LOCAL else None
    data: Mapping[str, Json] = _checked(path, text, profile=True).data
    return data


def merged_profile(home: str | Path, name: str) -> tuple[dict[str, Any], dict[tuple[str, ...], str], tuple[str, ...]]:
    """A profile with all that it extends: its data, where each value comes from, and the profiles.

    Raises:
        ConfigurationError: If it is missing or broken.
    """
    chain = chain_of(name, lambda each: read_profile(home, each))
    data, origins = merge(chain)
    return data, origins, tuple(chain)


def pinned(folder: Path) -> tuple[str, Path] | None:
    """The profile that a folder, or one above it, pins, and the file that does."""
    for place in (folder, *folder.parents):
        path = place / PIN
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        lines = [line.strip() for line in text.splitlines()]
        name = next((line for line in lines if line and not line.startswith("#")), "")
        return (name, path) if name else None
    return None


def chosen(
    home: str | Path, name: str | None, environ: Mapping[str, str], config: Mapping[str, Json]
) -> tuple[str, str, bool] | None:
    """The profile in force: its name, who chose it, and whether somebody named it for this call; None for none."""
    if name:
        return name, "argument", True
    if given := environ.get("FLEXT_PROFILE", "").strip():
        return given, "FLEXT_PROFILE", True
    try:
        found = pinned(Path.cwd())
    except OSError:
        found = None  # the working folder is gone
    if found is not None:
        return found[0], str(found[1]), False
    given = config.get("profile") or ""
    return (str(given), str(Path(home) / "config.yaml"), False) if given else None


def load(
    home: str, name: str | None, environ: Mapping[str, str], notify: Callable[[str], object]
) -> tuple[ActiveProfile | None, list[Source]]:
    """As `flext_sdk.profiles._find.find`, where there is a home."""
    config = config_of(home)
    below = values_of(config)
    choice = chosen(home, name, environ, config)
    sources: list[Source] = []
    active = None
    if choice is not None:
        try:
            active, source = _profile(home, *choice[:2], environ)
        except FlextError as error:
            if choice[2]:
                raise
            line = f"profile {choice[0]!r} of {choice[1]} is left out: {error.message}"
            if line not in _told:
                _told.add(line)
                notify(line)
        else:
            sources.append(source)
            if active.name == LOCAL:
                # Who asks for this machine does not want the address that stands for all the others.
                below = {key: value for key, value in below.items() if key not in _ADDRESSES}
    if below:
        sources.append(Source("config.yaml", below, lambda setting: setting.key))
    return active, sources


def _profile(home: str, name: str, origin: str, environ: Mapping[str, str]) -> tuple[ActiveProfile, Source]:
    data, origins, chain = merged_profile(home, name)
    keys = {setting.name: tuple(setting.key.split(".")) for setting in ALL_SETTINGS}
    values = _Values(values_of(data), home, name, environ)
    told = {each: f"profile {origins[path]}" for each, path in keys.items() if path in origins}
    active = ActiveProfile(
        name,
        origin,
        protected=bool(data.get("protected", False)),
        environment=data.get("environment"),
        variables=plain_section(data, "variables"),
        chain=chain,
    )
    return active, Source(f"profile {name}", values, lambda setting: setting.key, told)


class _Values(dict[str, Any]):
    """A profile's values; its token is decrypted when nothing above the profile has one."""

    def __init__(self, values: Mapping[str, Json], home: str, name: str, environ: Mapping[str, str]) -> None:
        super().__init__(values)
        self._place = (home, name, environ)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as of a dict
        if key != "token" or "token" in self:
            return super().get(key, default)
        home, name, environ = self._place
        if not (Path(home) / "credentials" / f"{name}.json").exists():
            return default
        from flext_sdk.profiles.vault import Vault

        found = Vault(home, environ=environ).token(name)
        return default if found is None else found
