"""What may stand in a profile and in ``config.yaml``, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flext_sdk._core.documents import Document, load_document, locate
from flext_sdk._core.redact import is_secret_name
from flext_sdk._core.settings import ALL_SETTINGS, Setting, read_name
from flext_sdk.errors import ConfigurationError, Problem, ValidationFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flext_sdk._core.types import Json

__all__ = [
    "BY_KEY",
    "check",
    "parents_of",
    "parse",
    "pointer",
    "problem_error",
    "read_words",
    "setting_of",
    "values_of",
]

BY_KEY: dict[str, Setting] = {setting.key: setting for setting in ALL_SETTINGS}
SECTIONS: dict[str, dict[str, Setting]] = {}
for _setting in ALL_SETTINGS:
    _section, _, _word = _setting.key.partition(".")
    if _word:
        SECTIONS.setdefault(_section, {})[_word] = _setting

#: Keys that are no settings, and what they hold.
_PROFILE_KEYS: dict[str, tuple[type, ...]] = {
    "description": (str,),
    "extends": (str, list),
    "environment": (str,),
    "protected": (bool,),
    "variables": (dict,),
}
_CONFIG_KEYS: dict[str, tuple[type, ...]] = {"profile": (str,), "alias": (dict,)}
_WORDS = {str: "text", list: "a list", bool: "true or false", dict: "a mapping"}
_SECRET_HINT = "Secrets are kept encrypted: flext profile secret set PROFILE token"  # noqa: S105 - a hint, not a secret


def is_blank(text: str) -> bool:
    """Whether a text has nothing but comments."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.removeprefix("\ufeff").splitlines())


def parse(text: str, name: str) -> Document:
    """A file as plain data with positions; an empty one is an empty mapping.

    Raises:
        ConfigurationError: If it cannot be read, with line and column.
    """
    if is_blank(text):
        return Document({}, {}, name)
    try:
        found = load_document(text, name=name)
    except ValidationFailedError as error:
        raise ConfigurationError(error.message, code=error.code, hint=error.hint) from None
    if found.data is None:
        return Document({}, {}, name)
    if not isinstance(found.data, dict):
        raise ConfigurationError(f"{name}:1:1: This is not a mapping of keys to values")
    return found


def check(document: Document, *, profile: bool) -> list[Problem]:
    """Everything that is wrong with a file, each problem with its line; an empty list when nothing is.

    Args:
        document: The file.
        profile: Whether it is a profile; else it is ``config.yaml``.
    """
    own = _PROFILE_KEYS if profile else _CONFIG_KEYS
    problems: list[Problem] = []
    for key, value in document.data.items():
        bare = key.removesuffix("+")
        if bare != key and not isinstance(value, list):
            problems.append(Problem(pointer(key), f"{key} adds to a list, so it needs a list"))
        elif bare in own:
            problems += _own(key, value, own[bare])
        elif key in SECTIONS:
            problems += _section_problems(key, value)
        else:
            problems.append(Problem(pointer(key), f"{key!r} is not known", _near(key, [*own, *SECTIONS])))
    return [locate(problem, document) for problem in problems]


def _own(key: str, value: Any, kinds: tuple[type, ...]) -> list[Problem]:  # noqa: ANN401 - of a file
    if value is None:
        return []
    if not isinstance(value, kinds):
        return [Problem(pointer(key), f"{key} must be {' or '.join(_WORDS[kind] for kind in kinds)}")]
    return _inner(key, value)


def _inner(key: str, value: Any) -> list[Problem]:  # noqa: ANN401 - of a file
    if key in {"extends", "profile"}:
        return [
            Problem(pointer(key), f"{key} holds the name of no profile: {error}")
            for one in (value if isinstance(value, list) else [value])
            if (error := _wrong_name(one)) is not None
        ]
    if key == "variables":
        return [
            Problem(
                pointer(key, word),
                f"variables.{word} is named like a secret, and runs keep their variables",
                "Give the plugin's setting a reference to a secret instead; see the guide on pipelines.",
            )
            for word in value
            if is_secret_name(word)
        ]
    if key == "alias":
        return [
            Problem(pointer(key, word), f"alias.{word} must be text")
            for word, line in value.items()
            if not isinstance(line, str)
        ]
    return []


def _wrong_name(value: Json) -> str | None:
    try:
        read_name(value)
    except ValueError as error:
        return str(error)
    return None


def _section_problems(section: str, value: Json) -> list[Problem]:
    if value is None:
        return []
    if not isinstance(value, dict):
        return [Problem(pointer(section), f"{section} must be a mapping")]
    problems = []
    for word, given in value.items():
        setting = SECTIONS[section].get(word)
        if setting is None:
            hint = _near(word, SECTIONS[section])
            problems.append(Problem(pointer(section, word), f"'{section}.{word}' is not known", hint))
        elif given is not None and (found := wrong(setting, given)) is not None:
            problems.append(Problem(pointer(section, word), *found))
    return problems


def wrong(setting: Setting, value: Json) -> tuple[str, str] | None:
    """What is wrong with a value in a file, and what is expected; None when it is fine."""
    if setting.sensitive:
        return f"{setting.key} is a secret, and this file is not the place for one", _SECRET_HINT
    try:
        setting.read(value)
    except (ValueError, TypeError, OverflowError) as error:
        why = f": {error}" if str(error).startswith(("it ", "there is ")) else ""
        return f"{setting.key} is not valid{why}", f"Expected: {setting.expected}."
    return None


class SettingsFileError(ConfigurationError):
    """A profile or ``config.yaml`` is wrong; ``problems`` holds every fault found.

    Args:
        message: One line.
        problems: The faults.
        hint: What to do about it.
    """

    default_code = "BAD_SETTINGS_FILE"

    def __init__(self, message: str, *, problems: Sequence[Problem], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


def problem_error(problems: Sequence[Problem], name: str) -> SettingsFileError:
    """The error for a file with problems."""
    first = problems[0]
    if len(problems) > 1:
        return SettingsFileError(f"{name}: {len(problems)} problems", problems=problems)
    return SettingsFileError(str(first), problems=problems, hint=first.hint)


def parents_of(data: Mapping[str, Json]) -> list[str]:
    """Names of the profiles that one is built on, in order."""
    given = data.get("extends")
    return list(given) if isinstance(given, list) else [given] if given else []


def values_of(data: Mapping[str, Json]) -> dict[str, Json]:
    """The settings in a file by the names of the settings; what is not there is left out."""
    found = {}
    for key, setting in BY_KEY.items():
        section, _, word = key.partition(".")
        value = data.get(section)
        if word:
            value = value.get(word) if isinstance(value, Mapping) else None
        if value is not None:
            found[setting.name] = value
    return found


def setting_of(key: str, *, profile: bool = False) -> Setting:
    """The setting with this key.

    Raises:
        ConfigurationError: If there is none; it names the nearest one.
    """
    found = BY_KEY.get(key)
    if found is None or (profile and key == "profile"):
        raise ConfigurationError(
            f"There is no setting {key!r}", code="UNKNOWN_SETTING", hint=_near(key, BY_KEY) or "See: flext config list"
        )
    return found


def read_words(setting: Setting, text: Json) -> Json:
    """The value that a word of the command line means for a setting, as it stands in a file.

    Raises:
        ConfigurationError: If it is not valid.
    """
    if (found := wrong(setting, text)) is not None:
        raise ConfigurationError(found[0], hint=found[1])
    value = setting.read(text)
    # A size stays as it was written: 256MB says more than its bytes.
    return text if setting.type == "size" else int(value) if isinstance(value, float) and value.is_integer() else value


def _near(word: str, known: Iterable[str]) -> str | None:
    import difflib

    near = difflib.get_close_matches(word, list(known), 1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."


def pointer(*parts: str) -> str:
    """Where something stands in a file, as JSON pointers say it."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def plain_section(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A section as a mapping, empty where there is none."""
    found = data.get(name)
    return dict(found) if isinstance(found, Mapping) else {}
