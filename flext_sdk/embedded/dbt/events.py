"""What dbt says, one JSON object a line: log lines with levels, progress, and the result of each node."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.engine.lines import readable
from flext_sdk.embedded.store.logs import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.embedded.engine.lines import Masker

_LEVEL: Final = {"debug": "debug", "info": "info", "warn": "warning", "warning": "warning", "error": "error"}
_ENDED: Final = frozenset(
    {"LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult", "LogFreshnessResult", "SkippingDetails",
     "LogSkipBecauseError", "LogFunctionResult", "LogNodeResult", "LogNodeNoOpResult"}
)  # fmt: skip
_FAILED: Final = frozenset({"error", "fail", "runtime error", "partial success"})
_INSERTED = re.compile(r"\b(?:INSERT|SELECT|MERGE|UPDATE|CREATE TABLE AS|CREATE TABLE)(?: 0)? (\d+)\b")
# Said to people who look on; here they are the frame around the same words a second time, or nothing at all.
_QUIET: Final = frozenset({"Formatting", "MainReportVersion"})


@dataclass(slots=True)
class Node:
    """A model, test, seed or snapshot that dbt worked on.

    Attributes:
        id: dbt's unique id: ``model.shop.orders``.
        type: ``model``, ``test``, ``seed``, ``snapshot`` ...
        status: ``running``, ``success``, ``pass``, ``warn``, ``error``, ``fail``, ``skipped``.
        duration: Seconds.
        rows: Rows that it wrote, where the database tells.
        failures: Rows that a test found.
        message: What is wrong.
        file: Where it is defined, in the project.
        line: Line in that file.
        compiled: The compiled file.
    """

    id: str
    name: str
    type: str
    status: str = "running"
    duration: float | None = None
    rows: int | None = None
    failures: int | None = None
    message: str | None = None
    file: str | None = None
    line: int | None = None
    compiled: str | None = None

    @property
    def failed(self) -> bool:
        """Whether it did not go well; a warning is none."""
        return self.status in _FAILED

    def to_dict(self) -> dict[str, Any]:
        """As the contract has it."""
        found = asdict(self)
        # Last, where people look last.
        return {**{key: value for key, value in found.items() if key != "id"}, "id": self.id}


@dataclass(slots=True)
class Told:
    """Listens to one dbt.

    Attributes:
        line: Called with the level and the text of each line for the log.
        mask: Hides secrets.
        nodes: Nodes by their id, in the order in which they began.
        total: How many nodes there are to do.
        done: How many of them have ended.
        error: What ended dbt as a whole, several lines.
        unmatched: What was selected and matches nothing.
        nothing: Whether there was nothing to do.
        messages: Last words on a node, by its id.
    """

    line: Callable[[int, str], None]
    mask: Masker
    nodes: dict[str, Node] = field(default_factory=dict)
    total: int | None = None
    done: int = 0
    error: str | None = None
    unmatched: list[str] = field(default_factory=list)
    nothing: bool = False
    messages: dict[str, list[str]] = field(default_factory=dict)
    last: str = ""

    def printed(self, raw: bytes, cut: bool) -> None:
        """A line of its standard output."""
        try:
            event = json.loads(raw)
            info, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError, RecursionError):
            # Packages print; and dbt itself does before its log is set up.
            self._write(LEVELS["info"], raw, cut=cut)
            return
        self._event(str(info.get("name")), info, data)

    def said(self, raw: bytes, cut: bool) -> None:
        """A line of its standard error."""
        self._write(LEVELS["warning"], raw, cut=cut)

    def _event(self, name: str, info: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        message = str(info.get("msg") or "")
        if name in _QUIET or not message.strip():
            return
        node = data.get("node_info")
        if isinstance(node, dict) and node.get("unique_id"):
            self._about(name, node, data, message)
        elif name == "MainEncounteredError":
            self.error = self.mask(message)
        elif name == "ConcurrencyLine":
            count = data.get("node_count")
            self.total = count if isinstance(count, int) else self.total
        elif name == "NoNodesForSelectionCriteria":
            self.unmatched.append(self.mask(str(data.get("spec_raw") or "")))
        elif name == "NothingToDo":
            self.nothing = True
        level = LEVELS[_LEVEL.get(str(info.get("level")), "info")]
        for piece in message.split("\n"):
            if piece.strip():
                self._write(level, piece.encode("utf-8", "replace"), cut=False)

    def _about(self, name: str, info: Mapping[str, Any], data: Mapping[str, Any], message: str) -> None:
        key = str(info["unique_id"])
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = Node(key, str(info.get("node_name") or key), str(info.get("resource_type") or ""))
        total = data.get("total") or data.get("num_models")
        self.total = total if isinstance(total, int) else self.total
        if name in _ENDED:
            self.done += node.status == "running"
            node.status = str(info.get("node_status") or data.get("status") or "").lower()
            spent = data.get("execution_time")
            node.duration = round(float(spent), 3) if isinstance(spent, int | float) else None
            failures = data.get("num_failures")
            node.failures = failures if isinstance(failures, int) and node.type == "test" else None
            wrote = _INSERTED.search(str(data.get("result_message") or data.get("status") or ""))
            node.rows = int(wrote[1]) if wrote else None
        elif name in {"RunResultError", "RunResultWarningMessage"}:
            self.messages.setdefault(key, []).append(self.mask(message.strip()))
        elif name in {"RunResultFailure", "RunResultWarning"}:
            node.file = str(data["path"]) if data.get("path") else node.file
        elif name == "SQLCompiledPath":
            node.compiled = str(data["path"]) if data.get("path") else node.compiled

    def _write(self, level: int, raw: bytes, *, cut: bool) -> None:
        text = readable(raw, cut=cut, mask=self.mask)
        if text.strip():
            self.last = text.strip()
            self.line(level, text)
