"""Files and variables that settings come from, and the secrets beside them: what is in force, and what is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from flext_sdk._core.redact import secret_values
from flext_sdk._core.settings import ALL_SETTINGS, environment, resolve
from flext_sdk._diagnostics.facts import home
from flext_sdk._diagnostics.records import DebugCheck
from flext_sdk.errors import FlextError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flext_sdk.profiles.vault import Vault

__all__ = [
    "files",
    "kept_secrets",
    "must_be_right",
    "profile",
    "secrets",
    "summary",
    "validate",
    "variables",
    "without_faults",
]

EDIT = "flext config edit"
VALIDATE = "flext debug validate"


def validate(environ: Mapping[str, str], named: str | None = None) -> list[DebugCheck]:
    """Everything that settings come from, each file and variable with what is wrong with it.

    Args:
        environ: The environment.
        named: The profile that is named for this call.
    """
    return [*variables(environ), *files(environ), profile(environ, named), *secrets(environ)]


def must_be_right(found: Sequence[DebugCheck]) -> None:
    """Refuse what `validate` found something wrong with.

    Raises:
        ConfigurationError: With each fault.
    """
    from flext_sdk.profiles._document import problem_error

    # A file that is wrong is why its profile is, too: once is enough.
    wrong = {one.detail: one for one in reversed(found) if one.status == "failed"}
    problems = [
        # What is wrong with a file begins with its name, line and column already.
        Problem("", one.detail if one.detail.startswith(one.name) else f"{one.name}: {one.detail}", one.mend or None)
        for one in reversed(wrong.values())
    ]
    if problems:
        raise problem_error(problems, "settings")


def summary(environ: Mapping[str, str], named: str | None = None) -> list[DebugCheck]:
    """The same in a few lines, for whoever looks at the whole installation."""
    found = [*variables(environ), *files(environ)]
    wrong = [one for one in found if one.status == "failed"]
    told = "nothing is set" if not found else f"{len(found)} files and variables are right"
    if wrong:
        told = wrong[0].detail + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else "")
    where, *each = secrets(environ)
    shut = next((one for one in (where, *each) if one.status != "ok"), None)
    kept = DebugCheck("secrets", "ok", f"{where.detail}; {len(each)} profiles have some" if each else where.detail)
    return [
        DebugCheck("settings", "failed" if wrong else "ok", told, VALIDATE if wrong else ""),
        profile(environ, named),
        kept if shut is None else DebugCheck("secrets", shut.status, shut.detail, shut.mend),
    ]


def variables(environ: Mapping[str, str]) -> list[DebugCheck]:
    """The variables that are settings, and whether they make sense."""
    given = environment(environ, ALL_SETTINGS)
    found = []
    for setting in ALL_SETTINGS:
        if setting.name not in given.values:
            continue
        try:
            resolve([given], [setting])
        except FlextError as error:
            found.append(DebugCheck(setting.env, "failed", error.message, error.hint or f"unset {setting.env}"))
        else:
            found.append(DebugCheck(setting.env, "ok", setting.help))
    return found


def without_faults(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variables that are settings and make no sense."""
    wrong = {one.name for one in variables(environ) if one.status == "failed"}
    return {name: value for name, value in environ.items() if name not in wrong}


def files(environ: Mapping[str, str]) -> list[DebugCheck]:
    """``config.yaml`` and the profiles, and what is wrong with them, line by line."""
    from flext_sdk.profiles.configfile import ConfigFile

    try:
        names, problems = ConfigFile(home(environ), environ=environ).problems()
    except FlextError as error:
        return [DebugCheck("files", "failed", error.message, error.hint or EDIT)]
    wrong = {one.file for one in problems}
    fine = [DebugCheck(name, "ok", "can be read and makes sense") for name in names if name not in wrong]
    return [*(DebugCheck(one.file or "", "failed", str(one), one.hint or EDIT) for one in problems), *fine]


def profile(environ: Mapping[str, str], named: str | None = None) -> DebugCheck:
    """Which profile is in force, and who chose it."""
    from flext_sdk.profiles._find import find

    left_out: list[str] = []
    try:
        found, _ = find(named, {**environ, "FLEXT_HOME": str(home(environ))}, left_out.append)
    except FlextError as error:
        return DebugCheck("profile", "failed", error.message, error.hint or "flext profile list")
    if found is None:
        if left_out:
            return DebugCheck("profile", "warning", left_out[0], VALIDATE)
        return DebugCheck("profile", "ok", "none in force")
    more = ", protected" if found.protected else ""
    return DebugCheck("profile", "ok", f"{found.name}, chosen by {found.origin}{more}")


def secrets(environ: Mapping[str, str]) -> list[DebugCheck]:
    """Where the key of the secrets is, and whether it opens them; nobody is asked for a passphrase."""
    vault, folder = _vault(environ), home(environ) / "credentials"
    profiles = sorted(path.stem for path in folder.glob("*.json") if path.stem != "key")
    try:
        where = vault.kept_in()
    except FlextError as error:
        return [DebugCheck("key of the secrets", "failed", error.message, error.hint or "")]
    if where is None:
        told = "there are none" if not profiles else "their key is gone"
        mend = f"Put {folder / 'key.json'} back from a backup, or remove the secrets and set them again."
        return [DebugCheck("secrets", "failed" if profiles else "ok", told, mend if profiles else "")]
    places = {"file": f"in {folder / 'key.json'}", "keyring": "in the keyring", "passphrase": "under a passphrase"}
    found = [DebugCheck("key of the secrets", "ok", f"kept {places[where]}")]
    if reason := vault.not_in_keyring():
        mend = "Unlock the keyring, then: flext profile secret rotate --keep keyring"
        found = [DebugCheck("key of the secrets", "warning", f"kept {places[where]}: {reason}", mend)]
    for name in profiles:
        label = f"secrets of {name}"
        try:
            count = len(vault.all(name))
        except FlextError as error:
            # Nobody was asked for the passphrase, so that they stay shut is no fault.
            shut = error.code == "PASSPHRASE_NEEDED"
            found.append(DebugCheck(label, "ok" if shut else "failed", error.message, error.hint or ""))
        else:
            login = ", and a login" if vault.has_login(name) else ""
            found.append(DebugCheck(label, "ok", f"{count} can be read{login}"))
    return found


def kept_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    """The secrets of all profiles and the tokens of all logins, as far as they can be read without asking anybody."""
    for text in _vault(environ).values():
        yield text
        with suppress(ValueError, RecursionError):
            yield from secret_values(json.loads(text))


def _vault(environ: Mapping[str, str]) -> Vault:
    from flext_sdk.profiles._keys import VaultError, from_outside
    from flext_sdk.profiles.vault import Vault

    def ask() -> str:
        if environ.get("FLEXT_PASSPHRASE_FD", "").strip():
            return from_outside(environ)
        raise VaultError("They are under a passphrase and were not opened", code="PASSPHRASE_NEEDED")

    return Vault(home(environ), environ=environ, ask=ask)
