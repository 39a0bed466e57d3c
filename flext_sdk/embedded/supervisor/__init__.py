"""Starts, stops and looks after the services of this machine.

Importing it loads the standard library alone. All functions are synchronous and may be called from several processes at
once: one lock stands around starting and stopping. They give plain data in the shapes of the contract
(``ServiceStatus``, ``ServiceConfig``, ``LogEntry``).

Example:
    >>> from flext_sdk.embedded import supervisor
    >>> endpoints = supervisor.ensure_running(notify=print)  # doctest: +SKIP
    >>> endpoints["flext"].url  # doctest: +SKIP
    'http://127.0.0.1:8081'
"""

from __future__ import annotations

from flext_sdk.embedded.settings import home
from flext_sdk.embedded.supervisor.control import (
    Endpoint,
    ensure_running,
    restart,
    running,
    start,
    stop,
)
from flext_sdk.embedded.supervisor.look import config, logs, status, statuses, wait

__all__ = [
    "Endpoint",
    "config",
    "ensure_running",
    "home",
    "logs",
    "restart",
    "running",
    "start",
    "status",
    "statuses",
    "stop",
    "wait",
]
