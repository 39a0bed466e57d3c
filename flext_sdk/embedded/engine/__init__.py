"""Durable runs: the engine that keeps them alive over restarts, and the Singer runner that does their work.

``durable`` (DBOS) decides when and where a run goes on, ``execute`` in which order its steps are done, ``steps`` how
often a step is tried, ``singer`` what one try is: a tap and a target joined by a pipe of the operating system.
"""
