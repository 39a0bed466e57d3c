"""What the command line hooks into the SDK's calls: `--dry-run`, `--curl` and `--debug`."""

import json
from typing import TYPE_CHECKING, Any

from flext_cli.output.errors import say
from flext_cli.output.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._core.messages import Request, Response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Held(BaseException):
    """The request that `--dry-run` kept from being sent.

    No `Exception`, because a retry or a breaker must not take it for a failure.
    """

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.request = request


def dry_run(request: "Request", call_next: "Callable[[Request], Response]") -> "Response":
    """Let reading requests through and stop at the first one that would change something."""
    if request.method in SAFE_METHODS:
        return call_next(request)
    raise Held(described(request))


def hold(request: "Request", call_next: "Callable[[Request], Response]") -> "Response":  # noqa: ARG001 - it is not sent
    """Stop at the first request, whatever it is."""
    raise Held(described(request))


def described(request: "Request") -> dict[str, Any]:
    """A request as plain data, credentials masked."""
    from flext_sdk._core.redact import redact_headers, redact_json, redact_url

    body: Any = None
    if request.content:
        text = request.content.decode("utf-8", "replace")
        try:
            body = redact_json(json.loads(text))
        except ValueError:
            body = text
    return {
        "method": request.method,
        "url": redact_url(request.url),
        "headers": dict(redact_headers(request.headers)),
        "body": body,
    }


def as_text(held: dict[str, Any]) -> str:
    """The held request as a person reads it: request line, headers, body."""
    from flext_cli.output.json import dumps

    lines = [f"{held['method']} {held['url']}", *(f"{name}: {value}" for name, value in held["headers"].items())]
    text = "\n".join(map(safe, lines)) + "\n"
    if held["body"] is not None:
        text += "\n" + (safe(held["body"]) if isinstance(held["body"], str) else dumps(held["body"])) + "\n"
    return text


# What curl writes by itself, or what is of no use to it.
_CURLS_OWN = frozenset({"host", "content-length", "accept-encoding", "connection", "user-agent", "x-request-id"})


def as_curl(held: dict[str, Any], content: bytes | None = None) -> str:
    """The held request as a command for a shell; the token is taken from FLEXT_TOKEN when it runs, never written.

    Args:
        held: What `described` gave: masked already.
        content: The body as it would be sent, for one that is no text.
    """
    from shlex import quote

    parts = ["curl -sS" + (" -I" if held["method"] == "HEAD" else "")]
    if held["method"] not in {"GET", "HEAD"}:
        parts[0] += f" -X {quote(held['method'])}"
    parts[0] += f" {quote(held['url'])}"
    for name, value in held["headers"].items():
        if name.lower() in _CURLS_OWN:
            continue
        if name.lower() == "authorization":
            scheme = value.partition(" ")[0] if " " in value else "Bearer"
            parts.append(f'-H "Authorization: {scheme} $FLEXT_TOKEN"')
        else:
            parts.append(f"-H {quote(safe(f'{name}: {value}'))}")
    if held["body"] is not None:
        text = held["body"] if isinstance(held["body"], str) else json.dumps(held["body"], ensure_ascii=False)
        if content is not None and "\ufffd" in text:
            parts.append(f"--data-binary @BODY  # {len(content)} bytes that are no text")
        else:
            parts.append(f"--data-binary {quote(text)}")
    return " \\\n  ".join(parts) + "\n"


def trace(request: "Request", call_next: "Callable[[Request], Response]") -> "Response":
    """Show each exchange on standard error, secrets masked."""
    from flext_sdk._core.redact import redact_body, redact_headers, redact_url

    again = f" (attempt {request.attempt})" if request.attempt > 1 else ""
    _lines(">", f"{request.method} {redact_url(request.url)}{again}", redact_headers(request.headers))
    if request.content:
        say(f"> {safe(redact_body(request.content, request.headers.get('content-type', '')))}\n")
    try:
        response = call_next(request)
    except Exception as error:
        say(f"< {safe(type(error).__name__)}: {safe(str(error))}\n")
        raise
    _lines("<", f"{response.status} in {response.elapsed * 1000:.1f} ms", redact_headers(response.headers))
    say(f"< {safe(redact_body(response.content, response.headers.get('content-type', '')))}\n")
    return response


def _lines(arrow: str, first: str, headers: list[tuple[str, str]]) -> None:
    say("".join(f"{arrow} {safe(line)}\n" for line in (first, *(f"{name}: {value}" for name, value in headers))))
