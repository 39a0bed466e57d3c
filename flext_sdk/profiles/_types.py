"""Plain data that the methods of profiles and configuration give."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

__all__ = ["ProfileChange", "ProfileInfo", "SettingInfo", "SettingValue"]


class ProfileInfo(TypedDict):
    """A profile in a list.

    Attributes:
        name: Its name.
        active: Whether it is the one in force.
        environment: What kind of environment it is.
        protected: Whether commands that change something ask for its name.
        url: Where its services are; None for those of this machine.
        extends: The profiles it builds on.
        description: What it is for.
        problem: What is wrong with it, or None.
    """

    name: str
    active: bool
    environment: str | None
    protected: bool
    url: str | None
    extends: list[str]
    description: str | None
    problem: str | None


class SettingValue(TypedDict):
    """A value by its key.

    Attributes:
        key: Its key in the files, ``"timeouts.call"``.
        value: The value; secrets are masked.
        origin: Where it comes from, when that was asked for.
    """

    key: str
    value: Any
    origin: NotRequired[str]


class SettingInfo(TypedDict):
    """A setting of the table of settings.

    Attributes:
        key: Its key in the files.
        type: What kind of value it takes.
        default: Its default.
        env: Its environment variable.
        secret: Whether it is a secret.
        help: What it is for.
    """

    key: str
    type: str
    default: Any
    env: str
    secret: bool
    help: str


class ProfileChange(TypedDict):
    """A change that an import makes.

    Attributes:
        key: What changes.
        before: Its value, or None.
        after: Its value then, or None.
    """

    key: str
    before: Any
    after: Any
