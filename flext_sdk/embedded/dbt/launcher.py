"""Starts dbt in its own environment: ``python launcher.py ORDER``. Standard library and dbt only.

What dbt is to do stands in a file that only the owner can read, and is gone once it was read: variables may hold
secrets, and the arguments of a process are for everybody to see.
"""

import gc
import json
import sys
from pathlib import Path


# It runs in an environment that has dbt and nothing that measures.
def main() -> None:  # pragma: no cover
    """Runs dbt with the arguments of the order."""
    path = Path(sys.argv[1])
    order = json.loads(path.read_bytes())
    path.unlink()
    # dbt writes the whole command line into its artefacts; there it is to look as if somebody had typed it.
    sys.argv = ["dbt", *order["arguments"]]
    # The folder of this file would otherwise be searched for modules.
    sys.path.pop(0)
    # What importing dbt makes stays; looking through it again and again for garbage is an eighth of dbt's start.
    gc.disable()
    from dbt.cli.main import cli  # type: ignore[import-not-found]

    gc.freeze()
    gc.enable()
    cli()


if __name__ == "__main__":
    main()
