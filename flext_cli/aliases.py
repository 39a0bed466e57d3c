"""Commands of the user's own: `alias` in `config.yaml`, read when a first word is no command.

```yaml
alias:
  ls: pipeline list --sort name
  failed: ls --filter last_run_status=failed
```

An alias stands for the words and options it holds; what follows it on the line follows them. It may begin with another
alias. A command is never replaced by one: its words are looked up first.
"""

import os

from flext_cli.completion.names import home
from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class AliasError(ValueError):
    """The aliases of the configuration make no sense; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def file(environ: "Mapping[str, str]" = os.environ) -> str:
    """The file that holds them."""
    return f"{home(environ)}/config.yaml"


def _cache(environ: "Mapping[str, str]") -> str:
    return f"{home(environ)}/cache/aliases"


def load(environ: "Mapping[str, str]" = os.environ) -> "dict[str, str]":
    """All aliases; empty where there is no such file, or none in it.

    Raises:
        AliasError: The file cannot be read, or what stands under `alias` is no mapping of names to text.
    """
    path = file(environ)
    if not os.path.exists(path):
        return {}
    import yaml

    try:
        with open(path, encoding="utf-8") as source:
            found: Any = yaml.safe_load(source)
    except (OSError, UnicodeDecodeError) as error:
        raise AliasError(
            f"{path}: {getattr(error, 'strerror', None) or 'it is not text'}", "make it readable"
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark is not None else ""
        raise AliasError(f"{path}{where}: it is not YAML", "mend the file; aliases stand in it under alias") from None
    given = (found or {}).get("alias") if isinstance(found or {}, dict) else None
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in given.items()):
        raise AliasError(f"{path}: alias must map names to text", "write it as   ls: pipeline list")
    return dict(given)


def is_command(word: str) -> bool:
    """Whether a first word belongs to the program itself."""
    return word in {"help", "__complete"} or table.COMMANDS.known(word)


def check(name: str, meaning: str, others: "Mapping[str, str]") -> None:
    """Refuse an alias that could not be used; for who is about to store one.

    Args:
        name: Its name.
        meaning: The words it stands for.
        others: The aliases there are; one of the same name is taken to be replaced.

    Raises:
        AliasError: It has the name of a command, leads to itself, or stands for nothing.
    """
    if not name or not _LETTERS.issuperset(name) or name.startswith("-"):
        raise AliasError(f'"{name}" is no name for an alias', "use letters, digits, - and _")
    if is_command(name):
        raise AliasError(f'"{name}" is a command and cannot be an alias', "choose another name")
    words = expand([name], {**others, name: meaning})
    if not words or not is_command(words[0]):
        first = words[0] if words else ""
        raise AliasError(f'alias "{name}": "{first}" is neither a command nor an alias', "see: flext --help")


def faults(found: "Mapping[str, str]") -> "list[tuple[str, str, str]]":
    """Name, what is wrong, and what to do of each alias that could not be used."""
    told = []
    for name, meaning in found.items():
        try:
            check(name, meaning, found)
        except AliasError as error:
            told.append((name, str(error), error.hint))
    return told


def guard(given: "Mapping[str, Any]", environ: "Mapping[str, str]" = os.environ) -> None:
    """Look at what `config set` was given before it is stored; other keys than `alias.NAME` are let through.

    Raises:
        AliasError: As `check` does.
    """
    group, _, name = str(given.get("key", "")).partition(".")
    if group == "alias":
        check(name, str(given.get("value", "")), load(environ))


def expand(arguments: "Sequence[str]", aliases: "Mapping[str, str]") -> "list[str]":
    """Put what it stands for in the place of a first word that is an alias, again and again.

    Raises:
        AliasError: An alias leads to itself, stands for nothing, or its quotes do not match.
    """
    import shlex

    line = list(arguments)
    seen: list[str] = []
    while line and not is_command(line[0]) and line[0] in aliases:
        name = line[0]
        if name in seen:
            circle = " -> ".join([*seen[seen.index(name) :], name])
            raise AliasError(f"alias {circle} leads back to itself", "change one of them under alias in config.yaml")
        seen.append(name)
        try:
            words = shlex.split(aliases[name])
        except ValueError as error:
            raise AliasError(f'alias "{name}": {str(error).lower()}', "mend its quotes in config.yaml") from None
        if not words:
            raise AliasError(f'alias "{name}" stands for nothing', f"write it as   {name}: pipeline list")
        line[:1] = words[1:] if words[0] == "flext" else words
    return line


def resolve(arguments: "Sequence[str]", environ: "Mapping[str, str]" = os.environ) -> "list[str] | None":
    """The line with its alias replaced; None where its first word is none.

    Raises:
        AliasError: As `load` and `expand` do.
    """
    first = next((token for token in arguments if not token.startswith("-")), None)
    if first is None or arguments[0] != first or is_command(first):
        return None
    changed = _changed(environ)
    found = load(environ)
    remember(found, changed, environ)
    return expand(arguments, found) if first in found else None


def expand_quietly(before: "Sequence[str]", environ: "Mapping[str, str]") -> "Sequence[str]":
    """For completion: the line with its alias replaced, or as it is where that does not work."""
    try:
        return resolve(before, environ) or before
    except (AliasError, ImportError):
        return before


def cached(environ: "Mapping[str, str]" = os.environ) -> "dict[str, str]":
    """Names and meanings as they were when the file was read last; read again where it has changed since."""
    changed = _changed(environ)
    if changed is None:
        return {}
    try:
        if os.stat(_cache(environ)).st_mtime_ns == changed:
            with open(_cache(environ), encoding="utf-8") as source:
                pairs = (line.partition("\t") for line in source.read().splitlines())
                return {name: meaning for name, _, meaning in pairs}
    except (OSError, ValueError):
        pass
    try:
        found = load(environ)
    except (AliasError, ImportError):
        return {}
    remember(found, changed, environ)
    return {name: " ".join(meaning.split()) for name, meaning in found.items() if not is_command(name)}


def _changed(environ: "Mapping[str, str]") -> "int | None":
    try:
        return os.stat(file(environ)).st_mtime_ns
    except OSError:
        return None


def remember(found: "Mapping[str, str]", changed: "int | None", environ: "Mapping[str, str]" = os.environ) -> None:
    """Keep names and meanings where completion finds them without reading YAML.

    What is kept has the time of the file that it was read from: a clock that is set back makes nothing look newer.
    """
    if changed is None:
        return
    lines = [
        f"{name}\t{' '.join(meaning.split())}\n"
        for name, meaning in sorted(found.items())
        if name and _LETTERS.issuperset(name) and not is_command(name)
    ]
    path, scratch = _cache(environ), f"{_cache(environ)}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as target:
            target.write("".join(lines))
        os.utime(scratch, ns=(changed, changed))
        os.replace(scratch, path)
    except OSError:
        return  # completion does without
