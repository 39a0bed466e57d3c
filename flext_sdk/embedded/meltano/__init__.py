"""Meltano projects: real Meltano in an environment of its own, driven by our commands and schedules.

``environment`` makes Meltano's environment; ``host`` keeps Meltano imported in ``program``, a process of that
environment, and asks it; ``step`` runs ``meltano run`` and its like as steps of the engine; ``service`` has the
use-cases.
"""
