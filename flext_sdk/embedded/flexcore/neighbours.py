"""The operations of this platform, asked over loopback: those of FLEXT Service beside this FlexCore, and its own."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flext_sdk.embedded.settings import HOST, Paths
from flext_sdk.embedded.web.access import caller
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.settings import HostSettings, Service

_LOG: Final = logging.getLogger("flext.neighbours")
_SECONDS: Final = 55.0
"""Less than a call of the SDK, so that its caller gets the reason."""
_MOST: Final = 64 * 1024 * 1024


class Neighbours:
    """Asks a service of this machine. It blocks: call it from a thread.

    Args:
        settings: Settings of the process.
    """

    def __init__(self, settings: HostSettings) -> None:
        self._settings = settings

    def ask(
        self,
        service: Service,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,  # noqa: ANN401 - any JSON
        key: str | None = None,
        own: bool = False,
    ) -> Any:  # noqa: ANN401 - any JSON
        """What a service answers.

        Args:
            service: Which one.
            method: HTTP method.
            path: Path.
            query: Query parameters.
            body: JSON body.
            key: Key under which it is done once.
            own: Ask in the machine's own name; else in that of whoever this request comes from, with their role.

        Returns:
            The decoded JSON, or text where the answer is no JSON; None when it is empty.

        Raises:
            ApiError: The service's own error with its status; 503 SERVICE_NOT_RUNNING or SERVICE_UNREACHABLE.
        """
        from http.client import HTTPConnection, HTTPException

        port = self._port(service)
        asking = None if own else caller.get()
        token = asking.token if asking is not None and asking.kind == "user" else self._settings.token
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        text = urlencode([(name, _text(value)) for name, value in (query or {}).items()])
        connection = HTTPConnection(HOST, port, timeout=_SECONDS)
        try:
            connection.request(method, f"{path}?{text}" if text else path, body=content, headers=headers)
            response = connection.getresponse()
            answer = response.read(_MOST + 1)
        except (OSError, HTTPException) as error:
            _LOG.warning("%s does not answer at port %s: %s", service, port, error)
            raise ApiError(
                503,
                "SERVICE_UNREACHABLE",
                f"{service} does not answer",
                hint=f"See its log: flext service logs {service}",
            ) from error
        finally:
            connection.close()
        if len(answer) > _MOST:
            raise ApiError(502, "ANSWER_TOO_LARGE", f"{service} answered with more than {_MOST} bytes")
        value = _decoded(answer, response.headers.get("content-type", ""))
        if response.status >= 400:
            raise _passed_on(response.status, value, service)
        return value

    def _port(self, service: Service) -> int:
        if service == self._settings.service:
            return self._settings.port
        from flext_sdk.embedded.supervisor.state import live_record

        record = live_record(Paths(self._settings.home), service)
        if record is None:
            raise ApiError(
                503,
                "SERVICE_NOT_RUNNING",
                f"{service} is not running beside this FlexCore",
                hint=f"Start it: flext service start {service}",
            )
        return record.port


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _decoded(content: bytes, content_type: str) -> Any:  # noqa: ANN401 - any JSON
    if not content:
        return None
    return json.loads(content) if "json" in content_type else content.decode(errors="replace")


def _passed_on(status: int, value: Any, service: Service) -> ApiError:  # noqa: ANN401 - any JSON
    found = value if isinstance(value, dict) else {}
    return ApiError(
        status,
        str(found.get("code") or f"HTTP_{status}"),
        str(found.get("error") or f"{service} answered with status {status}"),
        hint=found.get("hint"),
        details=found.get("details"),
        problems=found.get("problems") or (),
    )
