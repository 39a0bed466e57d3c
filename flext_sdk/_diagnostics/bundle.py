"""An archive for a bug report, in which no secret is left.

Three nets, one behind the other: what has the name of a secret, what looks like one, and every value that is known to
be one (from variables, token files, credentials and the configuration), in each spelling that JSON, URLs, base64 and
Python give it. Files that are nothing but secrets are never read into it.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import yaml

from flext_sdk._core.redact import is_secret_name, redact_json, redact_text, secret_values
from flext_sdk._core.types import MASK
from flext_sdk._diagnostics.facts import home, masked_variable
from flext_sdk._diagnostics.settings import kept_secrets
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Masker", "collect", "known_secrets", "place", "write"]

# Shorter values are found in every text; who has such a secret has none.
SHORTEST = 4
LAST = 256 << 10
SECRET_FOLDERS = ("secrets", "credentials")
_WORDS = frozenset({"true", "false", "null", "none", "yes", "auto", "local", "flext", "http", "https", "info", "debug"})


class Masker:
    """Masks all that is, or looks like, a secret.

    Attributes:
        count: How often something was masked.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {text for secret in secrets for text in _spellings(secret)}
        # The longest first: a part must not be masked before the whole.
        self._known = sorted(found, key=len, reverse=True)
        self.count = 0

    def text(self, text: str) -> str:
        """Text with its secrets masked, line by line."""
        out = []
        for line in text.splitlines():
            plain = line
            for secret in self._known:
                if secret in plain:
                    plain = plain.replace(secret, MASK)
            plain = self._shaped(plain)
            self.count += plain != line
            out.append(plain)
        return "\n".join([*out, ""]) if out else ""

    def _shaped(self, line: str) -> str:
        try:
            data = json.loads(line) if line.lstrip().startswith(("{", "[")) else None
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict | list):
            return redact_text(line)
        masked = redact_json(data)
        return line if masked == data else json.dumps(masked, ensure_ascii=False)

    def data(self, data: Any) -> str:  # noqa: ANN401 - JSON data
        """JSON data as text."""
        masked = redact_json(data)
        self.count += masked != data
        return self.text(json.dumps(masked, indent=2, ensure_ascii=False, default=str))


def _spellings(secret: str) -> set[str]:
    """How a secret may look: as it is, in JSON, in URLs, in Python, line by line, and inside base64."""
    found: set[str] = set()
    for text in {secret, secret.strip(), *secret.splitlines()}:
        if len(text) < SHORTEST or text.lower() in _WORDS:
            continue
        found |= {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
        found |= {quote(text), quote(text, safe=""), quote_plus(text)}
        raw = text.encode("utf-8", "surrogateescape")
        for shift in range(3):
            # Inside base64 it begins at one of three places; the ends depend on what stands beside it.
            encoded = base64.b64encode(b"\0" * shift + raw).decode()
            inner = encoded[4 if shift else 0 : (len(raw) + shift) // 3 * 4]
            found |= {each for each in (inner, inner.translate(_URLSAFE)) if len(each) >= 2 * SHORTEST}
    return found


_URLSAFE = str.maketrans("+/", "-_")


def known_secrets(environ: Mapping[str, str], more: Iterable[str] = ()) -> set[str]:
    """Every value that is known to be a secret on this machine."""
    found = {value for value in more if value}
    for name, value in environ.items():
        if is_secret_name(name) or name.upper().startswith("FLEXT_SECRET"):
            found.add(value)
        found.update(secret_values({"variable": value}))
    top = home(environ)
    files = [top / "state" / "token", *(f for part in SECRET_FOLDERS for f in sorted((top / part).rglob("*")))]
    for file in files:
        with suppress(OSError, UnicodeDecodeError):
            if file.is_file():
                content = file.read_text(encoding="utf-8")
                found.add(content)
                found.update(secret_values(_parsed(content), secret=True))
    found.update(kept_secrets(environ))
    for file in _settings_files(top):
        with suppress(OSError, UnicodeDecodeError):
            found.update(secret_values(_parsed(file.read_text(encoding="utf-8"))))
    return found


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever is in the file
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _settings_files(top: Path) -> list[Path]:
    return [path for path in (top / "config.yaml", *sorted((top / "profiles").glob("*.yaml"))) if path.is_file()]


def collect(environ: Mapping[str, str], reports: Mapping[str, Any], masker: Masker) -> dict[str, str]:
    """The files of the archive by name, masked.

    Args:
        environ: The environment.
        reports: Data by the name of the report; each becomes a JSON file.
        masker: What masks.
    """
    top = home(environ)
    files = {f"{name}.json": masker.data(data) for name, data in reports.items()}
    names = sorted(name for name in environ if name.startswith("FLEXT_") or name in {"TERM", "LANG", "SHELL"})
    files["variables.json"] = masker.data({name: masked_variable(name, environ[name]) for name in names})
    for file in _settings_files(top):
        files[f"home/{file.relative_to(top)}"] = _settings_text(file, masker)
    for file in sorted((top / "logs").rglob("*")):
        if file.is_file():
            files[f"home/{file.relative_to(top)}"] = masker.text(_tail(file))
    files["listing.txt"] = masker.text("\n".join(_listing(top)))
    return files


def _settings_text(file: Path, masker: Masker) -> str:
    """A settings file as data with its secrets masked: comments may hold anything, so they are left out."""
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        return f"# left out: it cannot be read ({type(error).__name__})\n"
    masked = redact_json(data)
    masker.count += masked != data
    return masker.text(yaml.safe_dump(masked, allow_unicode=True, sort_keys=False))


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as source:
            source.seek(0, os.SEEK_END)
            size = source.tell()
            source.seek(max(0, size - LAST))
            text = source.read().decode("utf-8", "replace")
    except OSError as error:
        return f"left out: {error.strerror}"
    # The first line may have been cut, and half a secret is not recognised.
    return text if size <= LAST else text.partition("\n")[2]


def _listing(top: Path) -> Iterable[str]:
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(set(folders) - {*SECRET_FOLDERS, "environments", "venvs"})
        for name in sorted(files):
            path = Path(folder) / name
            with suppress(OSError):
                found = path.lstat()
                yield f"{found.st_mode & 0o777:o} {found.st_size:>12} {path.relative_to(top)}"


def write(path: Path, files: Mapping[str, str], now: float | None = None) -> int:
    """Write the archive, readable by its owner alone; returns its size.

    Raises:
        ConfigurationError: It cannot be written.
    """
    moment = int(time.time() if now is None else now)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target, tarfile.open(fileobj=target, mode="w:gz") as archive:
            for name, text in sorted(files.items()):
                content = text.encode("utf-8", "surrogateescape")
                entry = tarfile.TarInfo(f"flext-bundle/{name}")
                entry.size, entry.mtime, entry.mode = len(content), moment, 0o600
                archive.addfile(entry, io.BytesIO(content))
        scratch.replace(path)
        return path.stat().st_size
    except OSError as error:
        raise ConfigurationError(
            f"The bundle cannot be written: {error.filename or path}: {(error.strerror or str(error)).lower()}",
            hint="Name another file: flext debug bundle FILE",
        ) from None
    finally:
        with suppress(OSError):
            scratch.unlink()


def place(file: str | Path) -> Path:
    """The file as a path; `~` is the folder of the user."""
    return Path(file).expanduser()
