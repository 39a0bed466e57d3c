"""Steps from one version of the tables to the next, in order.

Each module has ``upgrade(op)``, which works with Alembic's operations. A step stays as it was released: it spells its
tables out and does not import today's ones.
"""

from __future__ import annotations

# The last one is the version that this code works with. Kept as names, so that looking at the number imports no
# Alembic.
VERSIONS: tuple[str, ...] = ("v0001_initial", "v0002_step_details", "v0003_schedules", "v0004_auth")
