"""What the tests of the embedded platform share beside their fixtures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.problems import Checker


def platform_environ(home: Path, **more: str) -> dict[str, str]:
    """An environment whose services live under ``home`` and on any free ports."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEXT_")}
    return {**kept, "FLEXT_HOME": str(home), "FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0", **more}


def answer_problems(contract: Contract, operation_id: str, status: int, body: Any) -> list[dict[str, Any]]:
    """What is wrong with an answer according to the contract."""
    spec = next(spec for spec in contract.operations() if spec.id == operation_id)
    schema = spec.responses.get(str(status), spec.responses["default"])
    return Checker(contract.schema(schema)).problems(body)


def envelope(response: Any, status: int, code: str) -> dict[str, Any]:
    """The error envelope, complete and with the request id of the header."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body["code"] == code
    assert body["error"] == body["message"]
    assert body["error"]
    assert body["request_id"] == response.headers["x-request-id"]
    assert body["timestamp"].endswith("Z")
    return body
