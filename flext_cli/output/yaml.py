"""YAML: one document, its list written item by item."""

from collections.abc import Iterable
from typing import Any

import yaml

from flext_cli._types import Data, Put

try:
    from yaml import CSafeDumper as FastDumper
except ImportError:  # PyYAML without libyaml: four times slower, the same text
    from yaml import SafeDumper as FastDumper  # type: ignore[assignment]


class _Dumper(FastDumper):
    def ignore_aliases(self, data: Data) -> bool:  # noqa: ARG002 - the library's name
        """Anchors save space and puzzle readers."""
        return True


class _SlowDumper(yaml.SafeDumper):
    ignore_aliases = _Dumper.ignore_aliases


def _text(dumper: Data, text: str) -> Data:
    """Several lines read best as a block; PyYAML quotes them where a block cannot hold them."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


for _each in (_Dumper, _SlowDumper):
    _each.add_representer(str, _text)


def dumps(value: Data, *, ascii_only: bool = False) -> str:
    """YAML of plain data, keys in their order, no line folding."""
    options = {"sort_keys": False, "allow_unicode": not ascii_only, "width": 2**31 - 1, "default_flow_style": False}
    try:
        text = yaml.dump(value, Dumper=_Dumper, **options)  # type: ignore[call-overload]
    except UnicodeEncodeError:
        # libyaml cannot take a lone surrogate; the Python writer escapes it.
        text = yaml.dump(value, Dumper=_SlowDumper, **options)  # type: ignore[call-overload]
    # A bare scalar is followed by an end-of-document line that says nothing.
    return str(text).removesuffix("...\n")


def write(value: Data, put: Put, *, ascii_only: bool = False) -> None:
    """Write one value."""
    put(dumps(value, ascii_only=ascii_only))


def write_items(items: Iterable[Any], put: Put, *, ascii_only: bool = False) -> None:
    """Write a list of unknown length."""
    empty = True
    for item in items:
        put(dumps([item], ascii_only=ascii_only))
        empty = False
    if empty:
        put("[]\n")
