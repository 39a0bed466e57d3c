"""`python -m flext_cli` is the `flext` command."""

import sys

from flext_cli.main import program

if __name__ == "__main__":
    sys.exit(program())
