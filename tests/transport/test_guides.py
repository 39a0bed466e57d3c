"""The examples of the guides run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import Answer, Seen, Server

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
PAGES = ("client", "watching")
ORDERS = {"id": "1", "name": "orders", "status": "active"}


def examples() -> list[Any]:
    found = []
    for page in PAGES:
        text = (GUIDES / f"{page}.md").read_text(encoding="utf-8")
        for number, code in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1):
            found.append(pytest.param(code, id=f"{page}-{number}"))
    return found


def answer(seen: Seen) -> Answer:
    if seen.path.startswith("/api/v1/pipelines?"):
        return Answer(body={"pipelines": [ORDERS], "total": 1})
    if seen.path.endswith("/status"):
        return Answer(body={"name": "orders", "status": "active"})
    if "no-such" in seen.path:
        return Answer(status=404, body={"error": "there is no such pipeline", "code": "PIPELINE_NOT_FOUND"})
    if seen.headers.get("if-none-match") == '"1"':
        return Answer(status=304, raw=b"", headers={"ETag": '"1"'})
    return Answer(body=ORDERS, headers={"ETag": '"1"'})


@pytest.mark.parametrize("code", examples())
def test_an_example_runs(
    code: str, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.says(answer)
    monkeypatch.setenv("FLEXT_URL", server.url)
    monkeypatch.setenv("FLEXT_TOKEN", "t")
    exec(compile(code, "guide", "exec"), {"__name__": "__main__"})
    assert server.seen
    if "print(" in code:
        assert capsys.readouterr().out


def test_a_kept_answer_of_the_guide_is_not_sent_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.says(answer)
    monkeypatch.setenv("FLEXT_URL", server.url)
    text = (GUIDES / "client.md").read_text(encoding="utf-8")
    code = next(
        block for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE) if "cache" in block
    )
    exec(compile(code, "guide", "exec"), {"__name__": "__main__"})
    assert [seen.headers.get("if-none-match") for seen in server.seen] == [None, '"1"']
