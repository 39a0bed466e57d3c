"""Masking of secrets in everything that is shown: headers, URLs, JSON, text.

A value is masked when its *name* says it is a secret, or when it *looks* like one (a bearer token, user information in
a URL, a JSON web token). Masking keeps the shape of the data, so that a log stays useful.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

from flext_sdk._core.types import MASK

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = [
    "MASK",
    "is_secret_name",
    "redact_body",
    "redact_headers",
    "redact_json",
    "redact_text",
    "redact_url",
    "secret_values",
]

_SECRET_WORDS = (
    "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "privatekey", "signingkey",
    "encryptionkey", "authorization", "credential", "cookie", "connectionstring", "sessionid", "jwt", "bearer", "sas",
)  # fmt: skip
# Words that hold one of the above and are no secrets: pagination, limits, and the names of secrets.
_HARMLESS = frozenset({
    "pagetoken", "nextpagetoken", "tokentype", "tokencount", "maxtokens", "totaltokens", "idempotencykey",
    "secretname", "secretnames", "tokenexpiresat", "tokenexpiresin", "passwordauthentication",
})  # fmt: skip
_NO_SECRETS = frozenset({"true", "false", "null", "none", "bearer", "basic"})
_EXACT = frozenset({"sas", "pwd", "jwt", "auth", "pass", "dsn", "signature", "sig"})
_SUBSTRINGS = tuple(word for word in _SECRET_WORDS if word not in _EXACT)

# The length of a scheme is bounded: without that a long text of letters alone would take quadratic time.
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.\-]{0,40}://)(?P<info>[^\s/?#@\"']*(?:@[^\s/?#@\"']*)*)@")
# "Bearer TOKEN" in a hint tells where the token belongs; it is none.
_BEARER = re.compile(
    r"(?i)\b(bearer|basic|digest|negotiate)(\s+|%20|\+)(?!\*\*\*|(?-i:TOKEN)(?:[\s,;]|$))[A-Za-z0-9\-._~+/=:%]{3,}"
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]*")
# Access and refresh tokens of FLEXT Service.
_OURS = re.compile(r"\bflx[ar]_[A-Za-z0-9_\-]{8,}")
_KEY = r"[A-Za-z0-9_.\-%\[\]]{1,80}"
# key=value, key: value and "key": "value" in free text; the value ends at a separator unless it is quoted. It is only
# looked for where its key is one of a secret: a value may be as long as the text, and keys may follow one another.
_NAMED = re.compile(rf"""(?P<open>["']?)(?P<key>{_KEY})(?P=open)(?P<sep>\s*[=:]\s*)""")
_NAMED_VALUE = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'}\])]+""")


def is_secret_name(name: str) -> bool:
    """Whether a key, header or parameter of this name holds a secret."""
    word = re.sub(r"[^a-z0-9]", "", name.lower())
    if word in _HARMLESS:
        return False
    return word in _EXACT or any(secret in word for secret in _SUBSTRINGS)


def redact_headers(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers with the values of secrets masked; an authorization keeps its scheme."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name, _header(name, value)) for name, value in pairs]


def _header(name: str, value: str) -> str:
    if not is_secret_name(name):
        return redact_text(value)
    scheme, space, rest = value.partition(" ")
    known = scheme.lower() in {"bearer", "basic", "digest", "negotiate"}
    return f"{scheme} {MASK}" if space and rest and known else MASK


def redact_url(url: str) -> str:
    """A URL without user information and without the values of secret query parameters."""
    url = _USERINFO.sub(rf"\g<scheme>{MASK}@", url)
    base, mark, rest = url.partition("?")
    if not mark:
        return redact_text(base)
    query, hash_mark, fragment = rest.partition("#")
    parts = []
    for part in query.split("&"):
        key, equals, value = part.partition("=")
        secret = bool(equals) and is_secret_name(unquote_plus(key))
        parts.append(f"{key}={MASK}" if secret else f"{key}{equals}{_value(value)}")
    return f"{redact_text(base)}?{'&'.join(parts)}{hash_mark}{redact_text(fragment)}"


def _value(value: str) -> str:
    plain = unquote_plus(value)
    masked = redact_text(plain)
    return value if masked == plain else masked


def redact_json(value: Json, *, depth: int = 40) -> Json:
    """A copy of JSON data with secrets masked; what is nested deeper than ``depth`` is masked whole."""
    if depth <= 0:
        return MASK
    if isinstance(value, Mapping):
        return {key: _member(str(key), item, depth) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item, depth=depth - 1) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def _member(key: str, value: Json, depth: int) -> Json:
    # Booleans and None tell nothing ("has_password": true), and a container of that name is looked into: its plain
    # members are secrets too ("credentials": {"user": ..., "key": ...}).
    if not is_secret_name(key) or value is None or isinstance(value, bool):
        return redact_json(value, depth=depth - 1)
    return _all_masked(value, depth - 1)


def _all_masked(value: Json, depth: int) -> Json:
    if depth <= 0 or not isinstance(value, Mapping | list | tuple):
        return value if value is None or isinstance(value, bool) else MASK
    if isinstance(value, Mapping):
        return {key: _all_masked(item, depth - 1) for key, item in value.items()}
    return [_all_masked(item, depth - 1) for item in value]


def redact_text(text: str) -> str:
    """Free text with everything masked that looks like a secret."""
    text = _USERINFO.sub(rf"\g<scheme>{MASK}@", text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    text = _OURS.sub(MASK, _JWT.sub(MASK, text))
    parts, done = [], 0
    while (found := _NAMED.search(text, done)) is not None:
        value = _NAMED_VALUE.match(text, found.end()) if is_secret_name(found["key"]) else None
        # What follows a harmless key may itself be a key: {note: "password": ...}.
        parts.append(text[done : found.end()])
        done = found.end()
        if value is not None and value[0].lower() not in _NO_SECRETS:
            quote = value[0][0] if value[0][0] in "\"'" else ""
            parts.append(f"{quote}{MASK}{quote}")
            done = value.end()
    return "".join([*parts, text[done:]])


def secret_values(value: Json, *, secret: bool = False) -> Iterator[str]:
    """The texts in JSON data that are secrets: those under the name of a secret, and the passwords in URLs.

    For masking them in what somebody else writes, where no name stands beside them.

    Args:
        value: The data.
        secret: Whether it stands under such a name already.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from secret_values(item, secret=secret or is_secret_name(str(key)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secret_values(item, secret=secret)
    elif isinstance(value, str) and value:
        if secret:
            yield value
        for found in _USERINFO.finditer(value):
            user, colon, password = found["info"].partition(":")
            for text in (password if colon else user,):
                yield from {text, unquote(text)} - {""}


def redact_body(content: bytes, content_type: str = "", *, limit: int = 4000) -> str:
    """A body as text for a log: secrets masked, cut at ``limit`` characters, binary data only counted."""
    if not content:
        return ""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"<{len(content)} bytes>"
    if "form-urlencoded" in content_type:
        shown = redact_url(f"?{text}")[1:]
    else:
        try:
            shown = json.dumps(redact_json(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            shown = redact_text(text)
    return shown if len(shown) <= limit else f"{shown[:limit]}... ({len(content)} bytes)"
